"""One private PostGIS for the whole run; a database from a migrated template; a savepoint or a copy for each test."""

from collections.abc import Iterator
from itertools import count

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.cluster.server import Cluster, temporary_cluster
from gridmap.db import make_engine
from gridmap.migrations import migrate
from tests import town

TEMPLATE = "gridmap_template"
_copies = count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running private cluster, gone after the run."""
    with temporary_cluster() as made:
        yield made


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """Name of the migrated, empty database all others are copied from."""
    engine = make_engine(cluster.create_database(TEMPLATE))
    migrate(engine)
    engine.dispose()
    return TEMPLATE


def _copy(cluster: Cluster, template: str) -> Iterator[Engine]:
    name = f"gridmap_test_{next(_copies)}"
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    engine = make_engine(cluster.url(name))
    yield engine
    engine.dispose()
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def engine(cluster: Cluster, template: str) -> Iterator[Engine]:
    """The database most tests share; nobody commits in it."""
    yield from _copy(cluster, template)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose commits are savepoints: all it did is rolled back after the test."""
    with engine.connect() as connection, connection.begin() as outer:
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            yield session
        outer.rollback()


@pytest.fixture
def committing(cluster: Cluster, template: str) -> Iterator[Engine]:
    """A database of the test's own, for what needs real commits: the feed, two people at once, whole servers."""
    yield from _copy(cluster, template)


@pytest.fixture
def tiny_town(session: Session) -> Session:
    """The session, with the 3 × 3 town in force since 2026-01-01."""
    town.found(session)
    return session
