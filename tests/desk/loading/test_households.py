"""Counts of households come in by the day they were made, and stand in what a plan would change."""

from datetime import date

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gridmap.accounts.rights import Role
from gridmap.grids.households import HouseholdCount
from tests import callers, town
from tests.desk.loading.conftest import Loads, reasons
from tests.town import micro, spot


def table(*rows: str) -> str:
    return "\n".join(["网格编码,户数,统计日期,来源", *rows])


def test_the_same_day_again_takes_the_place_of_what_was_said(tiny_town: Session, load: Loads) -> None:
    report = load("households", table(f"{micro(1, 1)},320,2026-10-01,普查", f"{micro(1, 2)},0,2026/10/1,"), suffix=".csv")
    assert (reasons(report), report.new) == ([], 2)
    again = load("households", table(f"{micro(1, 1)},330,2026-10-01,更正", f"{micro(1, 1)},340,2026-11-01,"), suffix=".csv")
    assert (again.new, again.changed, again.unchanged) == (1, 1, 0)
    counts = tiny_town.execute(select(HouseholdCount.households).order_by(HouseholdCount.grid_code, HouseholdCount.counted_on))
    assert list(counts.scalars()) == [330, 340, 0]
    assert load("households", table(f"{micro(1, 1)},340,2026-11-01,"), suffix=".csv").unchanged == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"{town.village(1)},1,2026-10-01,", "no micro-grid"),
        (f"{town.village(1)}999,1,2026-10-01,", "no micro-grid"),
        (f"{micro(1, 1)},-1,2026-10-01,", "households"),
        (f"{micro(1, 1)},1.5,2026-10-01,", "whole numbers"),
        (f"{micro(1, 1)},,2026-10-01,", "households is missing"),
        (f"{micro(1, 1)},1,2027-10-01,", "still to come"),
        (f"{micro(1, 1)},1,,", "counted_on is missing"),
        (f"{micro(1, 1)},1,昨天,", "is not a day"),
        (f"{micro(1, 1)},1,2026-10-01,\n{micro(1, 1)},2,2026-10-01,", "stands there already"),
    ],
)
def test_one_bad_row_keeps_the_file_out(tiny_town: Session, load: Loads, row: str, said: str) -> None:
    report = load("households", table(f"{micro(2, 2)},5,2026-10-01,", row), suffix=".csv")
    assert said in str(reasons(report))
    assert tiny_town.scalars(select(HouseholdCount)).all() == []


@pytest.fixture
def counted(committing: Engine, app: APIFlask) -> FlaskClient:
    """A planner; the middle grid and the one south of it have been counted, the middle one twice."""
    with Session(committing) as session, session.begin():
        for code, day, households in (
            (micro(2, 2), "2026-02-01", 100),
            (micro(2, 2), "2026-10-01", 300),
            (micro(2, 1), "2026-10-01", 50),
        ):
            session.add(HouseholdCount(grid_code=code, counted_on=date.fromisoformat(day), households=households))
    return callers.signed_in(app, Role.PLANNER)


def test_the_newest_counts_as_of_a_day(counted: FlaskClient) -> None:
    told = counted.get(f"/api/v1/households?within={town.village(2)}").get_json()["households"]
    assert [(one["code"], one["households"], one["counted_on"]) for one in told] == [
        (micro(2, 1), 50, "2026-10-01"),
        (micro(2, 2), 300, "2026-10-01"),
    ]
    assert told[1]["place"] == pytest.approx(list(spot(1.5, 1.5)), abs=0.001)
    then = counted.get("/api/v1/households?at=2026-03-01T00:00:00%2B08:00").get_json()["households"]
    assert [one["households"] for one in then] == [100]
    assert counted.get(f"/api/v1/households?within={town.village(1)}").get_json() == {"households": []}
    assert counted.get("/api/v1/households?within=%25").status_code == 422


def test_a_plan_tells_how_many_households_change_grid(counted: FlaskClient) -> None:
    plan = f"/api/v1/plans/{counted.post('/api/v1/plans', json={'name': '户', 'ground': town.TOWN}).get_json()['id']}"
    body = {"code": micro(2, 2), "line": [spot(0.9, 1.75), spot(2.1, 1.75)]}
    assert counted.post(f"{plan}/ops/split", json=body, headers={"If-Match": "*"}).status_code == 200
    grids = {one["code"]: one for one in counted.get(f"{plan}/impact").get_json()["grids"]}
    told = {code: [one[side] and one[side]["households"] for side in ("before", "after")] for code, one in grids.items()}
    assert told[micro(2, 2)] == [300, 225]
    assert told[f"{town.village(2)}004"] == [None, 75]
    assert told[micro(1, 2)] == [None, None], "nobody counted there"
    assert "households_before" in counted.get(f"{plan}/impact?format=csv").get_data(as_text=True)
