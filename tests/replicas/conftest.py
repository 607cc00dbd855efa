"""A pair of servers with the tiny town, and an application that reads from both."""

from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from gridmap.db import make_engine
from gridmap.http.state import state
from gridmap.migrations import migrate
from gridmap.replicas import keeper, replica
from tests import callers, town
from tests.conftest import running
from tests.replicas.pair import Pair, primary, standby
from tests.waiting import LONG_S, eventually


@pytest.fixture(scope="module", autouse=True)
def patient() -> Iterator[None]:
    """A machine that is slow for a moment is no replica that is away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeper, "UNANSWERED_S", LONG_S)
        patch.setattr(replica, "CONNECT_S", int(LONG_S))
        patch.setattr(replica, "READ_S", LONG_S)
        yield


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Pair, Engine]]:
    """The pair, and the primary's engine."""
    with primary() as first:
        engine = make_engine(first.url())
        migrate(engine)
        with Session(engine) as session, session.begin():
            town.found(session)
            town.category(session, vendor_code="890")
            town.camera(session, 1)
            town.service_point(session, 1)
        with standby(first) as second:
            yield Pair(first, second), engine
            engine.dispose()


@pytest.fixture(scope="module")
def engine(servers: tuple[Pair, Engine]) -> Engine:
    """The primary's engine; what is committed stays for the module's other tests."""
    return servers[1]


@pytest.fixture(scope="module")
def app(servers: tuple[Pair, Engine], tmp_path_factory: pytest.TempPathFactory) -> Iterator[APIFlask]:
    """The application, for which a replica is never too far behind."""
    pair, engine = servers
    urls = SecretStr(pair.standby.url())
    with running(engine, tmp_path_factory.mktemp("home"), replica_urls=urls, replica_lag_seconds=3600) as made:
        yield made


@pytest.fixture(scope="module")
def client(app: APIFlask) -> FlaskClient:
    """An operator of the town."""
    return callers.signed_in(app)


@pytest.fixture
def pair(servers: tuple[Pair, Engine], app: APIFlask) -> Iterator[Pair]:
    """The pair, the replica level with the primary and in use; after the test it streams again, whatever was done to it."""
    both, _ = servers
    both.catch_up()
    eventually(lambda: in_use(app))
    yield both
    both.standby.start()
    both.resume()


def in_use(app: APIFlask) -> bool:
    """Whether the application says that it asks its replica."""
    told = app.test_client().get("/readyz").get_json()["replicas"]
    return bool(told[0]["in_use"])


@pytest.fixture
def asked(app: APIFlask) -> Iterator[list[str]]:
    """Statements the replica is asked, as they come; each while it is in recovery."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        with cursor.connection.cursor() as own:
            assert own.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
        seen.append(statement)

    engine = state(app).replicas.all[0]._engine
    event.listen(engine, "after_cursor_execute", note)
    yield seen
    event.remove(engine, "after_cursor_execute", note)


def outcomes(client: FlaskClient) -> dict[str, int]:
    """What became of the questions to the replica so far, as Prometheus is told."""
    found = {}
    for line in client.get("/metrics").get_data(as_text=True).splitlines():
        if line.startswith("gridmap_replica_reads_total"):
            outcome = line.partition('outcome="')[2].partition('"')[0]
            found[outcome] = int(float(line.rpartition(" ")[2]))
    return found


def more(client: FlaskClient, before: dict[str, int]) -> dict[str, int]:
    """What became of those since then."""
    return {outcome: n - before.get(outcome, 0) for outcome, n in outcomes(client).items() if n > before.get(outcome, 0)}
