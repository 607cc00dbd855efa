"""Keep the rosters: weekly shifts of posts, exceptions for one day, swaps between two people.

What lies in the past is changed only with a reason, and nothing is deleted: shifts end, exceptions are withdrawn.
"""

from collections.abc import Collection
from datetime import date, time, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.errors import Conflict, Invalid, NotFound, msg
from gridmap.journal.write import Event, write
from gridmap.people.models import Person, Post, Shift, ShiftException
from gridmap.people.periods import first
from gridmap.people.turns import Pattern, clash, day_at, turn

TOPIC = "rosters"


class Seat(NamedTuple):
    """One turn: the shift and the day it begins on."""

    shift_id: int
    day: date


def pattern(shift: Shift) -> Pattern:
    """When a shift on record recurs."""
    return Pattern(frozenset(shift.weekdays), shift.starts, shift.ends, first(shift.valid), shift.valid.upper)


def add_shift(
    session: Session,
    post_id: int,
    *,
    weekdays: Collection[int],
    starts: time,
    ends: time,
    since: date | None = None,
    until: date | None = None,
    reason: str = "",
    actor: str,
) -> Shift:
    """Put the holder of a post on duty every week.

    Args:
        session: the caller commits.
        post_id: whose.
        weekdays: ISO numbers, Monday is 1.
        starts, ends: by the town's clock, to the minute; `ends` not after `starts` means the next morning.
        since: the first day it may begin on; default today.
        until: the day from which on it doesn't; None: as long as the post is held.
        reason: needed where `since` lies in the past.
        actor: who does it.

    Raises:
        Invalid: it makes no sense, or the past without a reason.
        NotFound: there is no such post.
        Conflict: the post is over by then, or one of its shifts overlaps (the sentence names it).
    """
    post = _locked_post(session, post_id)
    today = day_at(clock.now())
    wanted = checked(weekdays, starts, ends, since or today, until)
    if wanted.since < today and not reason.strip():
        raise Invalid(msg("What lies in the past (%(moment)s) needs a reason"), field="reason", moment=str(wanted.since))
    _check_held(post, wanted)
    _check_alone(session, post, wanted)
    shift = Shift(
        post_id=post_id, weekdays=sorted(wanted.weekdays), starts=starts, ends=ends, valid=Range(wanted.since, wanted.until)
    )
    session.add(shift)
    session.flush()
    write(session, [Event(TOPIC, "shift.added", post.grid_code, actor, {**_facts(shift), "reason": reason})])
    return shift


def checked(weekdays: Collection[int], starts: time, ends: time, since: date, until: date | None) -> Pattern:
    """A pattern that makes sense; `Invalid` where it doesn't."""
    if not weekdays or not set(weekdays) <= set(range(1, 8)):
        raise Invalid(msg("Weekdays are numbers from 1 (Monday) to 7 (Sunday)"), field="weekdays")
    if any(hour.second or hour.microsecond or hour.tzinfo for hour in (starts, ends)):
        raise Invalid(msg("Shifts start and end at whole minutes by the town's clock"), field="starts")
    if until is not None and until <= since:
        raise Invalid(msg("It ends before it begins"), field="until")
    found = Pattern(frozenset(weekdays), starts, ends, since, until)
    if until is not None and not any(found.begins_on(since + timedelta(days=n)) for n in range(7)):
        raise Invalid(msg("None of these weekdays lies between the first and the last day"), field="weekdays")
    return found


def _facts(shift: Shift) -> dict[str, object]:
    hours = {"starts": shift.starts.isoformat("minutes"), "ends": shift.ends.isoformat("minutes")}
    valid = {"since": str(shift.valid.lower), "until": str(shift.valid.upper) if shift.valid.upper else None}
    return {"shift": shift.id, "post": shift.post_id, "weekdays": shift.weekdays, **hours, **valid}


def _locked_post(session: Session, post_id: int) -> Post:
    post = session.scalars(select(Post).where(Post.id == post_id).with_for_update(key_share=True)).one_or_none()
    if post is None:
        raise NotFound(msg("There is no such post"))
    return post


