"""The database counts what a person counts by hand, whatever cases there are."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count as numbers

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from gridmap.appraisal.counting import CASE_SQL, HOUR_SQL, TASK_SQL, VOTE_SQL, By, count
from gridmap.appraisal.indicators import quotient
from gridmap.appraisal.measures import MEASURES
from gridmap.appraisal.periods import Window
from gridmap.appraisal.ratios import RATIOS
from gridmap.grids.codes import Level
from gridmap.people.models import Department
from tests import town
from tests.appraisal.made import BEGIN, HOUR, Made, MadeTask, by_hand, cases, keep, tasks_by_hand

GROUPS = ["市容环境类", "街面秩序类"]
_numbers = numbers(1)


@pytest.fixture
def ids(tiny_town: Session) -> tuple[dict[str, int], list[int]]:
    """Two groups of categories and two departments."""
    categories = [town.category(tiny_town, f"0601{i}", group_zh=group).id for i, group in enumerate(GROUPS)]
    departments = [Department(code=f"d{i}", name=f"示例部门{i}", name_en="") for i in (1, 2)]
    tiny_town.add_all(departments)
    tiny_town.flush()
    return dict(zip(GROUPS, categories, strict=True)), [one.id for one in departments]


def test_every_measure_has_its_condition_and_every_ratio_its_measures() -> None:
    assert set(CASE_SQL) | set(VOTE_SQL) | set(TASK_SQL) | set(HOUR_SQL) == set(MEASURES)
    for ratio in RATIOS.values():
        assert MEASURES[ratio.numerator].of is MEASURES[ratio.denominator].of is ratio.of


def of(department: int | None) -> Callable[[MadeTask], bool]:
    return lambda task: task.department == department


def same(found: dict[str, float], wanted: dict[str, float]) -> None:
    for key in MEASURES:
        assert found.get(key, 0) == pytest.approx(wanted.get(key, 0), abs=1e-6), key


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_database_counts_as_a_person_does(
    tiny_town: Session, ids: tuple[dict[str, int], list[int]], data: st.DataObject
) -> None:
    categories, departments = ids
    made: list[Made] = data.draw(st.lists(cases(GROUPS, departments), max_size=8))
    since = BEGIN + data.draw(st.integers(0, 400)) * HOUR / 2
    window = Window(since, since + data.draw(st.integers(1, 200)) * HOUR / 2)
    with tiny_town.begin_nested() as example:
        into: int | None = None
        for one in sorted(made, key=lambda one: one.state == "merged"):
            if into is None and one.state == "merged":
                one.state = "void"
            kept = keep(tiny_town, one, next(_numbers), categories, into)
            into = into or kept
        found = count(tiny_town, window, None, Level.VILLAGE)
        same(found.total, by_hand(made, window) | tasks_by_hand(made, window))
        for group in (*GROUPS, None):
            same(found.by[By.GROUP].get(group, {}), by_hand((one for one in made if one.group == group), window))
        for village in (town.village(1), town.village(3), None):
            wanted = by_hand((one for one in made if (one.grid and one.grid[:12]) == village), window)
            same(found.by[By.GRID].get(village, {}), wanted)
        for source in ("camera-ai", "resident"):
            same(found.by[By.SOURCE].get(source, {}), by_hand((one for one in made if one.source == source), window))
        for department in (*departments, None):
            key = None if department is None else str(department)
            wanted = tasks_by_hand(made, window, of(department))
            same(found.by[By.DEPARTMENT].get(key, {}), wanted)
        scoped = count(tiny_town, window, town.micro(1, 1), Level.MICRO)
        here = [one for one in made if one.grid == town.micro(1, 1)]
        same(scoped.total, by_hand(here, window) | tasks_by_hand(here, window))
        for ratio in RATIOS.values():
            value = quotient(ratio, found.total)
            assert (value is None) == (found.total[ratio.denominator] == 0)
            assert value is None or ratio.unit == "hours" or 0 <= value <= 1, ratio.key
        example.rollback()


def test_nothing_comes_to_nothing_and_is_no_ratio(tiny_town: Session) -> None:
    found = count(tiny_town, Window(BEGIN, BEGIN + timedelta(days=1)), None, Level.VILLAGE)
    assert set(found.total.values()) == {0}
    assert all(quotient(ratio, found.total) is None for ratio in RATIOS.values())
