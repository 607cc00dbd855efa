import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psycopg
import pytest

from gridmap.cli.claims import alone
from gridmap.cluster.configuration import configuration
from gridmap.cluster.layout import SOCKET_LIMIT, SOCKET_NAME, Layout
from gridmap.cluster.owner import Owner, choose_owner, may_enter
from gridmap.cluster.server import Cluster, open_cluster
from gridmap.errors import Unavailable


def answers(cluster: Cluster) -> bool:
    with psycopg.connect(cluster.url()) as connection:
        return connection.execute("select 1").fetchone() == (1,)


def test_it_has_postgis_and_a_role_that_is_no_superuser(running: Cluster) -> None:
    with psycopg.connect(running.url()) as connection:
        assert connection.execute("select st_area('POLYGON((0 0,2 0,2 2,0 2,0 0))'::geometry)").fetchone() == (4.0,)
        assert connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone() == (False,)
        assert connection.execute("show server_encoding").fetchone() == ("UTF8",)


def test_text_is_sorted_by_code_point_everywhere(running: Cluster) -> None:
    with psycopg.connect(running.url()) as connection:
        rows = connection.execute("select x from unnest(array['a', 'B', '_', '甲', 'Z']) x order by x").fetchall()
    assert [row[0] for row in rows] == ["B", "Z", "_", "a", "甲"]


def test_it_listens_on_no_network_address(running: Cluster) -> None:
    with psycopg.connect(running.url()) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    sockets = {str(entry.readlink()) for entry in Path(f"/proc/{running.running()}/fd").iterdir()}
    inodes = {name[8:-1] for name in sockets if name.startswith("socket:[")}
    tcp = Path("/proc/net/tcp").read_text().splitlines()[1:] + Path("/proc/net/tcp6").read_text().splitlines()[1:]
    assert inodes
    assert not inodes & {line.split()[9] for line in tcp}


def test_it_never_runs_as_root_and_others_cannot_reach_its_socket(running: Cluster) -> None:
    assert Path(f"/proc/{running.running()}").stat().st_uid == running.owner.uid != 0
    assert running.layout.socket.stat().st_mode & 0o077 == 0
    assert running.layout.data.stat().st_mode & 0o077 == 0


def test_data_outlive_a_restart(cluster: Cluster) -> None:
    url = cluster.ensure()
    with psycopg.connect(url) as connection:
        connection.execute("create table kept (n int)")
    cluster.stop()
    assert cluster.running() is None
    again = open_cluster(cluster.home, durable=False)
    try:
        assert again.ensure() == url
        with psycopg.connect(url) as connection:
            assert connection.execute("select count(*) from kept").fetchone() == (0,)
    finally:
        again.stop()


def test_a_pid_file_left_by_a_crash_does_not_stop_the_next_start(cluster: Cluster) -> None:
    cluster.ensure()
    pid_file = cluster.layout.data / "postmaster.pid"
    written = pid_file.read_text()
    cluster.stop()
    # The number now belongs to somebody else who is alive: us.
    pid_file.write_text("\n".join([str(os.getpid()), *written.split("\n")[1:]]))
    assert cluster.running() is None
    cluster.start()
    assert answers(cluster)


def test_half_made_data_of_a_killed_start_are_made_anew(cluster: Cluster) -> None:
    half = cluster.home / "postgres.half"
    half.mkdir()
    (half / "PG_VERSION").write_text("15\n")
    cluster.ensure()
    assert answers(cluster)
    assert not half.exists()


def test_a_server_somebody_else_started_is_used_and_left_running(cluster: Cluster) -> None:
    cluster.ensure()
    second = open_cluster(cluster.home, durable=False)
    second.ensure()
    second.stop()
    assert answers(cluster)


def test_a_home_too_deep_for_a_socket_gets_a_short_socket_folder(open_home: Path) -> None:
    deep = open_home / ("d" * 60) / ("e" * 60)
    cluster = open_cluster(deep, durable=False)
    assert len(os.fsencode(cluster.layout.socket)) + len(SOCKET_NAME) <= SOCKET_LIMIT
    try:
        cluster.ensure()
        assert answers(cluster)
    finally:
        cluster.stop()
        cluster.layout.socket.rmdir()


def test_the_server_ends_when_its_parent_is_killed(open_home: Path) -> None:
    story = """
        import sys, time
        from pathlib import Path
        from gridmap.cluster.server import open_cluster
        cluster = open_cluster(Path(sys.argv[1]), durable=False)
        cluster.ensure()
        print("up", flush=True)
        time.sleep(60)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(story), str(open_home)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"up\n"
        cluster = open_cluster(open_home, durable=False)
        assert cluster.running()
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while cluster.running() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert cluster.running() is None


def test_a_start_that_fails_says_what_postgresql_said(cluster: Cluster) -> None:
    cluster.make()
    with (cluster.layout.data / "postgresql.conf").open("a") as conf:
        conf.write("no_such_setting = 1\n")
    with pytest.raises(Unavailable, match="no_such_setting"):
        cluster.start()


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").symlink_to("/tmp")
    mine = Owner(os.geteuid(), os.getegid(), "me")
    with pytest.raises(Unavailable, match="belongs to somebody else"):
        Layout(tmp_path).prepare(mine)


def test_a_closed_folder_above_is_told_before_anything_is_made(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    stranger = Owner(65533, 65533, "stranger")
    assert not may_enter(closed, stranger)
    with pytest.raises(Unavailable, match="stranger, who may not enter"):
        Layout(closed / "home").prepare(stranger)


@pytest.mark.parametrize("home", ["a-file", "a-file/home", "x" * 300])
def test_a_home_that_cannot_be_is_told_with_the_reason(tmp_path: Path, home: str) -> None:
    (tmp_path / "a-file").touch()
    mine = Owner(os.geteuid(), os.getegid(), "me")
    with pytest.raises(Unavailable, match=r"can't be made or written \(.+\)\. Set GRIDMAP_HOME"):
        Layout(tmp_path / home).prepare(mine)
    with pytest.raises(Unavailable, match="Set GRIDMAP_HOME"), alone(tmp_path / home):
        pytest.fail("it has no home")


def test_data_keep_their_owner() -> None:
    assert choose_owner(Path("/nowhere")).uid != 0


def test_real_data_are_durable_and_test_data_are_not(tmp_path: Path) -> None:
    durable = configuration(Layout(tmp_path), durable=True)
    assert "fsync = 'on'" in durable
    assert "synchronous_commit = 'on'" in durable
    assert "fsync = 'off'" in configuration(Layout(tmp_path), durable=False)
