"""Who else has a plan open; and links to a plan: read only, for a while, without anybody's name."""

import re
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts.rights import Role
from gridmap.http.links import Leads, token_of
from gridmap.plans.sharing import PlanLink
from tests import callers, town
from tests.town import micro, spot

PLANS = "/api/v1/plans"


@pytest.fixture
def plan(planner: FlaskClient) -> str:
    """The address of a plan in which a grid is split."""
    made = planner.post(PLANS, json={"name": "细分试点", "ground": town.TOWN}).get_json()
    plan = f"{PLANS}/{made['id']}"
    body = {"code": micro(2, 2), "line": [spot(0.9, 1.5), spot(2.1, 1.5)]}
    assert planner.post(f"{plan}/ops/split", json=body, headers={"If-Match": "*"}).status_code == 200
    head = {"code": f"{town.village(2)}004", "head_name": "示例某某", "head_phone": "021-5550-0000"}
    assert planner.post(f"{plan}/ops/head", json=head, headers={"If-Match": "*"}).status_code == 200
    return plan


def shared(client: FlaskClient, plan: str, **body: Any) -> dict[str, Any]:
    made = client.post(f"{plan}/links", json=body)
    assert made.status_code == 201, made.get_data(as_text=True)
    told: dict[str, Any] = made.get_json()
    return told


def path_of(link: dict[str, Any]) -> str:
    return str(link["url"]).removeprefix("http://localhost")


def test_two_see_each_other_until_one_is_silent(app: APIFlask, planner: FlaskClient, plan: str, committing: Engine) -> None:
    head = callers.signed_in(app, Role.GRID_HEAD)
    version = planner.get(plan).headers["ETag"]
    assert planner.post(f"{plan}/presence", json={"doing": micro(1, 1)}).get_json() == {"others": []}
    (other,) = head.post(f"{plan}/presence", json={}).get_json()["others"]
    assert other["doing"] == micro(1, 1)
    assert [one["doing"] for one in planner.get(plan).get_json()["present"]] == [micro(1, 1), ""]
    assert planner.get(plan).headers["ETag"] == version, "who looks changes nothing"
    with Session(committing) as session, session.begin():
        session.execute(text("UPDATE plan_presence SET seen_at = seen_at - interval '31 s' WHERE doing = ''"))
    assert planner.post(f"{plan}/presence", json={}).get_json()["others"] == []
    head.post(f"{plan}/presence", json={})
    assert len(planner.get(plan).get_json()["present"]) == 2
    assert len(head.delete(f"{plan}/presence").get_json()["others"]) == 1
    assert len(planner.get(plan).get_json()["present"]) == 1


def test_who_may_not_read_a_plan_is_not_in_it(app: APIFlask, plan: str) -> None:
    assert callers.signed_in(app, Role.MEMBER).post(f"{plan}/presence", json={}).status_code == 403
    assert callers.signed_in(app, Role.PLANNER, town.village(1)).post(f"{plan}/presence", json={}).status_code == 403


def test_a_link_shows_the_plan_and_nobody(app: APIFlask, planner: FlaskClient, plan: str, anonymous: FlaskClient) -> None:
    link = shared(planner, plan, label="居委会")
    answer = anonymous.get(path_of(link))
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "细分试点" in html
    assert "A grid was split" in html
    assert f"{town.village(2)}004" in html, "what it would change"
    assert len(re.findall('class="own changed"', html)) == 1 + 2, "one grid before, two after; a neighbour's corner is no change"
    assert "示例" not in html, "nobody's name"
    assert "021-5550" not in html
    assert planner.get(f"{plan}/links").get_json()["links"] == [link]
    assert planner.get(plan).get_json()["version"] == 3, "sharing it changes nothing of it"


def test_a_grid_that_only_got_another_name_is_marked_as_well(planner: FlaskClient, plan: str, anonymous: FlaskClient) -> None:
    named = {"code": micro(1, 1), "name": "示例新名"}
    assert planner.post(f"{plan}/ops/rename", json=named, headers={"If-Match": "*"}).status_code == 200
    answer = anonymous.get(path_of(shared(planner, plan)))
    assert answer.status_code == 200
    assert len(re.findall('class="own changed"', answer.get_data(as_text=True))) == 2 + 3


