"""Who reported a case hears how it went, by mail or the city's gateway, once a round; and the desk sees whether they did."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.cases.loop_models import RatingLink, Reporter
from gridmap.cases.models import Case
from gridmap.cases.tasks import Asker
from gridmap.cases.workflow import Action
from gridmap.desk.watching import following
from gridmap.desk.watching.rules import Rules
from gridmap.journal.feed import advance
from gridmap.notices.answering import ways_out
from gridmap.notices.delivering import Ways, deliver, next_due
from gridmap.notices.mail import MailServer
from gridmap.notices.models import Delivery
from gridmap.notices.webhook import Webhook
from tests.desk import stage
from tests.desk.incoming import NOW, alert, take
from tests.notices.receivers import Mailbox, Receiver

HOUR = timedelta(hours=1)
NAMED = ("示例报事人", "021-5550-9001", "reporter@town.example")


def url_of(link: RatingLink) -> str:
    return f"https://town.example/r/{link.id}"


def read_on(session: Session, ways: Ways) -> None:
    """What the worker reads in the feed."""
    while following.follow(session, Rules(), ways.channels, ways.to_reporters) or advance(session):
        pass


def work(session: Session, ways: Ways) -> list[bool]:
    """What the worker sends."""
    outcomes: list[bool] = []
    while (delivery := next_due(session, ways, NOW + timedelta(days=9999))) is not None and len(outcomes) < 9:
        outcomes.append(deliver(session, delivery, ways, NOW + 3 * HOUR))
        session.flush()
    return outcomes


def verified(session: Session, ways: Ways, *, reporter: tuple[str, str, str] | None = NAMED, reply: str = "") -> Case:
    """A case that somebody reported, handled and verified; the worker has read of it."""
    crew = stage.people(session)
    read_on(session, ways)
    case = stage.open_case(session, reporter=reporter)
    stage.act(
        session,
        case,
        Action.SELF_HANDLE,
        crew.asker(crew.member),
        NOW + HOUR,
        result="已清",
        evidence=(stage.photo(session, case),),
    )
    stage.act(session, case, Action.VERIFY, crew.asker(crew.micro_head), NOW + 2 * HOUR, note="内部说明", reply=reply)
    read_on(session, ways)
    return case


def test_a_mail_with_the_reply_and_the_link_goes_out_once(desk: Session, mailbox: Mailbox, server: MailServer) -> None:
    ways = Ways(server=server, url_of=url_of)
    verified(desk, ways, reply="垃圾已清运，明日再查。")
    assert work(desk, ways) == [True]
    ((_, to, mail),) = mailbox.kept
    link = desk.scalars(select(RatingLink)).one()
    assert to == ["reporter@town.example"]
    body = mail.get_content()
    assert f"https://town.example/r/{link.id}" in body
    assert "垃圾已清运，明日再查。" in body
    for inside in ("内部说明", "已清\n", "示例报事人", "演示人"):
        assert inside not in body, inside
    assert desk.scalars(select(Reporter)).one().told_at == NOW + 3 * HOUR
    (way,) = ways_out(desk, [link.id])[link.id]
    assert (way.channel, way.state, way.tries) == ("mail", "sent", 1)
    read_on(desk, ways)
    assert work(desk, ways) == []


def test_the_gateway_gets_the_number_to_write_to(desk: Session, receiver: Receiver, hook: Webhook) -> None:
    ways = Ways(gateway=hook, url_of=url_of)
    receiver.statuses = [500]
    verified(desk, ways, reporter=("", "021-5550-9001", ""))
    assert work(desk, ways) == [False, True]
    told = json.loads(receiver.heard[-1][1])
    assert told["to"] == {"name": "", "phone": "021-5550-9001", "email": ""}
    assert told["rate"].startswith("https://town.example/r/")
    assert "dealt with" in told["words"]["en"]


def test_notices_do_not_go_to_the_gateway_nor_reporters_to_the_webhook(desk: Session, receiver: Receiver, hook: Webhook) -> None:
    verified(desk, Ways(hook=hook, url_of=url_of))
    assert {one.notice_id is None for one in desk.scalars(select(Delivery))} == {False}


@pytest.mark.parametrize(
    ("reporter", "with_url"), [(("示例报事人", "021-5550-9001", ""), True), (NAMED, False)], ids=["no address", "no public URL"]
)
def test_where_there_is_no_way_nothing_is_noted(
    desk: Session, server: MailServer, reporter: tuple[str, str, str], with_url: bool
) -> None:
    ways = Ways(server=server, url_of=url_of if with_url else None)
    verified(desk, ways, reporter=reporter)
    link = desk.scalars(select(RatingLink)).one()
    assert ways_out(desk, [link.id]) == {link.id: []}


def test_what_was_taken_up_again_before_it_went_out_is_not_told(desk: Session, mailbox: Mailbox, server: MailServer) -> None:
    ways = Ways(server=server, url_of=url_of)
    case = verified(desk, ways)
    stage.act(desk, case, Action.REOPEN, Asker("account:boss", leads=True), NOW + 2.5 * HOUR, reason="没好")
    assert case.reply == ""
    work(desk, ways)
    assert mailbox.kept == []
    assert [(one.state, one.tries) for one in desk.scalars(select(Delivery))] == [("given_up", 1)]


def test_each_round_is_told_for_itself(desk: Session, mailbox: Mailbox, server: MailServer) -> None:
    ways = Ways(server=server, url_of=url_of)
    case = verified(desk, ways)
    work(desk, ways)
    boss = Asker("account:boss", leads=True)
    stage.act(desk, case, Action.REOPEN, boss, NOW + 4 * HOUR, reason="没好")
    member = Asker("account:t0001", case.person_id)
    stage.act(desk, case, Action.FINISH, member, NOW + 5 * HOUR, result="好了", evidence=(stage.photo(desk, case),))
    stage.act(desk, case, Action.VERIFY, boss, NOW + 6 * HOUR)
    read_on(desk, ways)
    assert work(desk, ways) == [True]
    assert len(mailbox.kept) == 2


def test_reporters_of_a_merged_case_hear_too(desk: Session, mailbox: Mailbox, server: MailServer) -> None:
    ways = Ways(server=server, url_of=url_of)
    crew = stage.people(desk)
    read_on(desk, ways)
    one = stage.open_case(desk, 1, reporter=NAMED)
    other = stage.open_case(desk, 2, at=(1.9, 2.9), reporter=("", "", "other@town.example"))
    boss = Asker("account:boss", leads=True)
    stage.act(desk, other, Action.MERGE, boss, NOW, into=one.number)
    photo = stage.photo(desk, one)
    stage.act(desk, one, Action.SELF_HANDLE, crew.asker(crew.member), NOW + HOUR, result="已清", evidence=(photo,))
    stage.act(desk, one, Action.VERIFY, boss, NOW + 2 * HOUR)
    read_on(desk, ways)
    work(desk, ways)
    assert sorted(to for _, (to,), _ in mailbox.kept) == ["other@town.example", "reporter@town.example"]


def test_who_reports_what_is_verified_already_hears_at_once(desk: Session, mailbox: Mailbox, server: MailServer) -> None:
    ways = Ways(server=server, url_of=url_of)
    case = verified(desk, ways, reply="垃圾已清运。")
    late = ("", "", "late@town.example")
    outcomes = take(
        desk, [alert(2, reporter=late), alert(3), alert(4, reporter=("示例", "021-5550-9009", ""))], now=NOW + 3 * HOUR
    )
    assert {one.number for one in outcomes} == {case.number}
    assert len(desk.scalars(select(RatingLink)).all()) == 3, "whoever said who they are has a link, were it only to be read out"
    read_on(desk, ways)
    assert work(desk, ways) == [True, True]
    ((_, first, _), (_, second, mail)) = mailbox.kept
    assert (first, second) == (["reporter@town.example"], ["late@town.example"])
    assert "垃圾已清运。" in mail.get_content()
    take(desk, [alert(2, reporter=late)], now=NOW + 4 * HOUR)
    read_on(desk, ways)
    assert work(desk, ways) == [], "the same alert again is nothing new"


def test_who_reports_what_is_still_being_handled_waits_for_its_verification(desk: Session) -> None:
    stage.people(desk)
    stage.open_case(desk, reporter=NAMED)
    take(desk, [alert(2, reporter=("", "", "late@town.example"))], now=NOW + HOUR)
    assert desk.scalars(select(RatingLink)).all() == []
