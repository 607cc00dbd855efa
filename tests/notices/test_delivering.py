"""Notices go out by a real HTTP server and a real mail server on this machine, and only to those that are set."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.desk.watching import following
from gridmap.desk.watching.rules import Rules
from gridmap.journal.feed import advance
from gridmap.notices.delivering import MOST_TRIES, Ways, deliver, next_due, pause
from gridmap.notices.giving import Owner, Recipients, give, give_each
from gridmap.notices.mail import MailServer
from gridmap.notices.models import Delivery, Notice
from gridmap.notices.webhook import Webhook, signature
from tests import callers
from tests.desk import stage
from tests.desk.incoming import NOW
from tests.notices.receivers import SECRET, Mailbox, Receiver, genuine


def told(session: Session, ways: Ways, **person: object) -> Notice:
    """A notice to a person, brought on its ways by the worker's reading of the feed."""
    crew = stage.people(session)
    crew.member.email = "member@town.example"
    for name, value in person.items():
        setattr(crew.member, name, value)
    case = stage.open_case(session)
    following.follow(session, Rules(), ways.channels)
    give(session, case, "at_risk", Recipients(persons=frozenset({crew.member.id})), actor="system", at=NOW,
         facts={"rung": "member", "round": 0, "due_at": NOW.isoformat()})  # fmt: skip
    while following.follow(session, Rules(), ways.channels) or advance(session):
        pass
    return session.scalars(select(Notice)).one()


def work(session: Session, ways: Ways, at: datetime) -> list[bool]:
    """What the worker does that looks at this moment."""
    outcomes = []
    while (delivery := next_due(session, ways, at)) is not None:
        outcomes.append(deliver(session, delivery, ways, at))
        session.flush()
    return outcomes


def later(delivery: Delivery) -> datetime:
    return delivery.next_at + timedelta(microseconds=1)


def test_a_webhook_that_fails_first_is_tried_again_and_then_taken_once(desk: Session, receiver: Receiver, hook: Webhook) -> None:
    receiver.statuses = [500, 503]
    ways = Ways(hook, origin="https://town.example")
    notice = told(desk, ways)
    delivery = desk.scalars(select(Delivery)).one()
    start = later(delivery)
    assert work(desk, ways, start) == [False]
    assert (delivery.state, delivery.tries, delivery.error) == ("waiting", 1, "HTTP 500")
    assert work(desk, ways, start) == []  # Not before its pause is over.
    assert work(desk, ways, later(delivery)) == [False]
    assert delivery.next_at - start >= pause(2) > pause(1)
    assert work(desk, ways, later(delivery)) == [True]
    assert (delivery.state, delivery.tries, delivery.error) == ("sent", 3, "")
    assert work(desk, ways, start + timedelta(days=9)) == []
    headers, body = receiver.heard[-1]
    facts = json.loads(body)
    assert (facts["notice"], facts["kind"], facts["to"]) == (notice.id, "at_risk", {"person": "T0001", "account": None})
    assert facts["link"] == f"https://town.example/case/{facts['case']}"
    assert facts["words"]["en"].startswith("The limit will soon run out: reminded: who has it in hand; due 2026-11-22 12:00")
    assert headers["X-Gridmap-Delivery"] == str(delivery.id)
    # Nothing of the person but the staff number.
    assert b"\xe6\xbc\x94\xe7\xa4\xba\xe4\xba\xba" not in body
    assert b"@" not in body


def test_its_signature_tells_ours_from_others_and_new_from_old(desk: Session, receiver: Receiver, hook: Webhook) -> None:
    ways = Ways(hook)
    told(desk, ways)
    assert work(desk, ways, datetime.now(UTC)) == [True]
    headers, body = receiver.heard[0]
    stamp, signed = int(headers["X-Gridmap-Timestamp"]), headers["X-Gridmap-Signature"]
    assert genuine(SECRET, stamp, body, signed, now=stamp + 5)
    assert not genuine("another", stamp, body, signed, now=stamp + 5)
    assert not genuine(SECRET, stamp, body + b" ", signed, now=stamp + 5)
    assert not genuine(SECRET, stamp + 1, body, signed, now=stamp + 5)
    assert not genuine(SECRET, stamp, body, signed, now=stamp + 3600)


def test_the_signature_is_plain_hmac_sha256() -> None:
    # printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
    assert signature("secret", 1_700_000_000, b"{}") == "sha256=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163"