def _check_held(post: Post, wanted: Pattern) -> None:
    begins, last = post.valid.lower, post.valid.upper
    over = last is not None and day_at(last) < wanted.since
    if over or (begins is not None and wanted.until is not None and wanted.until <= day_at(begins)):
        raise Conflict(msg("The post is not held in that time"))


def _check_alone(session: Session, post: Post, wanted: Pattern) -> None:
    for other in session.scalars(select(Shift).where(Shift.post_id == post.id).order_by(Shift.id)):
        day = clash(wanted, pattern(other))
        if day is not None:
            hours = f"{other.starts:%H:%M}–{other.ends:%H:%M}"
            raise Conflict(msg("It overlaps a shift of the same post on %(day)s: %(hours)s"), day=str(day), hours=hours)


def locked(session: Session, shift_id: int) -> tuple[Shift, Post]:
    """A shift nobody else changes until this transaction ends, and its post; `NotFound` when there is none."""
    row = session.execute(
        select(Shift, Post).join(Post, Post.id == Shift.post_id).where(Shift.id == shift_id).with_for_update(of=Shift)
    ).one_or_none()
    if row is None:
        raise NotFound(msg("There is no such shift"))
    return row[0], row[1]


def end_shift(session: Session, shift_id: int, *, until: date | None = None, reason: str = "", actor: str) -> None:
    """Let a shift begin no more from the day `until` on (default: today); one that never began is cancelled.

    Raises:
        Invalid: a day in the past without a reason.
        NotFound: there is no such shift.
        Conflict: it had ended before.
    """
    shift, post = locked(session, shift_id)
    today = day_at(clock.now())
    end = until or today
    since = first(shift.valid)
    if shift.valid.upper is not None and shift.valid.upper <= end:
        raise Conflict(msg("It ended already: %(period)s"), period=f"{shift.valid.lower} – {shift.valid.upper}")
    if end < today and not reason.strip():
        raise Invalid(msg("What lies in the past (%(moment)s) needs a reason"), field="reason", moment=str(end))
    kind, facts = "shift.ended", _facts(shift)
    if end <= since:
        kind = "shift.cancelled"
        for exception in session.scalars(select(ShiftException).where(ShiftException.shift_id == shift.id)).all():
            session.delete(exception)
        session.flush()
        session.delete(shift)
    else:
        shift.valid = Range(since, end)
    session.flush()
    write(session, [Event(TOPIC, kind, post.grid_code, actor, {**facts, "until": str(end), "reason": reason})])


def except_turn(session: Session, seat: Seat, *, substitute: str | None, reason: str, actor: str) -> ShiftException:
    """Let one turn be off, or let somebody else (a staff number) stand in for it.

    Raises:
        Invalid: no turn begins on that day; no reason.
        NotFound: there is no such shift or person.
        Conflict: the turn has an exception already; the substitute has left, can't sign in, or is who it would be anyway.
    """
    _reasoned(reason)
    shift, post = locked(session, seat.shift_id)
    _check_seat(session, shift, seat.day)
    other = None if substitute is None else _substitute(session, substitute, post, seat.day)
    exception = ShiftException(shift_id=shift.id, day=seat.day, substitute_id=other.id if other else None, reason=reason)
    session.add(exception)
    session.flush()
    facts = {"shift": shift.id, "day": str(seat.day), "substitute": substitute, "exception": exception.id, "reason": reason}
    write(session, [Event(TOPIC, "shift.excepted", post.grid_code, actor, facts)])
    return exception


def _reasoned(reason: str) -> None:
    if not reason.strip() or len(reason) > 500:
        raise Invalid(msg("An exception needs a reason of at most 500 characters"), field="reason")


