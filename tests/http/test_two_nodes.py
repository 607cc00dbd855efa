"""Two web nodes behind one address: whichever answers, it answers the same. They share a database and the secret, no disk."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts import keys
from gridmap.accounts.rights import Grant, Role
from gridmap.cluster.server import Cluster
from tests import callers, town
from tests.api.asking import PROBLEM, get, send
from tests.api.test_events import Stream, placed
from tests.api.test_evidence import add
from tests.api.test_tiles import address
from tests.conftest import database_copy, running
from tests.live.test_stream import read
from tests.mvt import decode
from tests.store import photos
from tests.waiting import eventually

SESSION = "gridmap_session"


class Nodes(NamedTuple):
    """Two applications on one database, each with a home of its own, and an operator's browser that a balancer leads to
    one or the other."""

    engine: Engine
    homes: tuple[Path, Path]
    other: APIFlask
    at_one: FlaskClient
    at_other: FlaskClient


Both = tuple[Engine, tuple[Path, Path], APIFlask, APIFlask]


@pytest.fixture(scope="module")
def both(cluster: Cluster, town_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """What the module's tests share; each goes to places and numbers of its own."""
    homes = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("other")
    with ExitStack() as stack:
        engine = stack.enter_context(database_copy(cluster, town_template))
        one, other = (stack.enter_context(running(engine, home)) for home in homes)
        yield engine, homes, one, other


@pytest.fixture
def nodes(both: Both) -> Nodes:
    """The nodes, and somebody who has just signed in."""
    engine, homes, one, other = both
    first, second = callers.signed_in(one), callers.anonymous(other)
    _take_along(first, second)
    return Nodes(engine, homes, other, first, second)


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


def test_guessing_at_both_is_as_slow_as_at_one(nodes: Nodes) -> None:
    with Session(nodes.engine) as session, session.begin():
        callers.account(session, Grant(Role.OPERATOR, town.TOWN), username="ana")
    tried = [node.post("/sign-in", data={"username": "ana", "password": "no"}) for node in (nodes.at_one, nodes.at_other) * 6]
    found = [answer.status_code for answer in tried]
    assert set(found) == {401, 429}
    assert found[-2:] == [429, 429]


def test_the_same_alert_and_the_same_deed_at_both_count_once(nodes: Nodes) -> None:
    number = send(nodes.at_one, 1, at=(2.5, 0.5))["case"]["id"]
    assert send(nodes.at_other, 1, at=(2.5, 0.5))["case"]["id"] == number
    said = {"json": {"text": "看过了"}, "headers": {"If-Match": "*", "Idempotency-Key": "once"}}
    told = [one.post(f"/api/v1/cases/{number}/actions/comment", **said) for one in (nodes.at_one, nodes.at_other)]
    assert [answer.status_code for answer in told] == [200, 200]
    assert len(get(nodes.at_other, f"cases/{number}")["properties"]["comments"]) == 1


def test_what_happens_at_one_is_heard_and_seen_at_the_other(nodes: Nodes) -> None:
    assert decode(nodes.at_other.get(address("cases", 17)).data) == {}  # What it remembers from here on is old.
    stream = Stream(nodes.at_other)
    stream.next()
    number = send(nodes.at_one, 2, at=(1.5, 1.5))["case"]["id"]
    assert [one.properties["number"] for one in decode(nodes.at_other.get(address("cases", 17)).data)["cases"]] == [number]
    newest = placed(nodes.engine)
    assert read(stream.next())[-1][:2] == ("case.opened", newest)
    stream.close()


def test_a_border_put_in_force_is_every_nodes_border(nodes: Nodes) -> None:
    lon, lat = town.spot(0.8, 0.5)
    asked = f"route?lon={lon}&lat={lat}&datum=wgs84"
    tag = nodes.at_other.get(address("grids", 12)).headers["ETag"]
    assert get(nodes.at_other, asked)["grid"] == town.micro(1, 1)
    west = {f"m1{y}": town.square(0, y - 1, width=0.5) for y in (1, 2, 3)}
    middle = {f"m2{y}": town.square(0.5, y - 1, width=1.5) for y in (1, 2, 3)}
    with Session(nodes.engine) as session, session.begin():
        town.found(session, at=clock.now(), **west, **middle)
    for node in (nodes.at_one, nodes.at_other):
        assert get(node, asked)["grid"] == town.micro(2, 1)
        assert node.get(address("grids", 12), headers={"If-None-Match": tag}).status_code == 200


def test_a_key_revoked_at_one_opens_nothing_at_the_other_a_second_later(nodes: Nodes) -> None:
    with Session(nodes.engine) as session, session.begin():
        secret = keys.create(session, "machine", actor="test")
    machine = callers.with_key(nodes.other, secret)
    assert machine.get("/api/v1/cases.geojson").status_code == 200
    with Session(nodes.engine) as session, session.begin():
        # As another process does: this one would forget at once what it remembers of the key.
        session.execute(text("UPDATE api_key SET revoked_at = now() WHERE name = 'machine'"))
    eventually(lambda: machine.get("/api/v1/cases.geojson").status_code == 401)


def test_a_photo_is_there_at_both_once_they_share_where_it_lies(nodes: Nodes) -> None:
    number = send(nodes.at_one, 3, at=(2.5, 2.5))["case"]["id"]
    told = add(nodes.at_one, number, photos.photo()).get_json()
    missing = nodes.at_other.get(told["original"])
    assert (missing.status_code, missing.mimetype) == (404, PROBLEM)
    one, other = nodes.homes
    (other / "media").symlink_to(one / "media")  # As a bucket would, or one folder on the network.
    for copy in ("original", "public", "thumbnail"):
        assert nodes.at_other.get(told[copy]).data == nodes.at_one.get(told[copy]).data
