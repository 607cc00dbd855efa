"""The first on duty from memory: as true as asking, whatever happens and however late it is."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.journal.feed import advance
from gridmap.people import appointing, registering, rostering
from gridmap.people.duty import on_duty
from gridmap.people.first import VERSION_SQL, first_on_duty
from gridmap.people.models import Person
from tests import town
from tests.people import crew

CODES = [town.micro(x, y) for x in (1, 2, 3) for y in (1, 2, 3)]
HERE = town.micro(1, 1)
START = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def crowded(committing: Engine) -> Engine:
    """Two who share the day in (1, 1), one at odd hours in (2, 2), a head of the village in the east; all committed."""
    with Session(committing) as session, session.begin():
        town.found(session)
        crew.kinds(session)
        early, late, odd, head = (crew.person(session, number) for number in (1, 2, 3, 4))
        crew.shift(session, crew.post(session, early, HERE), time(8), time(20))
        crew.shift(session, crew.post(session, late, HERE, until=START + timedelta(hours=30, minutes=7)), time(20), time(8))
        crew.shift(session, crew.post(session, odd, town.micro(2, 2)), time(9, 13), time(9, 13), weekdays=(2, 4))
        crew.post(session, head, town.village(3), "village_head", since=START + timedelta(hours=3, minutes=1))
    return committing


def remembered(session: Session, at: datetime) -> dict[str, int]:
    version = session.execute(text(VERSION_SQL.replace("%%", "%"))).scalar_one()
    assert version is not None
    return first_on_duty(session, CODES, at, version=version)


def asked(session: Session, at: datetime) -> dict[str, int]:
    return {code: there[0].person_id for code, there in on_duty(session, CODES, at).items() if there}


def test_it_tells_what_asking_tells_at_every_quarter_of_an_hour(crowded: Engine) -> None:
    told = set()
    with Session(crowded) as session:
        for quarter in range(4 * 72):
            at = START + timedelta(minutes=15 * quarter)
            found = remembered(session, at)
            assert found == asked(session, at), at
            told.add(tuple(sorted(found.items())))
    assert len(told) > 4  # So much changes in these three days.


def test_on_the_very_edge_of_a_turn(crowded: Engine) -> None:
    with Session(crowded) as session:
        for at in (datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 3, 1, 13, tzinfo=UTC), START + timedelta(minutes=181)):
            for moment in (at - timedelta(microseconds=1), at, at - timedelta(days=2), at + timedelta(microseconds=1)):
                assert remembered(session, moment) == asked(session, moment)


@pytest.fixture
def statements(crowded: Engine) -> Iterator[list[str]]:
    """What SQLAlchemy sent about turns; what goes past it is not seen."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "on_shift" in statement:
            sent.append(statement)

    event.listen(crowded, "before_cursor_execute", note)
    yield sent
    event.remove(crowded, "before_cursor_execute", note)


def test_it_asks_once_until_something_happens(crowded: Engine, statements: list[str]) -> None:
    at = START + timedelta(hours=2)
    with Session(crowded) as session:
        for minute in range(20):
            remembered(session, at + timedelta(minutes=minute))
    assert len(statements) == 1
    with Session(crowded) as session, session.begin():
        registering.leave(session, "T0001", reason="test", actor="test")
    with Session(crowded) as session:
        remembered(session, at)
    assert len(statements) == 2


def test_each_deed_is_seen_at_once_relayed_or_not(crowded: Engine) -> None:
    now = clock.now()
    with Session(crowded) as reading:
        before = remembered(reading, now)
        reading.rollback()
        with Session(crowded) as session, session.begin():
            stand_in = crew.person(session, 9)
            post = appointing.appoint(session, stand_in.ref, town.micro(3, 3), "building_leader", actor="test")
            rostering.add_shift(session, post.id, weekdays=[1, 2, 3, 4, 5, 6, 7], starts=time(0), ends=time(0), actor="test")
            person = session.get_one(Person, stand_in.id).id
        after = now + timedelta(minutes=1)
        while_pending = remembered(reading, max(after, clock.now()))
        assert while_pending == asked(reading, max(after, clock.now()))
        reading.rollback()
        with Session(crowded) as session, session.begin():
            advance(session)
        assert remembered(reading, max(after, clock.now())) == while_pending
        assert before.get(town.micro(3, 3)) != person == while_pending[town.micro(3, 3)]


def test_what_is_not_committed_is_neither_kept_nor_missed(crowded: Engine) -> None:
    at = START + timedelta(hours=1)
    with Session(crowded) as session:
        kept = remembered(session, at)
        session.rollback()
        crew.post(session, crew.person(session, 9), town.TOWN, "town_head")
        version = session.execute(text(VERSION_SQL.replace("%%", "%"))).scalar_one()
        assert version is None
        assert first_on_duty(session, CODES, at, version=version) == asked(session, at) != kept
        session.rollback()
        assert remembered(session, at) == kept
