"""A wall nobody sits at: its own key looks at the wall, at nothing else, and does nothing, until it is revoked."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from gridmap import clock
from gridmap.accounts import keys
from gridmap.accounts.rights import Role
from gridmap.http.state import state
from tests import callers, town

SEEN_BY_A_WALL = (
    "/wall",
    "/api/v1/reports/now",
    "/api/v1/grids.geojson?level=village",
    "/api/v1/cases.geojson?state=open",
    "/api/v1/grids/counts",
    "/api/v1/cases/counts",
    "/api/v1/cases/queue.geojson?order=pressing",
)


@pytest.fixture
def administrator(app: APIFlask) -> FlaskClient:
    return callers.signed_in(app, Role.ADMINISTRATOR)


def give(client: FlaskClient, secret: str, path: str = "/wall/key") -> int:
    token = client.get(path).text.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(path, data={"key": secret, "csrf_token": token}).status_code


@pytest.fixture
def secret(administrator: FlaskClient) -> str:
    """The key, read from the link that administration shows."""
    page = administrator.post("/admin/keys", data={"name": "hall", "scopes": ["wall"], "until": "2099-01-01"})
    link = re.search(r'data-testid="wall-link">([^<]+)<', page.text)
    assert link
    assert "/wall/key#gmk_" in link[1]
    return link[1].partition("#")[2]


@pytest.fixture
def screen(app: APIFlask, secret: str) -> FlaskClient:
    client = callers.anonymous(app)
    assert give(client, secret) == 303
    return client


def test_a_key_for_the_wall_keeps_it_open(screen: FlaskClient) -> None:
    kept = screen.get_cookie("gridmap_wall")
    assert kept is not None
    assert (kept.http_only, kept.same_site) == (True, "Strict")
    for path in SEEN_BY_A_WALL:
        assert screen.get(path).status_code == 200, path
    assert any("gridmap_wall=" in one for one in screen.get("/wall").headers.getlist("Set-Cookie")), "it goes on keeping it"


def test_it_may_look_and_nothing_else(screen: FlaskClient) -> None:
    for path in ("/admin/keys", "/api/v1/me", "/api/v1/inbox", f"/api/v1/people?grid={town.TOWN}", "/reports", "/account", "/m"):
        assert screen.get(path).status_code in (303, 401, 403), path
    assert screen.post("/api/v1/alerts", json={}).status_code == 401
    assert screen.post("/api/v1/route", json={}).status_code == 401
    assert "Demo" not in screen.get(f"/api/v1/grids/{town.TOWN}").get_json()["head"]["name"]


def test_a_key_for_more_looks_only(app: APIFlask) -> None:
    with state(app).sessions.begin() as session:
        secret = keys.create(session, "both", scopes=["wall", "alerts", "metrics"], actor="test")
    client = callers.anonymous(app)
    assert give(client, secret) == 303
    assert client.get("/wall").status_code == 200
    client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert client.get("/metrics").status_code == 403


def test_revoked_or_expired_it_shows_the_way_in(administrator: FlaskClient, screen: FlaskClient) -> None:
    page = {"Accept": "text/html"}
    with clock.frozen(datetime(2099, 1, 2, tzinfo=UTC) + timedelta(hours=1)):
        assert screen.get("/wall", headers=page).status_code == 303
    assert screen.get("/wall", headers=page).status_code == 200
    assert administrator.post("/admin/keys/revoke", data={"name": "hall"}).status_code == 303
    assert screen.get("/wall", headers=page).location.startswith("/sign-in")
    assert screen.get("/api/v1/reports/now").status_code == 401
    assert screen.get("/sign-in").status_code == 200


def test_other_keys_are_refused(app: APIFlask, key: str) -> None:
    client = callers.anonymous(app)
    for wrong in ("", "gmk_nothing", key, "密"):
        assert give(client, wrong) == 401
    assert client.get_cookie("gridmap_wall") is None


def test_what_was_asked_of_the_wall_goes_along(app: APIFlask, secret: str) -> None:
    client = callers.anonymous(app)
    path = f"/wall/key?grid={town.village(1)}&seconds=30&next=https://elsewhere.example"
    token = client.get(path).text.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post(path, data={"key": secret, "csrf_token": token})
    assert answer.location == f"/wall?grid={town.village(1)}&seconds=30"


def test_whoever_is_signed_in_there_is_themselves(app: APIFlask, secret: str) -> None:
    member = callers.signed_in(app, Role.MEMBER, town.micro(1, 1))
    member.set_cookie("gridmap_wall", secret)
    assert member.get("/wall").status_code == 403
    assert member.get("/api/v1/me").get_json()["roles"][0]["role"] == "member"
