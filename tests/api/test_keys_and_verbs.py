"""Who may send, and which verbs an address takes."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap.accounts import keys
from tests import town
from tests.api.asking import send


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic {0}", "{0}", "Bearer {0}x", "Bearer gmk_", "bearer: {0}", "Bearer x {0}"],
)
@pytest.mark.parametrize("address", ["/api/v1/alerts", "/api/v1/alerts/batch", "/api/v1/route"])
def test_only_a_key_in_force_opens_the_door(standing: FlaskClient, address: str, header: str | None) -> None:
    secret = standing.environ_base["HTTP_AUTHORIZATION"].partition(" ")[2]
    stranger = standing.application.test_client()
    given = {} if header is None else {"Authorization": header.format(secret)}
    answer = stranger.post(address, json={"nonsense": True}, headers=given)
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_key_is_refused_at_once(sender: FlaskClient, committing: Engine, key: str) -> None:
    send(sender, 1, at=(0.5, 0.5))
    with Session(committing) as session, session.begin():
        keys.revoke(session, "tests", actor="test")
        assert session.execute(text("SELECT digest FROM api_key")).scalars().all() == [hashlib.sha256(key.encode()).digest()]
    assert sender.post("/api/v1/alerts", json={}).status_code == 401


ADDRESSES = ["grids.geojson", "grids/counts", f"grids/{town.TOWN}", "cases.geojson", "cameras.geojson", "service-points.geojson",
             "service-circles.geojson", "nearby?lon=121&lat=31", "search?q=x", "route?lon=121&lat=31&datum=wgs84"]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_is_get_without_its_body(standing: FlaskClient, address: str) -> None:
    head = standing.head(f"/api/v1/{address}")
    assert (head.status_code, head.get_data()) == (200, b"")
    assert head.headers["Content-Type"] == standing.get(f"/api/v1/{address}").headers["Content-Type"]


@pytest.mark.parametrize("address", ["/api/v1/alerts", "/api/v1/grids.geojson", "/healthz"])
def test_options_name_the_verbs(standing: FlaskClient, address: str) -> None:
    answer = standing.options(address)
    assert answer.status_code == 200
    assert "OPTIONS" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("verb", "address"),
    [("put", "/api/v1/alerts"), ("get", "/api/v1/alerts"), ("delete", "/api/v1/cases/1"), ("post", "/api/v1/grids.geojson")],
)
def test_other_verbs_are_refused(standing: FlaskClient, verb: str, address: str) -> None:
    ask: Callable[..., Any] = getattr(standing, verb)
    answer = ask(address)
    assert answer.status_code == 405
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Allow"]


def test_an_invented_verb_makes_no_series_of_its_own(standing: FlaskClient) -> None:
    standing.open("/api/v1/grids.geojson", method="BREW")
    assert b"BREW" not in standing.get("/metrics").get_data()
    assert standing.get("/readyz").status_code == 200
