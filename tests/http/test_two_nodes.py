"""Two web nodes behind one address: whichever answers, it answers the same. They share a database and the secret, no disk."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts import keys
from gridmap.accounts.rights import Grant, Role
from tests import callers, town
from tests.api.asking import PROBLEM, get, send
from tests.api.test_events import Stream, placed
from tests.api.test_evidence import add
from tests.api.test_tiles import address
from tests.conftest import running
from tests.live.test_stream import read
from tests.mvt import decode
from tests.store import photos
from tests.waiting import eventually

SESSION = "gridmap_session"


class Nodes(NamedTuple):
    """The two applications, and an operator's browser that a balancer leads to one or the other."""

    one: APIFlask
    other: APIFlask
    at_one: FlaskClient
    at_other: FlaskClient


@pytest.fixture
def nodes(committing: Engine, tmp_path: Path) -> Iterator[Nodes]:
    with Session(committing) as session, session.begin():
        town.found(session)
        town.category(session, vendor_code="890")
    with running(committing, tmp_path / "one") as one, running(committing, tmp_path / "other") as other:
        first, second = callers.signed_in(one), callers.anonymous(other)
        _take_along(first, second)
        yield Nodes(one, other, first, second)


def _take_along(here: FlaskClient, there: FlaskClient) -> None:
    """What the browser brings to the other node: its cookie, and the token its pages hold."""
    cookie = here.get_cookie(SESSION)
    assert cookie is not None
    there.set_cookie(SESSION, cookie.value)
    there.environ_base["HTTP_X_CSRFTOKEN"] = here.environ_base["HTTP_X_CSRFTOKEN"]


def test_a_session_of_one_is_a_session_of_the_other_and_ends_for_both(nodes: Nodes) -> None:
    assert get(nodes.at_other, "me")["username"] == get(nodes.at_one, "me")["username"]
    assert nodes.at_other.post("/sign-out").status_code == 303
    assert nodes.at_one.get("/api/v1/me").status_code == 401


def test_guessing_at_both_is_as_slow_as_at_one(nodes: Nodes, committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        callers.account(session, Grant(Role.OPERATOR, town.TOWN), username="ana")
    tried = [node.post("/sign-in", data={"username": "ana", "password": "no"}) for node in (nodes.at_one, nodes.at_other) * 6]
    found = [answer.status_code for answer in tried]
    assert set(found) == {401, 429}
    assert found[-2:] == [429, 429]


def test_the_same_alert_and_the_same_deed_at_both_count_once(nodes: Nodes) -> None:
    number = send(nodes.at_one, 1, at=(0.5, 0.5))["case"]["id"]
    assert send(nodes.at_other, 1, at=(0.5, 0.5))["case"]["id"] == number
    said = {"json": {"text": "看过了"}, "headers": {"If-Match": "*", "Idempotency-Key": "once"}}
    told = [one.post(f"/api/v1/cases/{number}/actions/comment", **said) for one in (nodes.at_one, nodes.at_other)]
    assert [answer.status_code for answer in told] == [200, 200]
    assert len(get(nodes.at_other, f"cases/{number}")["properties"]["comments"]) == 1


def test_what_happens_at_one_is_heard_and_seen_at_the_other(nodes: Nodes, committing: Engine) -> None:
    assert decode(nodes.at_other.get(address("cases", 17)).data) == {}  # What it remembers from here on is old.
    stream = Stream(nodes.at_other)
    stream.next()
    number = send(nodes.at_one, 1, at=(1.5, 1.5))["case"]["id"]
    assert [one.properties["number"] for one in decode(nodes.at_other.get(address("cases", 17)).data)["cases"]] == [number]
    newest = placed(committing)
    assert read(stream.next())[-1][:2] == ("case.opened", newest)
    stream.close()


def test_a_border_put_in_force_is_every_nodes_border(nodes: Nodes, committing: Engine) -> None:
    lon, lat = town.spot(0.8, 0.5)
    asked = f"route?lon={lon}&lat={lat}&datum=wgs84"
    tag = nodes.at_other.get(address("grids", 12)).headers["ETag"]
    assert get(nodes.at_other, asked)["grid"] == town.micro(1, 1)
    west = {f"m1{y}": town.square(0, y - 1, width=0.5) for y in (1, 2, 3)}
    middle = {f"m2{y}": town.square(0.5, y - 1, width=1.5) for y in (1, 2, 3)}
    with Session(committing) as session, session.begin():
        town.found(session, at=clock.now(), **west, **middle)
    for node in (nodes.at_one, nodes.at_other):
        assert get(node, asked)["grid"] == town.micro(2, 1)
        assert node.get(address("grids", 12), headers={"If-None-Match": tag}).status_code == 200


def test_a_key_revoked_at_one_opens_nothing_at_the_other_a_second_later(nodes: Nodes, committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        secret = keys.create(session, "machine", actor="test")
    machine = callers.with_key(nodes.other, secret)
    assert machine.get("/api/v1/cases.geojson").status_code == 200
    with Session(committing) as session, session.begin():
        keys.revoke(session, "machine", actor="test")
    eventually(lambda: machine.get("/api/v1/cases.geojson").status_code == 401)


def test_a_photo_is_there_at_both_once_they_share_where_it_lies(nodes: Nodes, tmp_path: Path) -> None:
    number = send(nodes.at_one, 1, at=(0.5, 0.5))["case"]["id"]
    told = add(nodes.at_one, number, photos.photo()).get_json()
    missing = nodes.at_other.get(told["original"])
    assert (missing.status_code, missing.mimetype) == (404, PROBLEM)
    (tmp_path / "other").mkdir(exist_ok=True)
    (tmp_path / "other" / "media").symlink_to(tmp_path / "one" / "media")  # As a bucket would, or one folder on the network.
    for copy in ("original", "public", "thumbnail"):
        assert nodes.at_other.get(told[copy]).data == nodes.at_one.get(told[copy]).data