def test_it_follows_nobody_elsewhere(desk: Session, receiver: Receiver, hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = Receiver()
    with elsewhere.listening() as other:
        receiver.statuses, receiver.location = [307], other
        monkeypatch.setenv("HTTP_PROXY", other)
        ways = Ways(hook)
        told(desk, ways)
        assert work(desk, ways, datetime.now(UTC)) == [False]
    assert len(receiver.heard) == 1
    assert elsewhere.heard == []


def test_nobody_there_is_given_up_at_last(desk: Session) -> None:
    ways = Ways(Webhook("http://127.0.0.1:1/hook", SECRET))
    told(desk, ways)
    delivery = desk.scalars(select(Delivery)).one()
    for _ in range(MOST_TRIES):
        assert work(desk, ways, later(delivery)) == [False]
    assert (delivery.state, delivery.tries) == ("given_up", MOST_TRIES)
    assert "ConnectionError" in delivery.error


def test_mail_goes_out_in_both_languages_and_again_after_a_refusal(desk: Session, mailbox: Mailbox, server: MailServer) -> None:
    mailbox.refusing = 1
    ways = Ways(server=server)
    notice = told(desk, ways)
    delivery = desk.scalars(select(Delivery)).one()
    assert work(desk, ways, later(delivery)) == [False]
    assert "451" in delivery.error
    assert work(desk, ways, later(delivery)) == [True]
    ((sender, to, mail),) = mailbox.kept
    assert (sender, to) == ("gridmap@town.example", ["member@town.example"])
    assert notice.case_id is not None
    number = stage.number_of(desk, notice.case_id)
    assert mail["Subject"] == f"[gridmap] 即将超时 · The limit will soon run out · {number}"
    body = mail.get_content()
    assert f"即将超时：案件 {number}" in body
    assert f"The limit will soon run out: case {number}" in body


def test_who_has_no_address_gets_no_mail_and_one_that_is_none_is_no_error_of_ours(
    desk: Session, mailbox: Mailbox, server: MailServer
) -> None:
    ways = Ways(server=server)
    told(desk, ways, email="")
    assert desk.scalars(select(Delivery)).all() == []
    account = callers.account(desk)
    case = stage.open_case(desk, 2)
    give(desk, case, "task", Recipients(accounts=frozenset({account.id})), actor="system", at=NOW)
    assert mailbox.kept == []


def test_a_senders_name_can_not_smuggle_headers(desk: Session, mailbox: Mailbox, server: MailServer) -> None:
    ways = Ways(server=server)
    told(desk, ways, email="member@town.example\nBcc: other@town.example")
    delivery = desk.scalars(select(Delivery)).one()
    assert work(desk, ways, later(delivery)) == [False]
    assert mailbox.kept == []
    assert delivery.error


def test_both_ways_go_each_by_itself(
    desk: Session, receiver: Receiver, hook: Webhook, mailbox: Mailbox, server: MailServer
) -> None:
    receiver.statuses = [500]
    ways = Ways(hook, server)
    told(desk, ways)
    assert sorted(work(desk, ways, datetime.now(UTC))) == [False, True]
    assert {(one.channel, one.state) for one in desk.scalars(select(Delivery))} == {("webhook", "waiting"), ("mail", "sent")}
    assert len(mailbox.kept) == 1


def test_what_is_not_set_is_not_even_noted(desk: Session) -> None:
    told(desk, Ways())
    assert desk.scalars(select(Delivery)).all() == []


def test_a_notice_about_a_turn_leads_to_its_roster(desk: Session, receiver: Receiver, hook: Webhook) -> None:
    ways, member = Ways(hook, origin="https://town.example"), Owner.of(stage.people(desk).member.id, None)
    following.follow(desk, Rules(), ways.channels)
    turn = {"grid": "310151999201001", "day": "2026-11-23", "starts": "08:00", "ends": "16:00"}
    facts = {member: {"takes": [turn], "gives": [], "reason": ""}}
    give_each(desk, "roster", facts, subject="roster", actor="test", at=NOW, common={})
    while following.follow(desk, Rules(), ways.channels) or advance(desk):
        pass
    assert work(desk, ways, later(desk.scalars(select(Delivery)).one())) == [True]
    told = json.loads(receiver.heard[-1][1])
    assert told["link"] == "https://town.example/grids/310151999201001/roster?day=2026-11-23"
    assert told["words"]["zh"] == "您的班次有变动：由您值班 2026-11-23 08:00–16:00"
