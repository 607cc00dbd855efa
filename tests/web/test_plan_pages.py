"""Pages of plans: who sees which, how one begins, and what is shown only where asked for."""

import re

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from gridmap.accounts.rights import Role
from tests import callers, town


def begin(client: FlaskClient, name: str, ground: str = town.TOWN) -> str:
    """The address of the desk of a new plan."""
    answer = client.post("/plans", data={"name": name, "ground": ground})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def listed(client: FlaskClient, query: str = "") -> list[str]:
    return re.findall(r"<bdi>([^<]*)</bdi></a></th>", client.get(f"/plans{query}").text)


def test_a_plan_begins_with_a_name_and_its_ground(planner: FlaskClient) -> None:
    assert 'data-testid="no-plans"' in planner.get("/plans").text
    desk = begin(planner, " 细分试点 ", town.village(2))
    assert listed(planner) == ["细分试点"]
    page = planner.get(desk)
    assert page.status_code == 200
    assert f'data-ground="{town.village(2)}"' in page.text
    assert 'data-allowed="grids.plan plan.comment plan.approve grids.publish"' in page.text
    assert "310151999202001" not in page.text, "the page holds no grids: they come by the API"


@pytest.mark.parametrize(("name", "ground", "field"), [("", town.TOWN, "name"), ("Fine", town.micro(1, 1), "ground")])
def test_what_is_lacking_is_told_beside_its_field(planner: FlaskClient, name: str, ground: str, field: str) -> None:
    answer = planner.post("/plans", data={"name": name, "ground": ground})
    assert answer.status_code == 422
    assert f'id="said-make-{field}"' in answer.text
    assert listed(planner) == []


def test_abandoned_plans_are_listed_only_where_asked_for(app: APIFlask, planner: FlaskClient) -> None:
    begin(callers.signed_in(app, Role.PLANNER), "a colleague")
    plan = begin(planner, "given up").rpartition("/")[2]
    begin(planner, "my own")
    assert planner.post(f"/api/v1/plans/{plan}/abandon", headers={"If-Match": "*"}).status_code == 200
    assert listed(planner) == ["my own", "a colleague"]
    assert listed(planner, "?stage=abandoned") == ["given up"]
    assert listed(planner, "?mine") == ["my own"]
    assert listed(planner, "?mine&stage=published") == []
    assert listed(planner, "?stage=nonsense") == ["my own", "a colleague"]


def test_a_plan_is_seen_and_begun_within_ones_scope_only(app: APIFlask, planner: FlaskClient) -> None:
    whole, part = begin(planner, "town"), begin(planner, "village", town.village(2))
    narrow = callers.signed_in(app, Role.PLANNER, town.village(2))
    assert listed(narrow) == ["village"]
    assert narrow.get(whole).status_code == 403
    assert narrow.get(part).status_code == 200
    assert re.findall(r'<option value="(\d+)"', narrow.get("/plans").text) == [town.village(2)]
    assert narrow.post("/plans", data={"name": "too far", "ground": town.village(1)}).status_code == 403
    reader = callers.signed_in(app, Role.AUDITOR)
    assert 'data-allowed=""' in reader.get(part).text
    assert 'data-testid="make"' not in reader.get("/plans").text


def test_a_name_stays_text(planner: FlaskClient) -> None:
    desk = begin(planner, "<script>alert(1)</script>")
    for page in ("/plans", desk):
        assert "<script>alert(1)" not in planner.get(page).text
