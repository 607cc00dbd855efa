"""Reads go to a replica as long as nobody can tell the difference, and never fail because of it."""

from collections.abc import Callable
from math import isinf
from pathlib import Path

import psycopg
import pytest
from apiflask import APIFlask
from flask import Response
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from gridmap import clock
from gridmap.accounts import keys
from gridmap.accounts.rights import Role
from gridmap.db import make_engine, make_looks
from gridmap.http.reading import from_anywhere
from gridmap.http.state import db, state
from gridmap.journal.feed import advance, last_position
from gridmap.replicas import keeper
from gridmap.replicas.replica import Replica
from tests import callers, town
from tests.api.asking import get, send
from tests.api.test_tiles import address
from tests.conftest import running
from tests.mvt import decode
from tests.replicas.conftest import in_use, more, outcomes
from tests.replicas.pair import Pair
from tests.waiting import eventually

READ_ANYWHERE = [
    address("grids", 12),
    address("cameras", 14),
    address("service-points", 14),
    "/api/v1/grids.geojson",
    "/api/v1/cameras.geojson",
    "/api/v1/service-points.geojson",
    "/api/v1/service-circles.geojson",
    "/api/v1/zones.geojson",
    "/api/v1/cases.geojson",
    "/api/v1/grids/export.geojson",
    "/api/v1/reports/now",
    "/api/v1/reports/day",
    "/api/v1/reports/month.csv?date=2026-10-10",
]

CHANGING = [address("grids", 12), *(f"/api/v1/{it}" for it in ("grids.geojson", "cases.geojson", "reports/day", "reports/now"))]


def publish(engine: Engine, *, share: float) -> None:
    """Another border between the first two villages: the second gets this share of the first."""
    rows = (1, 2, 3)
    west = {f"m1{y}": town.square(0, y - 1, width=1 - share) for y in rows}
    middle = {f"m2{y}": town.square(1 - share, y - 1, width=1 + share) for y in rows}
    with Session(engine) as session, session.begin():
        town.found(session, at=clock.now(), **west, **middle)


def east(answer: TestResponse) -> int:
    """How far to the east the micro-grid 11 reaches in a tile."""
    assert answer.status_code == 200
    shapes = {one.properties["code"]: one.geometry for one in decode(answer.data)["micro"]}
    return int(shapes[town.micro(1, 1)].bounds[2])


def done(answer: TestResponse) -> None:
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)


def asked_through(app: APIFlask, before: Callable[[], None]) -> list[bool]:
    """Ask something that may be answered anywhere, and let `before` happen in the middle of each answer; answers whether it
    was the replica, for each time it was begun."""
    begun = []

    def make() -> Response:
        begun.append(bool(db().execute(text("SELECT pg_is_in_recovery()")).scalar_one()))
        before()
        db().execute(text("SELECT count(*) FROM grid")).scalar_one()
        return Response(str(begun[-1]))

    with app.test_request_context("/"):
        answer = from_anywhere(("grids",), make)
    assert answer.get_data(as_text=True) == str(begun[-1])
    return begun


def once(deed: Callable[[], None]) -> Callable[[], None]:
    """The same, but the second time nothing happens."""
    deeds = [deed]
    return lambda: deeds.pop()() if deeds else None


def test_the_replica_answers_what_the_primary_would(
    client: FlaskClient, asked: list[str], pair: Pair, engine: Engine, tmp_path: Path
) -> None:
    before = outcomes(client)
    with clock.frozen(clock.now()), running(engine, tmp_path) as alone:
        here = {path: client.get(path) for path in READ_ANYWHERE}
        assert more(client, before) == {"answered": len(READ_ANYWHERE)}
        assert any("ST_AsMVT" in statement for statement in asked)
        operator = callers.signed_in(alone)
        for path, answer in here.items():
            there = operator.get(path)
            assert (answer.status_code, answer.data) == (200, there.data), path
            assert answer.headers.get("ETag") == there.headers.get("ETag")


def test_whatever_was_done_a_replica_that_lacks_it_tells_nothing_older(
    client: FlaskClient, pair: Pair, engine: Engine, tmp_path: Path
) -> None:
    number = send(client, 100, at=(2.5, 2.5))["case"]["id"]
    pair.catch_up()
    pair.pause()
    office = {"code": "water", "name": "演示水务", "name_en": "Demo Water"}
    with running(engine, tmp_path) as alone:
        operator, administrator = callers.signed_in(alone), callers.signed_in(alone, Role.ADMINISTRATOR)
        act = f"/api/v1/cases/{number}/actions"
        deeds: list[Callable[[], object]] = [
            lambda: send(operator, 101, at=(2.5, 2.5)),
            lambda: done(operator.post(f"{act}/comment", json={"text": "看过了"}, headers={"If-Match": "*"})),
            lambda: done(operator.post(f"{act}/void", json={"reason": "误报"}, headers={"If-Match": "*"})),
            lambda: done(administrator.post("/api/v1/departments", json=office)),
            lambda: publish(engine, share=0.125),
        ]
        for deed in deeds:
            deed()
            with clock.frozen(clock.now()):
                for path in CHANGING:
                    assert client.get(path).data == operator.get(path).data, path


def test_while_nothing_changed_a_replica_that_stands_still_is_as_good_as_any(client: FlaskClient, pair: Pair) -> None:
    pair.pause()
    before = outcomes(client)
    assert client.get(address("grids", 12)).status_code == 200
    assert more(client, before) == {"answered": 1}


