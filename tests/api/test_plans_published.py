"""From a drawn line to the boundaries in force, and back: seen before, done once, now or at a set time."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts.rights import Role
from gridmap.cli.watchman import publish_one
from gridmap.db import make_sessions
from gridmap.grids.models import Scheduled
from gridmap.notices.models import Notice
from gridmap.plans.models import Plan
from tests import callers, town
from tests.desk.incoming import alert, take

CELL = town.micro(2, 2)
ANY = {"If-Match": "*"}


@pytest.fixture
def plan(app: APIFlask, planner: FlaskClient, committing: Engine) -> str:
    """An approved plan that splits the middle grid, in which two cases are open."""
    with Session(committing) as session, session.begin():
        take(session, [alert(1, at=(1.5, 1.2)), alert(2, at=(1.5, 1.8))])
    made = planner.post("/api/v1/plans", json={"name": "细分", "ground": town.TOWN}).get_json()
    address = f"/api/v1/plans/{made['id']}"
    drawn = planner.post(
        f"{address}/ops/split", json={"code": CELL, "line": [town.spot(0.9, 1.5), town.spot(2.1, 1.5)]}, headers=ANY
    )
    assert drawn.status_code == 200, drawn.get_data(as_text=True)
    (fresh,) = set(drawn.get_json()["codes"]) - {CELL} - {town.micro(1, 2), town.micro(3, 2)}
    headed = planner.post(f"{address}/ops/head", json={"code": fresh, "head_name": "示例"}, headers=ANY)
    assert headed.status_code == 200, headed.get_data(as_text=True)
    assert planner.post(f"{address}/submit", headers=ANY).status_code == 200
    approved = callers.signed_in(app, Role.PLANNER).post(f"{address}/approve", headers=ANY)
    assert approved.status_code == 200, approved.get_data(as_text=True)
    return address


def micros(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/api/v1/grids.geojson?level=micro").get_json()
    return {feature["id"]: feature["geometry"] for feature in answer["features"]}


def test_what_it_will_change_is_what_it_changes_and_it_can_be_taken_back(planner: FlaskClient, plan: str) -> None:
    before = micros(planner)
    seen = planner.get(f"{plan}/impact").get_json()
    assert micros(planner) == before
    assert [case["before"] for case in seen["cases"]] == [CELL]
    (new,) = {grid["code"] for grid in seen["grids"]} - before.keys()
    done = planner.post(f"{plan}/publish", json={"note": "试点"}, headers=ANY)
    assert done.status_code == 200, done.get_data(as_text=True)
    assert (done.get_json()["opened"], done.get_json()["moved"]) == (seen["opened"], 1)
    counts = planner.get("/api/v1/grids/counts").get_json()["counts"]
    after = {grid["code"]: grid["after"] for grid in seen["grids"]}
    assert {code: counts[code]["open"] for code in (CELL, new)} == {code: after[code]["open_cases"] for code in (CELL, new)}
    assert planner.get(plan).get_json()["stage"] == "published"
    assert planner.post(f"{plan}/publish", json={}, headers=ANY).status_code == 409
    over = planner.get(f"{plan}/impact")
    assert (over.status_code, over.get_json()["stage"]) == (409, "published"), "what is done would change nothing any more"
    back = planner.post(f"/api/v1/publications/{done.get_json()['publication']}/rollback", json={})
    assert back.status_code == 200
    assert micros(planner) == before


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    table = client.get(f"{address}?format=csv").get_data(as_text=True).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(table)))


def test_the_table_seen_before_is_the_one_that_stands_there_afterwards(planner: FlaskClient, plan: str) -> None:
    seen = {row["code"]: row for row in rows(planner, f"{plan}/impact")}
    publication = planner.post(f"{plan}/publish", json={}, headers=ANY).get_json()["publication"]
    standing = {row["code"]: row for row in rows(planner, f"/api/v1/publications/{publication}/rollback")}
    assert standing.keys() == seen.keys()
    for code, row in seen.items():
        promised = {name.removesuffix("_after"): value for name, value in row.items() if name.endswith("_after")}
        assert promised == {name: standing[code][f"{name}_before"] for name in promised}


def test_sent_back_with_its_reason(app: APIFlask, planner: FlaskClient, plan: str) -> None:
    sent = callers.signed_in(app, Role.ADMINISTRATOR).post(f"{plan}/send_back", json={"reason": "东侧请沿河划"}, headers=ANY)
    assert (sent.status_code, sent.get_json()["stage"]) == (200, "draft")
    assert [one["words"] for one in planner.get(f"{plan}/comments").get_json()["comments"]] == ["东侧请沿河划"]


def test_at_a_set_time(planner: FlaskClient, plan: str, committing: Engine) -> None:
    at = (clock.now() + timedelta(hours=1)).isoformat()
    assert planner.post(f"{plan}/schedule", json={"at": "2026-01-01T00:00:00Z"}, headers=ANY).status_code == 422
    assert planner.post(f"{plan}/schedule", json={"at": at}, headers=ANY).status_code == 201
    assert planner.post(f"{plan}/schedule", json={"at": at}, headers=ANY).status_code == 409
    assert planner.delete(f"{plan}/schedule", headers=ANY).get_json()["state"] == "cancelled"
    assert planner.delete(f"{plan}/schedule", headers=ANY).status_code == 404
    assert planner.post(f"{plan}/schedule", json={"at": at}, headers=ANY).status_code == 201
    with Session(committing) as session, session.begin():
        session.execute(update(Scheduled).where(Scheduled.state == "waiting").values(at=clock.now()))
    assert publish_one(make_sessions(committing), 30.0)
    told = planner.get(f"{plan}/schedule").get_json()["scheduled"]
    assert [one["state"] for one in told] == ["published", "cancelled"]
    assert planner.get(plan).get_json()["publication"] == told[0]["publication"]


def test_sent_back_meanwhile_it_is_refused_and_told(planner: FlaskClient, plan: str, committing: Engine) -> None:
    before = micros(planner)
    planner.post(f"{plan}/schedule", json={"at": (clock.now() + timedelta(hours=1)).isoformat()}, headers=ANY)
    with Session(committing) as session, session.begin():
        session.execute(update(Plan).values(stage="draft"))
        session.execute(update(Scheduled).values(at=clock.now()))
    assert publish_one(make_sessions(committing), 30.0)
    assert micros(planner) == before
    with Session(committing) as session:
        assert session.scalars(select(Scheduled.state)).all() == ["refused"]
        assert session.scalars(select(Notice.kind).order_by(Notice.id)).all() == ["plan_approved", "publish_refused"]


def test_a_draft_is_not_published_and_others_do_not_publish(app: APIFlask, planner: FlaskClient, plan: str) -> None:
    made = planner.post("/api/v1/plans", json={"name": "草稿", "ground": town.TOWN}).get_json()
    refused = planner.post(f"/api/v1/plans/{made['id']}/publish", json={}, headers=ANY)
    assert refused.status_code == 409
    assert callers.signed_in(app, Role.OPERATOR).post(f"{plan}/publish", json={}, headers=ANY).status_code == 403
    assert planner.post(f"{plan}/publish", json={}).status_code == 428
