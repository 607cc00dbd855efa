"""The page of what a plan will change: who may open it, and what it tells its scripts they may do."""

import re

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from gridmap.accounts.rights import Role
from tests import callers, town


@pytest.fixture
def plan(app: APIFlask, standing: FlaskClient) -> str:
    made = callers.signed_in(app, Role.PLANNER).post("/api/v1/plans", json={"name": "<b>细分</b>", "ground": town.village(1)})
    return f"/plans/{made.get_json()['id']}"


@pytest.mark.parametrize(
    ("role", "scope", "rights"),
    [
        (Role.PLANNER, town.TOWN, "grids.plan plan.approve grids.publish"),
        (Role.ADMINISTRATOR, town.TOWN, "plan.approve"),
        (Role.GRID_HEAD, town.village(1), ""),
    ],
)
def test_it_says_what_whoever_looks_may_do(app: APIFlask, plan: str, role: Role, scope: str, rights: str) -> None:
    page = callers.signed_in(app, role, scope).get(f"{plan}/review")
    assert page.status_code == 200
    assert re.findall(r'data-allowed="([^"]*)"', page.text) == [rights]
    assert "<b>细分" not in page.text


def test_it_is_not_for_those_who_may_not_read_the_plan(app: APIFlask, plan: str) -> None:
    assert callers.signed_in(app, Role.GRID_HEAD, town.village(2)).get(f"{plan}/review").status_code == 403
    assert callers.signed_in(app, Role.MEMBER, town.micro(1, 1)).get(f"{plan}/review").status_code == 403
    assert callers.signed_in(app, Role.PLANNER).get("/plans/999999/review").status_code == 404
