"""What was published, what rolling back would do, and rolling back, over the wire."""

from datetime import UTC, datetime

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from gridmap.accounts.rights import Role
from gridmap.desk.redrawing.enact import enact
from gridmap.grids.change import Change
from gridmap.grids.models import Publication
from tests import callers, town
from tests.grids.publishes import redrawn

WEST, EAST = town.micro(1, 1), town.micro(2, 1)


@pytest.fixture
def published(committing: Engine, app: APIFlask) -> int:  # the town comes with it
    with Session(committing) as session, session.begin():
        base = session.scalar(select(func.max(Publication.id)))
        drafts = {draft.code: draft for draft in town.drafts(**redrawn()) if draft.code in (WEST, EAST)}
        at = datetime(2026, 6, 1, tzinfo=UTC)
        made = enact(session, Change(base, drafts), actor="account:p", nearest_limit_m=30.0, at=at, note="示例调整").published
    assert made.publication is not None
    return made.publication


def address(publication: int) -> str:
    return f"/api/v1/publications/{publication}"


def test_publishes_are_listed_and_told(client: FlaskClient, published: int) -> None:
    listed = client.get("/api/v1/publications").get_json()["publications"]
    assert [one["id"] for one in listed] == [published, published - 1]
    assert (listed[0]["note"], listed[0]["undoes"], listed[0]["undone_by"]) == ("示例调整", None, None)
    page = client.get(f"/api/v1/publications?limit=1&before={published}").get_json()
    assert ([one["id"] for one in page["publications"]], page["next"]) == ([published - 1], None)
    told = client.get(address(published)).get_json()
    assert (told["codes"]["begun"], told["codes"]["ended"]) == ([], [])
    assert WEST in told["codes"]["opened"]
    assert {(row["from_code"], row["to_code"], row["cases"]) for row in told["lineage"]} >= {(EAST, WEST, 0), (EAST, EAST, 0)}
    assert told["names"][WEST]["name"] == "演示村1第1微网格"
    west, south, east, north = told["bounds"]
    assert (west < east, south < north) == (True, True)
    assert client.get(address(published + 9)).status_code == 404


def test_who_published_is_for_those_who_read_plans(app: APIFlask, published: int) -> None:
    told = [callers.signed_in(app, role).get(address(published)).get_json() for role in (Role.PLANNER, Role.MEMBER)]
    assert [(one["by"], one["grids"], one["cases"]) for one in told] == [("p", 2, 0), ("", 2, 0)]


def test_a_rollback_is_seen_before_and_done_once(planner: FlaskClient, published: int) -> None:
    seen = planner.get(f"{address(published)}/rollback").get_json()
    by_code = {grid["code"]: grid for grid in seen["grids"]}
    assert by_code[WEST]["before"]["area_m2"] > by_code[WEST]["after"]["area_m2"]
    assert planner.get("/api/v1/publications").get_json()["publications"][0]["id"] == published
    done = planner.post(f"{address(published)}/rollback", json={"note": "看错了", "newest": published})
    assert done.status_code == 200
    assert (done.get_json()["opened"], done.get_json()["moved"]) == (seen["opened"], 0)
    assert planner.get(address(published)).get_json()["undone_by"] == done.get_json()["publication"]
    again = planner.post(f"{address(published)}/rollback", json={})
    assert again.status_code == 422
    assert "already" in again.get_json()["detail"]


def test_who_looked_too_long_ago_looks_again(planner: FlaskClient, published: int) -> None:
    late = planner.post(f"{address(published)}/rollback", json={"newest": published - 1})
    assert late.status_code == 409
    assert late.get_json()["newest"] == published


def test_the_preview_as_a_table(planner: FlaskClient, published: int) -> None:
    table = planner.get(f"{address(published)}/rollback?format=csv")
    assert table.mimetype == "text/csv"
    lines = table.get_data(as_text=True).removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("code,name,name_en,area_m2_before,area_m2_after,open_cases_before")
    assert [line[:15] for line in lines[1:]] == [WEST, EAST]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
def test_only_planners_roll_back(app: APIFlask, published: int, role: Role) -> None:
    other = callers.signed_in(app, role)
    assert other.get(f"{address(published)}/rollback").status_code == 403
    assert other.post(f"{address(published)}/rollback", json={}).status_code == 403


def test_a_planner_of_another_village_neither(app: APIFlask, published: int) -> None:
    other = callers.signed_in(app, Role.PLANNER, town.village(3))
    assert other.post(f"{address(published)}/rollback", json={}).status_code == 403
