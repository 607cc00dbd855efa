"""Bring notices out of the house: whatever waits is tried, again and ever later, until it is taken or given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from gridmap.accounts.models import Account
from gridmap.cases.models import Case
from gridmap.notices import mail, webhook
from gridmap.notices.answering import Answer, Outdated, UrlOf, answer_of, facts, letter
from gridmap.notices.inbox import turn_of
from gridmap.notices.mail import MailServer
from gridmap.notices.models import Delivery, Notice
from gridmap.notices.webhook import NotDelivered, Webhook
from gridmap.notices.words import details, title
from gridmap.people.models import Person

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
MOST_TRIES = 16  # With these pauses about seven hours.


@dataclass(frozen=True)
class Ways:
    """The ways out that are set.

    Attributes:
        hook, server: for notices.
        gateway: for reporters' answers, beside the mail server: the city's gateway for text messages.
        origin: begins links to cases, where the town's address is known.
        url_of: the address a reporter rates at; without it no answer goes out.
    """

    hook: Webhook | None = None
    server: MailServer | None = None
    gateway: Webhook | None = None
    origin: str = ""
    url_of: UrlOf | None = None

    @property
    def channels(self) -> list[str]:
        """Those of notices, by their names in the table."""
        return [name for name, way in (("webhook", self.hook), ("mail", self.server)) if way is not None]

    @property
    def to_reporters(self) -> list[str]:
        """Those of reporters' answers."""
        ways = (("gateway", self.gateway), ("mail", self.server))
        return [name for name, way in ways if way is not None and self.url_of is not None]


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries: 5 s, then twice as long each time, an hour at most."""
    return min(FIRST_PAUSE * (1 << min(tries - 1, 20)), LONGEST_PAUSE)


def next_due(session: Session, ways: Ways, now: datetime) -> Delivery | None:
    """Take hold of one that waits and that nobody else is sending; the row stays locked until the transaction ends."""
    ours = or_(
        and_(Delivery.notice_id.is_not(None), Delivery.channel.in_(ways.channels)),
        and_(Delivery.link_id.is_not(None), Delivery.channel.in_(ways.to_reporters)),
    )
    asked = select(Delivery).where(Delivery.state == "waiting", Delivery.next_at <= now, ours)
    return session.scalars(asked.order_by(Delivery.next_at).limit(1).with_for_update(skip_locked=True)).first()


def deliver(session: Session, delivery: Delivery, ways: Ways, now: datetime) -> bool:
    """Try once, and write down how it went; whether all is well with it. The caller commits."""
    delivery.tries += 1
    try:
        if delivery.notice_id is not None:
            _send(session, delivery, delivery.notice_id, ways, now)
        elif delivery.link_id is not None and ways.url_of is not None:
            _answer(delivery, answer_of(session, delivery.link_id, ways.url_of, now), ways, now)
    except Outdated as error:
        delivery.state, delivery.error = "given_up", str(error)
        return True
    except (NotDelivered, ValueError) as error:  # ValueError: an address that is none
        delivery.error = str(error)[:500]
        delivery.next_at = now + pause(delivery.tries)
        delivery.state = "given_up" if delivery.tries >= MOST_TRIES else "waiting"
        return False
    delivery.state, delivery.sent_at, delivery.error = "sent", now, ""
    return True


def _answer(delivery: Delivery, answer: Answer, ways: Ways, now: datetime) -> None:
    if delivery.channel == "gateway" and ways.gateway is not None:
        webhook.post(ways.gateway, delivery.id, facts(answer), timestamp=int(now.timestamp()))
    elif ways.server is not None:
        mail.send(ways.server, letter(ways.server.sender, answer))
    answer.reporter.told_at = now


def _send(session: Session, delivery: Delivery, notice_id: int, ways: Ways, now: datetime) -> None:
    notice = session.get_one(Notice, notice_id)
    number = session.get_one(Case, notice.case_id).number if notice.case_id is not None else ""
    account = session.get(Account, notice.account_id) if notice.account_id is not None else None
    person_id = notice.person_id if account is None else account.person_id
    person = session.get(Person, person_id) if person_id is not None else None
    link = ways.origin and ways.origin + _path(notice, number)
    if delivery.channel == "webhook" and ways.hook is not None:
        told = _facts(notice, number, person.ref if person else None, account.username if account else None, link)
        webhook.post(ways.hook, delivery.id, told, timestamp=int(now.timestamp()))
    elif delivery.channel == "mail" and ways.server is not None:
        if person is None or not person.email:
            raise NotDelivered("they have no mail address any more")
        mail.send(ways.server, _letter(ways.server.sender, person.email, notice, number, link))


def _path(notice: Notice, number: str) -> str:
    """Where on this server more is to be seen."""
    if number:
        return f"/case/{number}"
    turn = turn_of(notice)
    return f"/grids/{turn['grid']}/roster?day={turn['day']}" if turn else ""


def _facts(notice: Notice, number: str, person: str | None, account: str | None, link: str) -> dict[str, Any]:
    """What the receiver is told. Whom it is for stands there as staff number or username; nothing else of theirs does."""
    (zh, en), (more_zh, more_en) = title(notice.kind), details(notice.facts)
    return {
        "notice": notice.id,
        "kind": notice.kind,
        "case": number,
        "at": notice.at.isoformat(),
        "to": {"person": person, "account": account},
        "facts": notice.facts,
        "words": {"zh": "：".join(filter(None, [zh, more_zh])), "en": ": ".join(filter(None, [en, more_en]))},
        "link": link,
    }


def _letter(sender: str, to: str, notice: Notice, number: str, link: str) -> Any:
    (zh, en), (more_zh, more_en) = title(notice.kind), details(notice.facts)
    heads = (f"{zh}：案件 {number}", f"{en}: case {number}") if number else (zh, en)
    paragraphs = [heads[0], more_zh, "", heads[1], more_en, "", link]
    text = "\n".join(paragraphs).strip() + "\n"
    return mail.letter(sender, to, " · ".join(filter(None, [f"[gridmap] {zh}", en, number])), text)
