"""Turns that change hands: the roster's deeds, and a notice to everybody whose turn it was or is now, but for who did it."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.notices.giving import Owner, give_each, owner_of
from gridmap.people import rostering
from gridmap.people.models import Post, Shift, ShiftException
from gridmap.people.rostering import Seat

KIND = "roster"


def swap(session: Session, one: Seat, other: Seat, *, reason: str, actor: str) -> UUID:
    """`people.rostering.swap`, told to both. The caller commits."""
    token = rostering.swap(session, one, other, reason=reason, actor=actor)
    _tell(session, ShiftException.swap == token, back=False, reason=reason, actor=actor)
    return token


def except_turn(session: Session, seat: Seat, *, substitute: str | None, reason: str, actor: str) -> ShiftException:
    """`people.rostering.except_turn`, told to whose turn it is and who stands in. The caller commits."""
    made = rostering.except_turn(session, seat, substitute=substitute, reason=reason, actor=actor)
    _tell(session, ShiftException.id == made.id, back=False, reason=reason, actor=actor)
    return made


def withdraw(session: Session, exception_id: int, *, reason: str = "", actor: str) -> None:
    """`people.rostering.withdraw`, told to the same people. The caller commits."""
    gone = rostering.withdraw(session, exception_id, reason=reason, actor=actor)
    _tell(session, ShiftException.id.in_(gone), back=True, reason=reason, actor=actor)


def _tell(session: Session, which: ColumnElement[bool], *, back: bool, reason: str, actor: str) -> None:
    """Each is told which turns they take and which they don't any more; `back`: it is the other way round."""
    asked = (
        select(ShiftException, Shift, Post).join(Shift, Shift.id == ShiftException.shift_id).join(Post, Post.id == Shift.post_id)
    )
    each: dict[Owner, dict[str, Any]] = defaultdict(lambda: {"takes": [], "gives": [], "reason": reason})
    for exception, shift, post in session.execute(asked.where(which).order_by(ShiftException.id)):
        hours = {"starts": shift.starts.isoformat("minutes"), "ends": shift.ends.isoformat("minutes")}
        turn = {"grid": post.grid_code, "day": str(exception.day), **hours}
        before, after = post.person_id, exception.substitute_id
        gives, takes = (after, before) if back else (before, after)
        for person_id, name in ((gives, "gives"), (takes, "takes")):
            if person_id is not None:
                each[Owner.of(person_id, None)][name].append(turn)
    if (themselves := owner_of(session, actor)) is not None:
        each.pop(themselves, None)
    give_each(session, KIND, each, subject="roster", actor=actor, at=clock.now(), common={})
