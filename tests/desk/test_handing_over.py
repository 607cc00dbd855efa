"""A turn that changes hands is told to whose it was and whose it is now, but for who did it."""

from datetime import date, time

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.desk import handing_over
from gridmap.notices.inbox import turn_of
from gridmap.notices.models import Notice
from gridmap.notices.words import details
from gridmap.people.models import Person, ShiftException
from gridmap.people.rostering import Seat
from tests import callers
from tests.people import crew
from tests.people.stage import HERE

WEDNESDAY, THURSDAY = date(2026, 3, 4), date(2026, 3, 5)
DAY, EVENING = "2026-03-04 08:00–16:00", "2026-03-05 17:00–20:00"
pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def seats(desk: Session) -> tuple[Seat, Seat]:
    """The turns of two members; the first has an account, the third is somebody without a turn."""
    crew.kinds(desk)
    one, two, _ = (crew.person(desk, number) for number in (1, 2, 3))
    callers.account(desk, username="one", person_id=one.id)
    by_day = crew.shift(desk, crew.post(desk, one, HERE))
    later = crew.shift(desk, crew.post(desk, two, HERE, "eco_warden"), time(17), time(20))
    return Seat(by_day.id, WEDNESDAY), Seat(later.id, THURSDAY)


def told(session: Session) -> list[tuple[int | None, str]]:
    """Whom the newest notices went to, and what they say; they are forgotten."""
    found = session.scalars(select(Notice).order_by(Notice.person_id)).all()
    said = [(one.person_id, details(one.facts)[1]) for one in found]
    for one in found:
        session.delete(one)
    session.flush()
    return said


def ids(session: Session) -> list[int]:
    return list(session.scalars(select(Person.id).order_by(Person.ref)))


def test_both_sides_of_a_swap_hear_of_it_and_of_its_end(desk: Session, seats: tuple[Seat, Seat]) -> None:
    one, two, _ = ids(desk)
    handing_over.swap(desk, *seats, reason="wedding", actor="account:head")
    assert told(desk) == [
        (one, f"yours now: {EVENING}; not yours any more: {DAY}; wedding"),
        (two, f"yours now: {DAY}; not yours any more: {EVENING}; wedding"),
    ]
    standing = desk.scalars(select(ShiftException.id)).first()
    assert standing is not None
    handing_over.withdraw(desk, standing, actor="account:one")
    assert told(desk) == [(two, f"yours now: {EVENING}; not yours any more: {DAY}")], "who did it knows"


def test_who_stands_in_hears_of_it_and_so_does_who_is_off(desk: Session, seats: tuple[Seat, Seat]) -> None:
    one, _, three = ids(desk)
    made = handing_over.except_turn(desk, seats[0], substitute="T0003", reason="ill", actor="account:one")
    assert turn_of(desk.scalars(select(Notice)).one()) == {
        "grid": HERE,
        "day": "2026-03-04",
        "starts": "08:00",
        "ends": "16:00",
    }
    assert told(desk) == [(three, f"yours now: {DAY}; ill")]
    handing_over.withdraw(desk, made.id, reason="well again", actor="account:head")
    assert told(desk) == [(one, f"yours now: {DAY}; well again"), (three, f"not yours any more: {DAY}; well again")]
    handing_over.except_turn(desk, seats[0], substitute=None, reason="holiday", actor="account:head")
    assert told(desk) == [(one, f"not yours any more: {DAY}; holiday")]
