import threading
from pathlib import Path

import psycopg
import pytest

from gridmap.cluster.locks import Lock
from gridmap.cluster.server import Cluster, open_cluster
from gridmap.cluster.tenancy import database, landlord, tenant
from gridmap.config import Settings


def never() -> None:
    pytest.fail("nobody was to be waited for")


def test_a_command_alone_starts_the_server_and_stops_it(cluster: Cluster) -> None:
    with tenant(cluster):
        assert cluster.running()
    assert cluster.running() is None


def test_a_command_beside_a_running_program_uses_its_server(cluster: Cluster) -> None:
    with landlord(cluster, never):
        with tenant(open_cluster(cluster.home, durable=False)):
            psycopg.connect(cluster.url()).close()
        assert cluster.running()
    assert cluster.running() is None


def test_the_first_command_waits_for_the_last_before_it_stops_the_server(cluster: Cluster) -> None:
    inside, leave, still_there = threading.Event(), threading.Event(), []

    def second() -> None:
        with tenant(open_cluster(cluster.home, durable=False)):
            inside.set()
            leave.wait(10)
            psycopg.connect(cluster.url()).close()
            still_there.append(True)

    other = threading.Thread(target=second)
    with tenant(cluster):
        other.start()
        assert inside.wait(10)
        threading.Timer(0.2, leave.set).start()
    other.join(10)
    assert still_there == [True]
    assert cluster.running() is None


def test_your_own_database_needs_no_cluster(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", database_url="postgresql://me@there/mine")
    with database(settings) as url:
        assert url == "postgresql://me@there/mine"
    assert not (tmp_path / "home").exists()


def test_a_lock_is_one_holders_until_let_go(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    assert first.take()
    assert not second.take()
    first.let_go()
    assert second.take()
    second.let_go()
    second.let_go()
