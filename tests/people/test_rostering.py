"""Rosters: shifts, exceptions and swaps; what each deed does, refuses and writes down."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.clock import TOWN_ZONE
from gridmap.errors import Conflict, Invalid, NotFound
from gridmap.people import ending, rostering
from gridmap.people.duty import on_duty
from gridmap.people.models import Person, Post, ShiftException
from gridmap.people.roster import roster
from gridmap.people.rostering import Seat
from gridmap.people.turns import week_of
from tests.people.stage import HERE, HOUR, NOW, TODAY, appoint, journal

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def post(staffed: Session, one: Person) -> Post:
    return appoint(staffed, one)


@pytest.fixture
def other(staffed: Session, two: Person) -> Post:
    return appoint(staffed, two)


def shift(session: Session, post: Post, starts: int = 8, ends: int = 16, weekdays: tuple[int, ...] = (3,), **given: Any) -> int:
    made = rostering.add_shift(session, post.id, weekdays=weekdays, starts=time(starts), ends=time(ends), actor="test", **given)
    return made.id


WEDNESDAY = TODAY + timedelta(days=1)


def test_shifts_of_a_post_do_not_overlap(staffed: Session, post: Post) -> None:
    shift(staffed, post, 22, 6, (3,))
    with pytest.raises(Conflict, match="2026-03-05: 22:00–06:00"):
        shift(staffed, post, 5, 9, (4,))
    shift(staffed, post, 6, 9, (4,))
    with pytest.raises(Conflict):
        shift(staffed, post, 8, 8, (4,), until=date(2026, 3, 6))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"weekdays": ()}, "Weekdays"),
        ({"weekdays": (0,)}, "Weekdays"),
        ({"until": TODAY}, "before it begins"),
        ({"until": WEDNESDAY}, "None of these weekdays"),
        ({"since": date(2026, 3, 1)}, "needs a reason"),
    ],
)
def test_shifts_make_sense(staffed: Session, post: Post, given: dict[str, Any], why: str) -> None:
    with pytest.raises(Invalid, match=why):
        shift(staffed, post, **given)


def test_a_shift_needs_its_post(staffed: Session, post: Post) -> None:
    ending.end_post(staffed, post.id, at=NOW + 48 * HOUR, actor="test")
    with pytest.raises(Conflict, match="not held"):
        shift(staffed, post, since=date(2026, 4, 1))
    with pytest.raises(NotFound):
        rostering.add_shift(staffed, 10**6, weekdays=[1], starts=time(8), ends=time(9), actor="test")


def test_a_shift_ends_or_is_cancelled(staffed: Session, post: Post) -> None:
    standing = shift(staffed, post, since=date(2026, 2, 1), reason="was so")
    future = shift(staffed, post, 18, 20, since=date(2026, 4, 1))
    rostering.end_shift(staffed, standing, until=date(2026, 3, 12), actor="test")
    days = [one.day for n in range(3) for one in roster(staffed, HERE, week_of(TODAY + timedelta(weeks=n)))]
    assert days == [date(2026, 3, 4), date(2026, 3, 11)]
    with pytest.raises(Invalid, match="needs a reason"):
        rostering.end_shift(staffed, standing, until=date(2026, 3, 1), actor="test")
    rostering.end_shift(staffed, future, actor="test")
    assert [kind for kind, _ in journal(staffed, "rosters")] == ["shift.added", "shift.added", "shift.ended", "shift.cancelled"]
    with pytest.raises(Conflict, match="ended already"):
        rostering.end_shift(staffed, standing, until=date(2026, 3, 12), actor="test")


def test_off_and_stood_in_for(staffed: Session, post: Post, other: Post, two: Person) -> None:
    seat = Seat(shift(staffed, post), WEDNESDAY)
    at = datetime.combine(WEDNESDAY, time(9), TOWN_ZONE)
    with pytest.raises(Invalid, match="No turn"):
        rostering.except_turn(staffed, Seat(seat.shift_id, TODAY), substitute=None, reason="x", actor="test")
    with pytest.raises(Invalid, match="reason"):
        rostering.except_turn(staffed, seat, substitute=None, reason=" ", actor="test")
    with pytest.raises(Conflict, match="own turn"):
        rostering.except_turn(staffed, seat, substitute="T0001", reason="x", actor="test")
    off = rostering.except_turn(staffed, seat, substitute=None, reason="holiday", actor="test")
    assert on_duty(staffed, [HERE], at)[HERE] == []
    with pytest.raises(Conflict, match="exception already"):
        rostering.except_turn(staffed, seat, substitute=two.ref, reason="x", actor="test")
    rostering.withdraw(staffed, off.id, actor="test")
    rostering.except_turn(staffed, seat, substitute=two.ref, reason="ill", actor="test")
    assert [(d.ref, d.reason, d.post_id) for d in on_duty(staffed, [HERE], at)[HERE]] == [("T0002", "swap", post.id)]
    (turn,) = roster(staffed, HERE, week_of(TODAY))
    assert (turn.off, turn.substitute and turn.substitute.ref) == (False, "T0002")
    assert staffed.scalar(select(ShiftException.withdrawn_at).where(ShiftException.id == off.id)) == NOW


def test_a_swap_is_one_deed_with_two_sides(staffed: Session, post: Post, other: Post) -> None:
    mine, theirs = Seat(shift(staffed, post), WEDNESDAY), Seat(shift(staffed, other, weekdays=(4,)), TODAY + timedelta(days=2))
    token = rostering.swap(staffed, mine, theirs, reason="wedding", actor="test")
    on = [on_duty(staffed, [HERE], datetime.combine(seat.day, time(9), TOWN_ZONE))[HERE][0].ref for seat in (mine, theirs)]
    assert on == ["T0002", "T0001"]
    sides = staffed.scalars(select(ShiftException).order_by(ShiftException.id)).all()
    assert {side.swap for side in sides} == {token}
    with pytest.raises(Conflict, match="exception already"):
        rostering.swap(staffed, mine, theirs, reason="again", actor="test")
    rostering.withdraw(staffed, sides[1].id, actor="test")
    assert all(side.withdrawn_at is not None for side in sides)
    with pytest.raises(NotFound):
        rostering.withdraw(staffed, sides[0].id, actor="test")
    assert [kind for kind, _ in journal(staffed, "rosters")][-2:] == ["shift.swapped", "shift.restored"]


def test_nobody_swaps_with_themselves(staffed: Session, post: Post) -> None:
    one, other = shift(staffed, post), shift(staffed, post, 18, 20)
    with pytest.raises(Conflict, match="same person"):
        rostering.swap(staffed, Seat(one, WEDNESDAY), Seat(other, WEDNESDAY), reason="x", actor="test")


def test_what_has_begun_is_restored_only_with_a_reason(staffed: Session, post: Post) -> None:
    seat = Seat(shift(staffed, post, weekdays=(2,)), TODAY)
    exception = rostering.except_turn(staffed, seat, substitute=None, reason="x", actor="test")
    with pytest.raises(Invalid, match="needs a reason"):
        rostering.withdraw(staffed, exception.id, actor="test")
    rostering.withdraw(staffed, exception.id, reason="came after all", actor="test")
