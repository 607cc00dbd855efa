"""Working days and limits of stages come in by files; open cases follow them."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases import working
from gridmap.cases.clock_models import StageLimit, Watch, WorkDay
from gridmap.cases.deadlines import SHIFTS, Limit, Unit, due_at, read_hours
from gridmap.desk.loading.job import Terms
from gridmap.desk.loading.load import load_file
from gridmap.desk.loading.report import Report
from gridmap.desk.watching import anew, following
from gridmap.desk.watching.rules import Rules
from gridmap.errors import Invalid
from gridmap.journal.feed import advance
from gridmap.resources import data_dir
from tests.cases.limits import working_day_limit
from tests.desk import stage

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def afresh() -> None:
    working.forget()


def load(session: Session, tmp_path: Path, text: str) -> Report:
    path = tmp_path / "clocks.csv"
    path.write_text(text, encoding="utf-8")
    now = clock.now()
    return load_file(session, "clocks", path, datum=None, terms=Terms("test", now, timedelta(0), 30.0))


def test_a_day_declared_worked_and_one_declared_off(session: Session, tmp_path: Path) -> None:
    report = load(session, tmp_path, "日期,上班,备注\n2026-11-28,是,演示\n2026-11-30,否,演示\n")
    assert (report.new, report.refused) == (2, [])
    today = working.calendar(session)
    friday = datetime(2026, 11, 27, 17, tzinfo=ZONE)
    # Saturday is worked, Monday is not.
    assert due_at(friday, Limit(8, Unit.WORKING_HOUR), calendar=today) == datetime(2026, 11, 28, 17, tzinfo=ZONE)
    assert due_at(friday, Limit(8, Unit.WORKING_HOUR)) == datetime(2026, 11, 30, 17, tzinfo=ZONE)
    assert due_at(friday, Limit(10, Unit.WORKING_HOUR), calendar=today) == datetime(2026, 12, 1, 9, tzinfo=ZONE)
    again = load(session, tmp_path, "day,works,note\n2026-11-28,false,演示\n2026-11-30,false,演示\n")
    assert (again.new, again.changed, again.unchanged) == (0, 1, 1)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("day,works\n2026-13-01,true\n", "day"),
        ("day,works\n2026-11-28,maybe\n", "works"),
        ("day,works\n2026-11-28,true\n2026-11-28,false\n", "day"),
        ("stage,value,unit\nlunch,1,working_hour\n", "stage"),
        ("stage,value,unit\naccept,0,working_hour\n", "value"),
        ("stage,value,unit\naccept,1,fortnight\n", "unit"),
    ],
)
def test_what_makes_no_sense_is_refused_whole(session: Session, tmp_path: Path, text: str, field: str) -> None:
    report = load(session, tmp_path, text)
    assert [refusal.fault.field for refusal in report.refused] == [field]
    assert session.scalars(select(WorkDay)).all() == []


def test_the_shipped_limits_of_stages_come_in(session: Session) -> None:
    now = clock.now()
    path = data_dir() / "categories" / "stage_limits.csv"
    load_file(session, "clocks", path, datum=None, terms=Terms("test", now, timedelta(0), 30.0))
    found = {row.stage: (row.value, row.unit) for row in session.scalars(select(StageLimit))}
    assert found == {"dispatch": (0.25, "working_hour"), "accept": (0.25, "working_hour"), "verify": (0.5, "urgent_hour")}


def test_open_cases_follow_a_new_working_day(desk: Session, tmp_path: Path) -> None:
    working_day_limit(desk)
    friday = datetime(2026, 11, 27, 17, tzinfo=ZONE)
    case = stage.open_case(desk, now=friday, category=None, source_code="07")
    assert case.due_at == datetime(2026, 11, 30, 17, tzinfo=ZONE)
    rules = Rules()
    following.follow(desk, rules, [])
    load(desk, tmp_path, "day,works\n2026-11-28,true\n")
    while advance(desk):
        pass
    with clock.frozen(friday + timedelta(hours=1)):
        following.follow(desk, rules, [])
        assert anew.go_on(desk, rules.read(desk)) == (1, 1, 0)
    assert case.due_at == datetime(2026, 11, 28, 17, tzinfo=ZONE)
    assert desk.get_one(Watch, case.id).next_at == datetime(2026, 11, 28, 15, tzinfo=ZONE)


def test_other_working_hours() -> None:
    try:
        working.keep_hours("09:00-12:00,13:30-17:30")
        assert working._town.shifts != SHIFTS
    finally:
        working.keep_hours("08:00-12:00,14:00-18:00")


@pytest.mark.parametrize("text", ["", "8-12", "12:00-08:00", "08:00-12:00,11:00-13:00", "08:00-24:00", "08:00-12:00;14:00-18:00"])
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="working hours"):
        read_hours(text)
    with pytest.raises(Invalid):
        working.keep_hours(text)
