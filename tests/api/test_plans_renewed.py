"""Others publish while a plan is drawn: it is taken onto their boundaries, or told what it meets, and undo leads back."""

from typing import Any

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

MET, APART = town.micro(2, 1), town.micro(3, 3)
ANY = {"If-Match": "*"}


@pytest.fixture
def plan(planner: FlaskClient) -> str:
    """A plan that has split a grid far from where others will draw, and given it a head."""
    made = planner.post("/api/v1/plans", json={"name": "细分", "ground": town.TOWN}).get_json()
    address = f"/api/v1/plans/{made['id']}"
    draw(planner, address, "split", {"code": APART, "line": [town.spot(1.9, 2.5), town.spot(3.1, 2.5)]})
    return address


def draw(client: FlaskClient, address: str, deed: str, body: dict[str, Any]) -> None:
    answer = client.post(f"{address}/ops/{deed}", json=body, headers=ANY)
    assert answer.status_code == 200, answer.get_data(as_text=True)


def others_publish(engine: Engine) -> int:
    with Session(engine) as session, session.begin():
        base = session.scalar(select(func.max(Publication.id)))
        drafts = {draft.code: draft for draft in town.drafts(**redrawn()) if draft.code in (town.micro(1, 1), MET)}
        made = enact(session, Change(base, drafts), actor="account:other", nearest_limit_m=30.0, note="示例调整").published
    assert made.publication is not None
    return made.publication


def shapes(client: FlaskClient, address: str) -> dict[str, Any]:
    return {one["id"]: one["geometry"] for one in client.get(f"{address}/grids.geojson").get_json()["features"]}


def test_apart_from_each_other_both_stay_and_undo_leads_back(planner: FlaskClient, plan: str, committing: Engine) -> None:
    before = shapes(planner, plan)
    assert planner.post(f"{plan}/rebase", json={}, headers=ANY).status_code == 409, "there is nothing new"
    newest = others_publish(committing)
    told = planner.get(f"{plan}/rebase").get_json()
    assert (told["newest"], told["base"] < newest, told["meeting"], told["given_up"]) == (newest, True, [], [])
    assert planner.post(f"{plan}/rebase", json={}, headers=ANY).get_json()["step"] == 2
    after = shapes(planner, plan)
    assert (after[APART], after[MET] == before[MET]) == (before[APART], False)
    assert planner.get(f"{plan}/rebase").get_json()["base"] == newest
    draw(planner, plan, "rename", {"code": MET, "name": "在新边界上"})
    assert planner.get(f"{plan}/problems").get_json()["problems"][0]["flaw"] == "unheaded"
    for _ in range(2):
        planner.post(f"{plan}/undo", json={}, headers=ANY)
    assert shapes(planner, plan) == before


def test_what_meets_is_named_and_gives_way_where_one_says_so(planner: FlaskClient, plan: str, committing: Engine) -> None:
    draw(planner, plan, "rename", {"code": MET, "name": "我的新名"})
    newest = others_publish(committing)
    refused = planner.post(f"{plan}/rebase", json={}, headers=ANY)
    assert (refused.status_code, refused.get_json()["codes"]) == (409, [MET])
    told = planner.get(f"{plan}/rebase").get_json()
    assert [(one["code"], one["publication"], one["by"], one["note"]) for one in told["meeting"]] == [
        (MET, newest, "other", "示例调整")
    ]
    assert [one["code"] for one in told["given_up"]] == [MET]
    assert planner.post(f"{plan}/rebase", json={"give_way": True}, headers=ANY).status_code == 200
    impact = planner.get(f"{plan}/impact").get_json()
    assert {APART} < set(impact["closed"])
    assert impact["renamed"] == []


def test_only_who_draws_takes_it_on_and_only_a_draft(app: APIFlask, planner: FlaskClient, plan: str, committing: Engine) -> None:
    others_publish(committing)
    assert callers.signed_in(app, Role.OPERATOR).post(f"{plan}/rebase", json={}, headers=ANY).status_code == 403
    assert planner.post(f"{plan}/rebase", json={}).status_code == 428
    planner.post(f"{plan}/submit", json={}, headers=ANY)
    assert planner.post(f"{plan}/rebase", json={}, headers=ANY).status_code == 409


def test_new_codes_that_others_have_used_since_are_left_to_them(
    app: APIFlask, planner: FlaskClient, plan: str, committing: Engine
) -> None:
    """Both split a grid of one village, so both gave the next number; both drew a first zone."""
    taken, own = f"{town.village(3)}004", f"{town.village(3)}005"
    ring = [town.spot(*at) for at in ((2.1, 2.6), (2.4, 2.6), (2.1, 2.9))]
    market = {"name": "示例市场", "kind": "market", "target": taken, "outline": ring}
    draw(planner, plan, "zone", market)
    other = f"/api/v1/plans/{planner.post('/api/v1/plans', json={'name': '别的', 'ground': town.TOWN}).get_json()['id']}"
    draw(planner, other, "split", {"code": town.micro(3, 1), "line": [town.spot(1.9, 0.5), town.spot(3.1, 0.5)]})
    draw(planner, other, "head", {"code": taken, "head_name": "示例"})
    draw(
        planner,
        other,
        "zone",
        market | {"target": town.micro(1, 1), "outline": [town.spot(*at) for at in ((0, 0), (0.3, 0), (0, 0.3))]},
    )
    publish(app, planner, other)
    told = planner.get(f"{plan}/rebase").get_json()
    assert (told["meeting"], told["renumbered"]) == ([], {taken: own, f"{town.TOWN}Z001": f"{town.TOWN}Z002"})
    draw(planner, plan, "head", {"code": taken, "head_name": "示例"})
    before = shapes(planner, plan)
    seen = planner.get(f"{plan}/impact").get_json()
    assert (own in seen["opened"], seen["zones"]) == (True, [f"{town.TOWN}Z002"])
    assert planner.post(f"{plan}/rebase", json={}, headers=ANY).status_code == 200
    after = shapes(planner, plan)
    assert (after[own], taken in after) == (before[taken], True)
    assert planner.get(f"{plan}/impact").get_json() == seen, "as it is, and taken onto them: the same change"
    planner.post(f"{plan}/undo", json={}, headers=ANY)
    assert shapes(planner, plan) == before
    planner.post(f"{plan}/redo", json={}, headers=ANY)
    assert set(publish(app, planner, plan)["opened"]) >= {own}
    zones = planner.get("/api/v1/zones.geojson").get_json()["features"]
    assert [one["properties"]["target"] for one in zones] == [town.micro(1, 1), own]


def publish(app: APIFlask, planner: FlaskClient, plan: str) -> Any:
    assert planner.post(f"{plan}/submit", json={}, headers=ANY).status_code == 200
    assert callers.signed_in(app, Role.PLANNER).post(f"{plan}/approve", json={}, headers=ANY).status_code == 200
    done = planner.post(f"{plan}/publish", json={}, headers=ANY)
    assert done.status_code == 200, done.get_data(as_text=True)
    return done.get_json()