def test_no_border_is_old_from_the_publish_on_however_far_the_replica_is_behind(
    client: FlaskClient, pair: Pair, engine: Engine
) -> None:
    publish(engine, share=0.5)
    pair.catch_up()
    before = outcomes(client)
    old = client.get(address("grids", 12))
    pair.pause()
    publish(engine, share=0.25)
    new = client.get(address("grids", 12), headers={"If-None-Match": old.headers["ETag"]})
    assert east(new) > east(old)
    assert more(client, before) == {"answered": 1, "differs": 1}
    pair.resume()
    pair.catch_up()
    again = client.get(address("grids", 12))
    assert (again.data, again.headers["ETag"]) == (new.data, new.headers["ETag"])
    assert more(client, before) == {"answered": 2, "differs": 1}
    # Who holds what the replica made, and who holds what the primary made, hold the same.
    assert client.get(address("grids", 12), headers={"If-None-Match": new.headers["ETag"]}).status_code == 304


def test_one_who_wrote_and_one_who_heard_of_it_see_it_at_once(
    app: APIFlask, client: FlaskClient, pair: Pair, engine: Engine
) -> None:
    with Session(engine) as session, session.begin():
        sender = callers.with_key(app, keys.create(session, "machine", actor="test"))
    pair.pause()
    number = send(sender, 1, at=(0.5, 0.5))["case"]["id"]
    assert number in [one["properties"]["number"] for one in get(sender, "cases.geojson")["features"]]
    with Session(engine) as session, session.begin():
        advance(session)
        told = last_position(session)
    page = get(client, "cases.geojson?state=open")
    assert number in [one["properties"]["number"] for one in page["features"]]
    assert page["position"] >= told


def test_what_the_topics_do_not_name_is_never_older_than_the_limit(pair: Pair, engine: Engine, tmp_path: Path) -> None:
    with running(engine, tmp_path, replica_urls=SecretStr(pair.standby.url()), replica_lag_seconds=1) as strict:
        eventually(lambda: in_use(strict))
        pair.pause()
        with Session(engine) as session, session.begin():
            session.execute(text("SELECT pg_logical_emit_message(true, 'of no topic', '')"))
        eventually(lambda: not in_use(strict))
        assert asked_through(strict, lambda: None) == [False]
        pair.resume()
        eventually(lambda: in_use(strict))


def test_a_replica_that_goes_in_the_middle_of_an_answer_is_replaced_and_comes_back(
    app: APIFlask, client: FlaskClient, pair: Pair
) -> None:
    before = outcomes(client)
    assert asked_through(app, once(pair.kill)) == [True, False]
    assert more(client, before) == {"failed": 1}
    eventually(lambda: not in_use(app))
    assert [client.get(path).status_code for path in READ_ANYWHERE] == [200] * len(READ_ANYWHERE)
    assert more(client, before) == {"failed": 1}
    pair.standby.start()
    eventually(lambda: asked_through(app, lambda: None) == [True])


def test_a_replica_that_freezes_keeps_nobody_waiting(app: APIFlask, pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:

        def freeze() -> None:
            patch.setattr(keeper, "UNANSWERED_S", 0.2)
            pair.freeze()

        try:
            assert asked_through(app, once(freeze)) == [True, False]
        finally:
            pair.thaw()
    eventually(lambda: asked_through(app, lambda: None) == [True])


def test_what_recovery_cancels_the_primary_answers(app: APIFlask, pair: Pair, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE swept (n int); INSERT INTO swept SELECT generate_series(1, 100)"))
    pair.catch_up()

    def sweep() -> None:
        with psycopg.connect(pair.primary.url(), autocommit=True) as connection:
            for _ in range(3):  # Somebody who looks at this very moment keeps what one sweep would take.
                connection.execute("DELETE FROM swept")
                connection.execute("VACUUM swept")
                connection.execute("INSERT INTO swept SELECT generate_series(1, 100)")
        pair.catch_up()

    assert asked_through(app, once(sweep)) == [True, False]


def test_who_is_no_replica_and_who_is_not_there_are_never_asked(pair: Pair, engine: Engine, tmp_path: Path) -> None:
    urls = SecretStr(f"{pair.primary.url()}, postgresql://somebody:hush@/gridmap?host=/nowhere {pair.standby.url()}")
    with capture_logs() as told, running(engine, tmp_path, replica_urls=urls, replica_lag_seconds=3600) as mixed:
        eventually(lambda: {one["replica"] for one in told if one["event"] == "replica.away"} == {1, 2})
        replicas = state(mixed).replicas
        eventually(lambda: replicas.next() is not None)
        assert [one.number for one in (replicas.next() for _ in range(3)) if one] == [3, 3, 3]
        assert asked_through(mixed, lambda: None) == [True]
    assert "hush" not in str(told)


def test_while_the_primary_is_away_a_replica_is_neither_asked_nor_given_up(pair: Pair) -> None:
    one = Replica(1, pair.standby.url())
    nowhere = make_engine("postgresql://somebody@/gridmap?host=/nowhere")
    with capture_logs() as told:
        looks_after = keeper.Keeper(one, make_looks(nowhere), 60)
        eventually(lambda: told)
        looks_after.close(15)
    assert {entry["event"] for entry in told} == {"replica.not_compared"}
    assert isinf(one.behind_s)


def test_several_are_asked_in_turn(pair: Pair, engine: Engine, tmp_path: Path) -> None:
    urls = SecretStr(f"{pair.standby.url()} {pair.standby.url()}")
    with running(engine, tmp_path, replica_urls=urls, replica_lag_seconds=3600) as app:
        replicas = state(app).replicas
        eventually(lambda: all(map(replicas.is_fresh, replicas.all)))
        assert {one.number for one in (replicas.next(), replicas.next()) if one} == {1, 2}