def test_a_plan_that_draws_a_special_zone_alone_tells_what_it_would_change(planner: FlaskClient, anonymous: FlaskClient) -> None:
    made = planner.post(PLANS, json={"name": "专属区域", "ground": town.TOWN}).get_json()
    plan, outline = f"{PLANS}/{made['id']}", [spot(x, y) for x, y in ((0.75, 0.75), (1.25, 0.75), (1.25, 1.25), (0.75, 1.25))]
    zone = {"name": "示例菜市场", "kind": "market", "target": micro(3, 3), "outline": outline}
    assert planner.post(f"{plan}/ops/zone", json=zone, headers={"If-Match": "*"}).status_code == 200
    html = anonymous.get(path_of(shared(planner, plan))).get_data(as_text=True)
    assert "Special zones that begin, change or end: 1." in html
    assert "shared-impact" not in html, "no table without a row"


def test_what_is_undone_is_not_shown(planner: FlaskClient, plan: str, anonymous: FlaskClient) -> None:
    for _ in range(2):
        planner.post(f"{plan}/undo", json={}, headers={"If-Match": "*"})
    html = anonymous.get(path_of(shared(planner, plan))).get_data(as_text=True)
    assert "It changes nothing yet." in html
    assert "A grid was split" not in html


def test_a_plan_with_problems_says_why_it_cannot_be_published(planner: FlaskClient, plan: str, anonymous: FlaskClient) -> None:
    moved = {"moves": [{"from": spot(0, 0), "to": spot(0.2, 0.2)}]}
    assert planner.post(f"{plan}/ops/move", json=moved, headers={"If-Match": "*"}).status_code == 200
    html = anonymous.get(path_of(shared(planner, plan))).get_data(as_text=True)
    assert "As it stands it could not be published" in html


def test_links_end(planner: FlaskClient, plan: str, anonymous: FlaskClient, committing: Engine) -> None:
    taken_back, late = shared(planner, plan), shared(planner, plan)
    for _ in range(2):
        done = planner.delete(f"{plan}/links/{taken_back['id']}")
        assert (done.status_code, done.get_json()["standing"]) == (200, "revoked")
    assert anonymous.get(path_of(taken_back)).status_code == 410
    with Session(committing) as session, session.begin():
        session.execute(text("UPDATE plan_link SET expires_at = now() WHERE id = :id"), {"id": late["id"]})
    assert anonymous.get(path_of(late)).status_code == 410
    assert [one["standing"] for one in planner.get(f"{plan}/links").get_json()["links"]] == ["expired", "revoked"]
    assert planner.delete(f"{plan}/links/99").status_code == 404


def test_tokens_we_never_wrote(app: APIFlask, planner: FlaskClient, plan: str, anonymous: FlaskClient) -> None:
    link = shared(planner, plan)
    path = path_of(link)
    with app.test_request_context():
        row = PlanLink(id=link["id"], plan_id=1, account_id=1, made_at=clock.now(), expires_at=clock.now())
        rating, other = token_of(row, leads=Leads.RATING), token_of(row, leads=Leads.PLAN)
    for address in (
        path[:-1],
        f"/shared/plans/{rating}",
        f"/shared/plans/{other}",
        "/shared/plans/x",
        f"/r/{path.split('/')[-1]}",
    ):
        assert anonymous.get(address).status_code == 404, address


@pytest.mark.parametrize(("days", "status"), [(-1, 422), (0, 422), (89, 201), (91, 422)])
def test_how_long_a_link_lasts(planner: FlaskClient, plan: str, days: int, status: int) -> None:
    ends = (clock.now() + timedelta(days=days)).isoformat()
    assert planner.post(f"{plan}/links", json={"expires_at": ends}).status_code == status


def test_who_may_share(app: APIFlask, plan: str) -> None:
    for role in (Role.GRID_HEAD, Role.OPERATOR, Role.AUDITOR):
        assert callers.signed_in(app, role).post(f"{plan}/links", json={}).status_code == 403
    assert callers.anonymous(app).get(f"{plan}/links").status_code == 401
