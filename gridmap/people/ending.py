"""End posts, take an end back, let one head follow another. What held is ended, never changed; the journal remembers what was."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.errors import Conflict, Invalid, msg
from gridmap.journal import feed
from gridmap.journal.models import JournalEntry
from gridmap.journal.write import Event, write
from gridmap.people.appointing import HEADS, TOPIC, appoint, check_free, locked_post, open_grid, period
from gridmap.people.models import Duty, Person, Post, PostKind, Shift
from gridmap.people.periods import ended, explained, first
from gridmap.people.turns import day_at

ENDED = "post.ended"


def end_post(session: Session, post_id: int, *, at: datetime | None = None, reason: str = "", actor: str) -> None:
    """End a post, its duties and its shifts (default: now). One that was still to begin is cancelled: nobody ever held it.

    Raises:
        Invalid: a moment in the past without a reason.
        NotFound: there is no such post.
        Conflict: it had ended before.
    """
    post, ref = locked_post(session, post_id)
    valid = ended(post.valid, at, now=clock.now(), reason=reason)
    facts = {"post": post.id, "grid": post.grid_code, "kind": post.kind, "reason": reason}
    if valid is None or valid.upper is None:
        _cancel(session, post)
        write(session, [Event(TOPIC, "post.cancelled", ref, actor, {**facts, **period(post.valid)})])
        return
    was: dict[str, Any] = {"until": _written(post.valid.upper)}
    post.valid = valid
    was |= {"duties": _cut_duties(session, post.id, valid.upper), "shifts": _cut_shifts(session, post.id, valid.upper)}
    session.flush()
    write(session, [Event(TOPIC, ENDED, ref, actor, {**facts, **period(valid), "was": was})])


def _written(end: Any) -> str | None:
    return None if end is None else end.isoformat()


def _cancel(session: Session, post: Post) -> None:
    shifts = session.scalars(select(Shift).where(Shift.post_id == post.id)).all()
    if shifts:
        raise Conflict(msg("It has shifts already: end those first"))
    for duty in session.scalars(select(Duty).where(Duty.post_id == post.id)).all():
        session.delete(duty)
    session.flush()
    session.delete(post)
    session.flush()


def _cut_duties(session: Session, post_id: int, end: datetime) -> dict[str, str | None]:
    """Answers the ends the duties had before, by their ids."""
    was: dict[str, str | None] = {}
    open_ended = or_(func.upper_inf(Duty.valid), func.upper(Duty.valid) > end)
    for duty in session.scalars(select(Duty).where(Duty.post_id == post_id, open_ended)).all():
        if first(duty.valid) >= end:
            session.delete(duty)  # It was still to begin.
        else:
            was[str(duty.id)] = _written(duty.valid.upper)
            duty.valid = Range(duty.valid.lower, end)
    return was


def _cut_shifts(session: Session, post_id: int, end: datetime) -> dict[str, str | None]:
    """No turn begins once the post is over; one that runs then is cut short by the post's own end. Answers as above."""
    last, was = day_at(end) + timedelta(days=1), dict[str, str | None]()
    for shift in session.scalars(select(Shift).where(Shift.post_id == post_id)).all():
        if first(shift.valid) < last and (shift.valid.upper is None or shift.valid.upper > last):
            was[str(shift.id)] = _written(shift.valid.upper)
            shift.valid = Range(shift.valid.lower, last)
    return was


def resume_post(session: Session, post_id: int, *, reason: str = "", actor: str) -> None:
    """Take the end of a post back: it goes on as if it had not been ended, with the duties and shifts that ended with it.

    Raises:
        Invalid: the end lies in the past and there is no reason, or the grid is retired.
        NotFound: there is no such post.
        Conflict: nobody ended it, they have left, or somebody else holds what they held.
    """
    post, ref = locked_post(session, post_id)
    was, end = _what_was(post, _ends(session, ref)), post.valid.upper
    if was is None or end is None:
        raise Conflict(msg("Nobody ended this post; where it was given until a day, give it anew"))
    explained(end, now=clock.now(), reason=reason)
    until = None if was["until"] is None else datetime.fromisoformat(was["until"])
    _check_may_go_on(session, post, Range(end, until))
    post.valid = Range(post.valid.lower, until)
    session.flush()
    duties, shifts = (list(map(int, was[of])) for of in ("duties", "shifts"))
    _give_back(session.scalars(select(Duty).where(Duty.id.in_(duties))), was["duties"], datetime.fromisoformat)
    _give_back(session.scalars(select(Shift).where(Shift.id.in_(shifts))), was["shifts"], date.fromisoformat)
    session.flush()
    facts = {"post": post.id, "grid": post.grid_code, "kind": post.kind, "reason": reason}
    write(session, [Event(TOPIC, "post.resumed", ref, actor, {**facts, **period(post.valid)})])


def resumable(session: Session, ref: str, posts: Sequence[Post]) -> set[int]:
    """Which of somebody's posts have an end that could be taken back."""
    ends = _ends(session, ref)
    return {post.id for post in posts if _what_was(post, ends) is not None}


def _ends(session: Session, ref: str) -> dict[int, JournalEntry]:
    """The last deed that ended a post, by the post's id."""
    return {entry.data["post"]: entry for entry in feed.history(session, TOPIC, ref) if entry.kind == ENDED}


def _what_was(post: Post, ends: Mapping[int, JournalEntry]) -> Mapping[str, Any] | None:
    """What the deed that ended a post wrote down of the time before; None where no deed set the end it has."""
    deed = ends.get(post.id)
    if deed is None or post.valid.upper is None or datetime.fromisoformat(deed.data["until"]) != post.valid.upper:
        return None
    was: Mapping[str, Any] | None = deed.data.get("was")
    return was


def _check_may_go_on(session: Session, post: Post, gained: Range[datetime]) -> None:
    grid, person = open_grid(session, post.grid_code), session.get_one(Person, post.person_id)
    if person.left_at is not None and (gained.upper is None or gained.upper > person.left_at):
        raise Conflict(msg("They have left already"))
    check_free(session, grid, person, session.get_one(PostKind, post.kind), gained)


def _give_back(rows: Iterable[Duty | Shift], ends: Mapping[str, str | None], read: Callable[[str], Any]) -> None:
    for row in rows:
        end = ends[str(row.id)]
        row.valid = Range(row.valid.lower, None if end is None else read(end))


def succeed(
    session: Session,
    ref: str,
    grid_code: str,
    kind: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    duties: Sequence[str] = (),
    reason: str = "",
    actor: str,
) -> Post:
    """Let somebody head a grid in place of whoever heads it: one ends and the other begins at the same moment.

    Raises: as `appoint` and `end_post`; `Invalid` where the kind of post is no head's.
    """
    if kind not in HEADS.values():
        raise Invalid(msg("Only a head follows another head"), field="kind")
    grid, at = open_grid(session, grid_code), since or clock.now()
    standing = select(Post.id).where(Post.grid_code == grid.code, Post.kind == kind, Post.valid.contains(at))
    for post_id in session.scalars(standing).all():
        end_post(session, post_id, at=at, reason=reason, actor=actor)
    return appoint(session, ref, grid_code, kind, since=at, until=until, duties=duties, reason=reason, actor=actor)
