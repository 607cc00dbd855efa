"""What a reporter is told once their case is verified (反馈): the reply, and the link to rate it by; no name but their own."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.cases.loop_models import Rating, RatingLink, Reporter
from gridmap.cases.models import Case, Category
from gridmap.cases.states import State
from gridmap.clock import local
from gridmap.notices import mail
from gridmap.notices.models import Delivery
from gridmap.notices.webhook import NotDelivered

TITLE = ("您反映的问题已处置", "What you reported has been dealt with")
UrlOf = Callable[[RatingLink], str]


class Outdated(NotDelivered):
    """It need not be told any more, now or later."""


@dataclass(frozen=True)
class Answer:
    """One reporter's answer: whom it is for, what it is about, what it says in Chinese and English, where to rate."""

    link: RatingLink
    reporter: Reporter
    about: tuple[str, str]
    words: tuple[str, str]
    url: str


def answer_of(session: Session, link_id: int, url_of: UrlOf, now: datetime) -> Answer:
    """What is to be told by a link.

    Raises:
        Outdated: the case was taken up again since, was rated by it, or was none; or the link has run out.
    """
    link = session.get_one(RatingLink, link_id)
    case, reporter = session.get_one(Case, link.case_id), session.get_one(Reporter, link.reporter_id)
    if link.round != case.rounds or State(case.state) in (State.VOID, State.MERGED) or link.expires_at < now:
        raise Outdated("the case has been taken up again, or was none, or the link has run out")
    if session.get(Rating, link.id) is not None:
        raise Outdated("they have rated it already")
    about = _about(session, case, session.get_one(Case, reporter.case_id).received_at)
    said = tuple("\n".join(filter(None, [words, case.reply])) for words in about)
    return Answer(link, reporter, about, (said[0], said[1]), url_of(link))


def _about(session: Session, case: Case, received_at: datetime) -> tuple[str, str]:
    """The category and the day it was reported: enough to know it by, and nothing of the place for who reads along."""
    category = session.get(Category, case.category_id) if case.category_id is not None else None
    day = local(received_at).strftime("%Y-%m-%d")
    zh, en = (category.name_zh, category.name_en or category.name_zh) if category else ("", "")
    return f"{day} {zh or '您反映的事项'}：已处置并核实。", f"{day} {en or 'the matter you reported'}: dealt with and checked."


def facts(answer: Answer) -> dict[str, Any]:
    """What the city's gateway for text messages is told: whom to write to, the words in both languages, and the address."""
    reporter = answer.reporter
    return {
        "kind": "answer",
        "link_id": answer.link.id,
        "to": {"name": reporter.name, "phone": reporter.phone, "email": reporter.email},
        "words": {"zh": answer.words[0], "en": answer.words[1]},
        "rate": answer.url,
        "expires_at": answer.link.expires_at.isoformat(),
    }


def ways_out(session: Session, links: Collection[int]) -> Mapping[int, Sequence[Delivery]]:
    """The ways out of these links' answers, and how far each has come; every link asked for is a key."""
    found: dict[int, list[Delivery]] = {link_id: [] for link_id in links}
    for delivery in session.scalars(select(Delivery).where(Delivery.link_id.in_(found)).order_by(Delivery.id)):
        if delivery.link_id is not None:
            found[delivery.link_id].append(delivery)
    return found


def letter(sender: str, answer: Answer) -> EmailMessage:
    """The same as a mail."""
    until = local(answer.link.expires_at).strftime("%Y-%m-%d")
    zh, en = answer.words
    parts = [
        *(f"{TITLE[0]}。", zh, f"请评价（{until} 前有效，一次）：", answer.url, ""),
        *(f"{TITLE[1]}.", en, f"Please rate it (once, until {until}):", answer.url),
    ]
    return mail.letter(sender, answer.reporter.email, " · ".join(TITLE), "\n".join(parts) + "\n")
