"""The database's history: ends where the models stand, can be gone back, carries what is there, twice is once."""

from collections.abc import Iterator
from threading import Thread

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from geoalchemy2 import alembic_helpers
from sqlalchemy import Engine, text

from gridmap.cluster.server import Cluster
from gridmap.db import Base, make_engine
from gridmap.migrations import _config, migrate, newest


@pytest.fixture
def bare(cluster: Cluster) -> Iterator[Engine]:
    """A database without a table."""
    engine = make_engine(cluster.create_database("gridmap_bare"))
    yield engine
    engine.dispose()
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE gridmap_bare WITH (FORCE)")


def test_the_tables_are_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        known = {"include_object": alembic_helpers.include_object, "compare_type": True}
        found = compare_metadata(MigrationContext.configure(connection, opts=known), Base.metadata)
    ours = [change for change in found if not (change[0] == "remove_table" and change[1].name not in Base.metadata.tables)]
    assert ours == []


def test_there_and_back_and_there_again(bare: Engine) -> None:
    migrate(bare)
    with bare.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        connection.commit()
        left = connection.execute(text("SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
                                       "WHERE nspname = 'public' AND relkind IN ('r', 'S')")).scalars()  # fmt: skip
        assert set(left) - {"spatial_ref_sys"} == {"alembic_version"}
    migrate(bare)
    with bare.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == newest()


def test_two_who_migrate_at_once_do_it_once(bare: Engine) -> None:
    wrong: list[Exception] = []

    def go() -> None:
        try:
            migrate(bare)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test tells it
            wrong.append(error)

    threads = [Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []


def test_alerts_kept_before_are_kept_after(bare: Engine) -> None:
    migrate(bare, "0002")
    with bare.begin() as connection:
        connection.execute(text("INSERT INTO cases (source, source_id, occurred_at, route) VALUES ('s', '1', now(), '{}')"))
        connection.execute(
            text(
                "INSERT INTO alert (source, source_id, actor, payload, case_id, relation) "
                "SELECT 's', '1', 'a', '{\"n\": 1.50}', id, 'opened' FROM cases"
            )
        )
    migrate(bare)
    with bare.connect() as connection:
        assert connection.execute(text("SELECT payload::text FROM alert")).scalar_one() == '{"n": 1.50}'


def test_going_back_past_cases_are_cases_like_others(bare: Engine) -> None:
    migrate(bare)
    with bare.begin() as connection:
        for statement in (
            "CREATE TABLE past_case_20241100000001 (LIKE past_case INCLUDING CONSTRAINTS)",
            """INSERT INTO past_case_20241100000001 (id, line, occurred_at, received_at, closed_at, ambiguous, source, source_id,
                   state, address, text, location)
               VALUES (20241100000001, 2, '2024-11-05', '2024-11-05', '2024-11-06', false, 's', '1', 'closed', '', '',
                   ST_Point(121.4, 31.6, 4326))""",
            "ALTER TABLE past_case_20241100000001 ADD PRIMARY KEY (id)",
            "ALTER TABLE past_case ATTACH PARTITION past_case_20241100000001 FOR VALUES FROM (20241100000001) TO (20241100000002)",
            """INSERT INTO past_load (digest, name, terms, actor, begun_at, rows, begun, done_at, new)
               VALUES ('d', 'f', '{}', 'test', now(), 1, false, now(), 1)""",
            "INSERT INTO past_piece SELECT id, 20241100000001, 1 FROM past_load",
        ):
            connection.execute(text(statement))
    with bare.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0032")
        connection.commit()
        number = "SELECT number FROM cases c JOIN alert a ON a.case_id = c.id WHERE c.source_id = '1' AND a.source_id = '1'"
        assert connection.execute(text(number)).scalars().all() == ["202411-00000001"]
    migrate(bare)
