"""A planner says who heads a grid, who sees no people: by a post, of which only what may hang on a wall is told."""

from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gridmap.accounts.rights import Role
from gridmap.plans.models import PlanGrid
from tests import callers, town
from tests.people import crew

CELL, FRESH = town.micro(2, 2), f"{town.village(2)}004"
ANY = {"If-Match": "*"}


@pytest.fixture
def posts(committing: Engine, app: APIFlask) -> dict[str, int]:  # the town comes with it
    """The ids of posts: a head and a volunteer of the cell, the village's head, somebody elsewhere."""
    with Session(committing) as session, session.begin():
        crew.kinds(session)
        kinds = {"head": ("micro_head", CELL), "member": ("building_leader", CELL), "village": ("village_head", town.village(2))}
        kinds["elsewhere"] = ("building_leader", town.micro(3, 3))
        return {
            name: crew.post(session, crew.person(session, n), grid, kind).id
            for n, (name, (kind, grid)) in enumerate(kinds.items(), 1)
        }


@pytest.fixture
def plan(planner: FlaskClient) -> str:
    """The address of a plan that splits the cell."""
    made = planner.post("/api/v1/plans", json={"name": "细分", "ground": town.TOWN}).get_json()
    address = f"/api/v1/plans/{made['id']}"
    line = [town.spot(0.9, 1.5), town.spot(2.1, 1.5)]
    assert planner.post(f"{address}/ops/split", json={"code": CELL, "line": line}, headers=ANY).status_code == 200
    return address


def head(client: FlaskClient, plan: str, **body: Any) -> int:
    return client.post(f"{plan}/ops/head", json={"code": FRESH, **body}, headers=ANY).status_code


def test_those_with_a_post_on_its_ground_are_offered_heads_first(planner: FlaskClient, plan: str, posts: dict[str, int]) -> None:
    answer = planner.get(f"{plan}/heads?code={FRESH}")
    found = answer.get_json()["candidates"]
    assert {one["post"] for one in found[:2]} == {posts["head"], posts["village"]}
    assert [one["post"] for one in found[2:]] == [posts["member"]]
    assert found[2] == {
        "post": posts["member"],
        "grid": CELL,
        "kind": found[2]["kind"],
        "name": "演示人2",
        "name_en": "Demo Person 2",
    }
    assert "021-" not in answer.text
    assert "T000" not in answer.text


def test_whoever_is_chosen_heads_it_with_what_is_published_of_them(
    planner: FlaskClient, plan: str, posts: dict[str, int], committing: Engine
) -> None:
    assert head(planner, plan, post=posts["head"]) == 200
    with Session(committing) as session:
        kept = session.scalars(select(PlanGrid).where(PlanGrid.code == FRESH).order_by(PlanGrid.seq.desc())).first()
        assert kept is not None
        assert kept.head_name == "演示人1"
    assert planner.get(f"{plan}/problems").get_json()["problems"] == []


@pytest.mark.parametrize("body", [{}, {"head_name": "甲", "post": 1}, {"post": 999}, {"post": "elsewhere"}])
def test_nobody_else_is_taken(planner: FlaskClient, plan: str, posts: dict[str, int], body: dict[str, Any]) -> None:
    given = {key: posts.get(value, value) if key == "post" else value for key, value in body.items()}
    assert head(planner, plan, **given) == 422


def test_steps_name_no_head_to_those_who_see_no_people(
    app: APIFlask, planner: FlaskClient, plan: str, posts: dict[str, int]
) -> None:
    assert head(planner, plan, post=posts["head"]) == 200
    steps = [client.get(f"{plan}/steps").get_json()["steps"][1] for client in (planner, callers.signed_in(app, Role.AUDITOR))]
    assert [step["body"].get("head_name") for step in steps] == [None, "演示人1"]


def test_posts_of_a_grid_that_ends_are_listed_and_named_to_those_who_may_know(
    app: APIFlask, planner: FlaskClient, plan: str, posts: dict[str, int]
) -> None:
    merge = {"codes": [CELL, FRESH], "into": FRESH}
    assert planner.post(f"{plan}/ops/merge", json=merge, headers=ANY).status_code == 200
    told = [client.get(f"{plan}/impact").get_json() for client in (planner, callers.signed_in(app, Role.AUDITOR))]
    assert [one["left"] for one in told] == [{CELL: 2}] * 2
    assert [post["id"] for post in told[0]["posts"]] == [posts["head"], posts["member"]]
    assert [(post["kind"], post["name"], post["ref"]) for post in told[0]["posts"]] == [
        ("micro_head", None, None),
        ("building_leader", None, None),
    ]
    assert [(post["name"], post["ref"]) for post in told[1]["posts"]] == [("演示人1", "T0001"), ("演示人2", "T0002")]