def _check_seat(session: Session, shift: Shift, day: date) -> None:
    if not pattern(shift).begins_on(day):
        raise Invalid(msg("No turn of this shift begins on %(day)s"), field="day", day=str(day))
    standing = select(ShiftException.id).where(
        ShiftException.shift_id == shift.id, ShiftException.day == day, ShiftException.withdrawn_at.is_(None)
    )
    if session.scalar(standing) is not None:
        raise Conflict(msg("The turn of %(day)s has an exception already; withdraw that first"), day=str(day))


def _substitute(session: Session, ref: str, post: Post, day: date) -> Person:
    person = session.scalars(select(Person).where(Person.ref == ref)).one_or_none()
    if person is None:
        raise NotFound(msg("There is nobody with the staff number '%(ref)s'"), field="substitute", ref=ref[:40])
    if person.left_at is not None and day_at(person.left_at) <= day:
        raise Conflict(msg("They have left already"))
    if person.barred_at is not None:
        raise Conflict(msg("Their account is disabled"))
    if person.id == post.person_id:
        raise Conflict(msg("It is their own turn anyway"))
    return person


def swap(session: Session, one: Seat, other: Seat, *, reason: str, actor: str) -> UUID:
    """Let two people take each other's turn: one deed that writes both sides. Answers what both carry.

    Raises:
        Invalid: no turn begins on such a day; no reason.
        NotFound: there is no such shift.
        Conflict: a turn has an exception already, or both are the same person's.
    """
    _reasoned(reason)
    # In one order, so that two who swap the same turns the other way round wait for each other and don't lock up.
    found = {shift_id: locked(session, shift_id) for shift_id in sorted({one.shift_id, other.shift_id})}
    (mine, my_post), (theirs, their_post) = found[one.shift_id], found[other.shift_id]
    if my_post.person_id == their_post.person_id:
        raise Conflict(msg("Both turns are the same person's"))
    _check_seat(session, mine, one.day)
    _check_seat(session, theirs, other.day)
    token = uuid4()
    sides = ((mine, one.day, my_post, their_post), (theirs, other.day, their_post, my_post))
    for shift, day, _, stand_in in sides:
        session.add(ShiftException(shift_id=shift.id, day=day, substitute_id=stand_in.person_id, swap=token, reason=reason))
    session.flush()
    turns = [{"shift": shift.id, "day": str(day)} for shift, day, _, _ in sides]
    grids = dict.fromkeys((my_post.grid_code, their_post.grid_code))
    data = {"turns": turns, "swap": str(token), "reason": reason}
    write(session, [Event(TOPIC, "shift.swapped", code, actor, data) for code in grids])
    return token


def withdraw(session: Session, exception_id: int, *, reason: str = "", actor: str) -> list[int]:
    """Take an exception back, both sides of a swap together; one whose turn has begun needs a reason. Answers their ids.

    Raises:
        Invalid: the turn has begun and there is no reason.
        NotFound: there is no such exception, or it was withdrawn before.
    """
    named = session.get(ShiftException, exception_id)
    if named is None or named.withdrawn_at is not None:
        raise NotFound(msg("There is no such exception"))
    together = ShiftException.id == exception_id if named.swap is None else ShiftException.swap == named.swap
    query = (
        select(ShiftException, Shift, Post.grid_code)
        .join(Shift, Shift.id == ShiftException.shift_id)
        .join(Post, Post.id == Shift.post_id)
        .where(together, ShiftException.withdrawn_at.is_(None))
        .order_by(ShiftException.id)
        .with_for_update(of=ShiftException)
    )
    rows = session.execute(query).all()
    now = clock.now()
    begun = [exception for exception, shift, _ in rows if turn(exception.day, shift.starts, shift.ends).begins <= now]
    if begun and not reason.strip():
        raise Invalid(msg("What lies in the past (%(moment)s) needs a reason"), field="reason", moment=str(begun[0].day))
    for exception, _, _ in rows:
        exception.withdrawn_at = now
    session.flush()
    gone = [exception.id for exception, _, _ in rows]
    grids = dict.fromkeys(code for _, _, code in rows)
    write(session, [Event(TOPIC, "shift.restored", code, actor, {"exceptions": gone, "reason": reason}) for code in grids])
    return gone
