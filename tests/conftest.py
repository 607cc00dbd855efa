"""One private PostGIS for the whole run; a database from a migrated template; a savepoint or a copy for each test."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from apiflask import APIFlask
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap import clock, recent
from gridmap.accounts import keys, passwords
from gridmap.accounts.rights import Role
from gridmap.api.live import end_streams
from gridmap.app import create_app
from gridmap.cluster.server import SUPERUSER, Cluster, temporary_cluster
from gridmap.config import Settings
from gridmap.db import make_engine
from gridmap.http.state import state
from gridmap.migrations import migrate
from tests import callers, memory, town
from tests.addresses import KnownRule
from tests.people.stage import NOW
from tests.sharing_out import WholeFiles, in_order

# The same examples at every run, so that what fails for one fails for all; `--hypothesis-profile=default` looks for others.
hypothesis.settings.register_profile("everyday", derandomize=True, deadline=None)
hypothesis.settings.load_profile("everyday")

# What numba compiles for the first of a run's processes, all others find there: half a minute of a processor. (Without it some
# would keep it beside the program, and some in the home of whoever runs the tests.)
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).parents[1] / ".setup" / "compiled"))

TEMPLATE = "gridmap_template"
TOWN_TEMPLATE = "gridmap_town_template"
_copies = count(1)


def pytest_xdist_auto_num_workers() -> int:
    """One process a core, and one more: a third of the time tests wait for browsers and databases."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WholeFiles:
    """Whole files, whatever `--dist` says."""
    return WholeFiles(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest comes first, among several processes."""
    if hasattr(config, "workerinput"):
        in_order(items)


def pytest_collection_finish() -> None:
    """What is imported and collected by now stays to the end: nobody need look through it for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def known_addresses() -> Iterator[None]:
    """Applications take over addresses that another one has compiled."""
    own = Flask.url_rule_class
    Flask.url_rule_class = KnownRule
    yield
    Flask.url_rule_class = own


@pytest.fixture(scope="session", autouse=True)
def costly() -> Iterator[PasswordHasher]:
    """The program's own way to hash passwords. In this process they are hashed cheaply: a thousand times the same cost
    tells nothing more than once (`test_a_password_is_kept_at_the_cost_the_standard_asks`)."""
    own = passwords._hasher
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield own
    passwords._hasher = own


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running private cluster, gone after the run."""
    with temporary_cluster(memory.room()) as made:
        yield made


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """Name of the migrated, empty database all others are copied from."""
    engine = make_engine(cluster.create_database(TEMPLATE))
    migrate(engine)
    engine.dispose()
    with psycopg.connect(cluster.url(TEMPLATE, SUPERUSER), autocommit=True) as connection:
        # Two fifths of every copy would be reference systems that nobody here names.
        connection.execute("DELETE FROM spatial_ref_sys WHERE srid NOT IN (4326, 3857)")
        connection.execute("VACUUM FULL spatial_ref_sys")
    return TEMPLATE


@pytest.fixture(scope="session")
def town_template(cluster: Cluster, template: str) -> str:
    """Name of a database with the tiny town and one category (06010, `dahua` calls it 890)."""
    engine = make_engine(copy_of(cluster, template, TOWN_TEMPLATE))
    with Session(engine) as session, session.begin():
        town.found(session)
        town.category(session, vendor_code="890")
    engine.dispose()
    return TOWN_TEMPLATE


def copy_of(cluster: Cluster, template: str, name: str) -> str:
    """A new database `name` like the template; its URL."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        # Copied as files it takes a third of the time; before PostgreSQL 15 there was no other way, and no word for it.
        strategy = "STRATEGY file_copy" if connection.info.server_version >= 150000 else ""
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {strategy}')
    return cluster.url(name)


@contextmanager
def database_copy(cluster: Cluster, template: str) -> Iterator[Engine]:
    """A database of one's own from the template, gone afterwards."""
    name = f"gridmap_test_{next(_copies)}"
    url = copy_of(cluster, template, name)
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def engine(cluster: Cluster, template: str) -> Iterator[Engine]:
    """The database most tests share; nobody commits in it."""
    with database_copy(cluster, template) as made:
        yield made


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose commits are savepoints: all it did is rolled back after the test."""
    recent.forget_everything()  # What the last test here took back, this process may still remember.
    with engine.connect() as connection, connection.begin() as outer:
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            yield session
        outer.rollback()


@pytest.fixture
def committing(request: pytest.FixtureRequest, cluster: Cluster, template: str) -> Iterator[Engine]:
    """A database of the test's own, for what needs real commits: the feed, two people at once, whole servers. Empty, but for a
    test that asks for the `app`."""
    founded = "app" in request.fixturenames
    with database_copy(cluster, request.getfixturevalue("town_template") if founded else template) as made:
        yield made


@pytest.fixture
def tiny_town(session: Session) -> Session:
    """The session, with the 3 × 3 town in force since 2026-01-01."""
    town.found(session)
    return session


def make_app(engine: Engine, home: Path, **settings: Any) -> APIFlask:
    """The whole application on `engine`'s database, simulated alerts off."""
    given = Settings(home=home, secret_key=SecretStr("for tests"), simulate=False, **settings)
    return create_app(given, database_url=engine.url.render_as_string(hide_password=False).replace("+psycopg", ""))


@contextmanager
def running(engine: Engine, home: Path, **settings: Any) -> Iterator[APIFlask]:
    """`make_app`; afterwards its streams, its listener, what looks after replicas and its connections are gone, in this order."""
    app = make_app(engine, home, **settings)
    yield app
    end_streams(app, wait_s=15)
    state(app).replicas.close(wait_s=15)
    state(app).engine.dispose()


@pytest.fixture
def app(committing: Engine, tmp_path: Path) -> Iterator[APIFlask]:
    """The application on a database of its own like `town_template`."""
    with running(committing, tmp_path) as made:
        yield made


@pytest.fixture
def key(committing: Engine, app: APIFlask) -> str:
    """An API key in force."""
    with Session(committing) as session:
        secret = keys.create(session, "tests", actor="test")
        session.commit()
    return secret


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    """An operator of the whole town, signed in, who asks in English."""
    return callers.signed_in(app)


@pytest.fixture
def anonymous(app: APIFlask) -> FlaskClient:
    """Somebody who has not signed in and asks in English."""
    return callers.anonymous(app)


@pytest.fixture
def sender(app: APIFlask, key: str) -> FlaskClient:
    """A machine with a key for alerts, reading and routes."""
    return callers.with_key(app, key)


@pytest.fixture
def planner(app: APIFlask) -> FlaskClient:
    """A planner of the whole town."""
    return callers.signed_in(app, Role.PLANNER)


@pytest.fixture(scope="module")
def standing(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A machine with a key before an application that a module's tests share: the tiny town with a category, two cameras
    and two service points. For questions, and for what must be refused."""
    with database_copy(cluster, template) as engine:
        with Session(engine) as session, session.begin():
            town.found(session)
            town.category(session, vendor_code="890")
            town.camera(session, 1, at=(0.5, 0.5))
            town.camera(session, 2, at=(1.5, 0.5), bearing_deg=None)
            town.service_point(session, 1, at=(0.5, 0.5), address="示例路1号")
            town.service_point(session, 2, at=(2.5, 2.5))
            secret = keys.create(session, "tests", actor="test")
        with running(engine, tmp_path_factory.mktemp("home")) as app:
            yield callers.with_key(app, secret)


@pytest.fixture
def now() -> Iterator[datetime]:
    """It stays nine in the morning of one Tuesday in the tiny town."""
    with clock.frozen(NOW) as moment:
        yield moment
