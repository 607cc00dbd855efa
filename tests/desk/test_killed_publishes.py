"""kill -9 in the middle of a publish, of who publishes and of PostgreSQL itself, leaves the old state or the new one, whole."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap.cluster.server import Cluster, temporary_cluster
from gridmap.db import make_engine
from gridmap.errors import Unavailable
from gridmap.migrations import migrate
from tests import town
from tests.conftest import database_copy
from tests.desk.incoming import alert, take

WHOLE = {
    "boundaries": "SELECT grid_code, upper_inf(valid), ST_AsEWKB(geom) FROM boundary ORDER BY 1, 2, 3",
    "tiles": "SELECT grid_code, zoom, upper_inf(valid), ST_AsEWKB(geom) FROM tile_shape ORDER BY 1, 2, 3, 4",
    "cases": "SELECT number, grid_code, version, route ->> 'grid' FROM cases ORDER BY 1",
    "lineage": "SELECT from_code, to_code, kind, cases FROM lineage ORDER BY 1, 2",
    "journal": "SELECT topic, kind FROM journal ORDER BY id",
}


def state(engine: Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return {name: [str(row) for row in connection.execute(text(query))] for name, query in WHOLE.items()}


@pytest.fixture(scope="module")
def own() -> Iterator[Cluster]:
    """A PostgreSQL that may be killed."""
    with temporary_cluster() as made:
        yield made


@pytest.fixture(scope="module")
def two_cases(own: Cluster) -> str:
    """Name of a database with the tiny town and two cases."""
    made = make_engine(own.create_database("two_cases"))
    migrate(made)
    with Session(made) as session, session.begin():
        town.found(session)
        town.category(session)
        take(session, [alert(1, at=(1.1, 0.2)), alert(2, at=(1.8, 0.5))])
    made.dispose()
    return "two_cases"


@pytest.fixture
def engine(own: Cluster, two_cases: str) -> Iterator[Engine]:
    with database_copy(own, two_cases) as made:
        yield made


def publisher(engine: Engine) -> subprocess.Popen[str]:
    url = engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    command = [sys.executable, "-m", "tests.desk.publisher", url]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def crash(own: Cluster, engine: Engine) -> None:
    """PostgreSQL goes at once, with all its processes, and comes back."""
    pid = own.running()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while not own.ended():
        time.sleep(0.05)
    engine.dispose()
    for _ in range(100):  # Its children end when they miss it; until then they hold what the next one needs.
        with suppress(Unavailable):
            own.start()
            return
        time.sleep(0.1)
    own.start()


def test_who_publishes_is_killed_before_the_commit(engine: Engine) -> None:
    before = state(engine)
    with publisher(engine) as process:
        assert heard(process) == "done but for the commit"
        process.kill()
    assert state(engine) == before
    with publisher(engine) as another:  # Its lock is gone with it.
        assert heard(another) == "done but for the commit"
        go_on(another)
        assert heard(another) == "committed"
        another.kill()
    assert sum(town.micro(1, 1) in row for row in state(engine)["cases"]) == 1


def test_postgresql_is_killed_before_the_commit(own: Cluster, engine: Engine) -> None:
    before = state(engine)
    with publisher(engine) as process:
        assert heard(process) == "done but for the commit"
        crash(own, engine)
        process.kill()
    assert state(engine) == before


def test_postgresql_is_killed_right_after_the_commit(own: Cluster, engine: Engine) -> None:
    before = state(engine)
    with publisher(engine) as process:
        assert heard(process) == "done but for the commit"
        go_on(process)
        assert heard(process) == "committed"
        crash(own, engine)
        process.kill()
    after = state(engine)
    assert len(after["boundaries"]) == len(before["boundaries"]) + 5
    assert sum("'case.rerouted'" in row for row in after["journal"]) == 1
    assert sum(town.micro(1, 1) in row for row in after["cases"]) == 1
