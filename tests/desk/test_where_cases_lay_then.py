"""The past in numbers: cases open at a moment, by the grid they lay in at that moment."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases import figures
from gridmap.cases.states import State
from gridmap.desk.redrawing.enact import roll_back
from tests import town
from tests.desk.incoming import NOW
from tests.desk.turning import AFTER, BEFORE, MOVING, STAYING, newest, opened, publish

MINUTE = timedelta(minutes=1)
PUBLISHED, ROLLED_BACK = NOW + timedelta(hours=1), NOW + timedelta(hours=2)


def counted(session: Session, at_minute: timedelta) -> dict[str | None, int]:
    at = NOW + at_minute
    found = figures.open_counts_then(session, at)
    for code in (BEFORE, AFTER):
        load = figures.grid_load(session, code, now=NOW + timedelta(days=30), at=at)
        assert load["open_cases"] == found.get(code, {"open": 0})["open"]
    return {code: there["open"] for code, there in found.items()}


def test_a_case_counts_where_it_lay_then(desk: Session) -> None:
    opened(desk, MOVING, STAYING)
    publish(desk)
    with clock.frozen(ROLLED_BACK):
        roll_back(desk, newest(desk), actor="account:planner", nearest_limit_m=30.0)
    closed = {"at": ROLLED_BACK + timedelta(hours=1)}
    town.stand(desk, State.CLOSED, "source_id = 'A-1'")
    desk.execute(text("UPDATE cases SET closed_at = :at WHERE source_id = 'A-1'"), closed)
    assert counted(desk, -MINUTE) == {}
    assert counted(desk, MINUTE) == {BEFORE: 2}
    assert counted(desk, timedelta(hours=1, minutes=1)) == {AFTER: 1, BEFORE: 1}
    assert counted(desk, timedelta(hours=2, minutes=1)) == {BEFORE: 2}
    assert counted(desk, timedelta(hours=3, minutes=1)) == {BEFORE: 1}


def test_what_had_no_grid_then_counts_in_none(desk: Session) -> None:
    opened(desk, MOVING)
    desk.execute(text("UPDATE cases SET grid_code = NULL"))
    publish(desk)
    assert counted(desk, MINUTE) == {None: 1}
    assert counted(desk, timedelta(hours=1, minutes=1)) == {AFTER: 1}


def test_late_and_new_are_told_as_of_then(desk: Session) -> None:
    opened(desk, MOVING)
    desk.execute(text("UPDATE cases SET due_at = :at"), {"at": NOW + timedelta(hours=30)})
    asked = {"now": NOW + timedelta(days=30)}
    day, later = (figures.grid_load(desk, BEFORE, at=NOW + timedelta(hours=hours), **asked) for hours in (10, 31))
    assert (day["cases_24h"], day["overdue"]) == (1, 0)
    assert (later["cases_24h"], later["overdue"]) == (0, 1)
