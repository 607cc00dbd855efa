"""A real pair: a primary of its own, and a replica that streams from it. Both listen on sockets in private folders only."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from gridmap.cluster.owner import choose_owner
from gridmap.cluster.server import DATABASE, SUPERUSER, Cluster, open_cluster
from gridmap.cluster.tether import run_as
from tests import memory
from tests.waiting import eventually

# Below what a throw-away cluster says of itself: it streams, and what was answered is flushed.
_STREAMS = "\nwal_level = replica\nmax_wal_senders = 4\nsynchronous_commit = on\nmax_standby_streaming_delay = 0\n"


class Standby(Cluster):
    """A cluster that follows another one: it is ready once it answers questions."""

    def _state(self) -> str:
        return super()._state().replace("standby", "ready")


@dataclass
class Pair:
    """The two servers."""

    primary: Cluster
    standby: Standby

    def ask(self, question: str) -> object:
        """The one answer of the replica, asked as its superuser."""
        with psycopg.connect(self.standby.url(DATABASE, SUPERUSER), autocommit=True) as connection:
            row = connection.execute(sql.SQL(question)).fetchone()
            return row and row[0]

    def pause(self) -> None:
        """Let the replica stand still from now on."""
        self.ask("SELECT pg_wal_replay_pause()")
        eventually(lambda: self.ask("SELECT pg_get_wal_replay_pause_state()") == "paused")

    def resume(self) -> None:
        """Let it go on."""
        self.ask("SELECT pg_wal_replay_resume()")

    def kill(self) -> None:
        """End it as a crash would."""
        pid = self.standby.running()
        assert pid
        os.kill(pid, signal.SIGQUIT)
        eventually(self.standby.ended)

    def freeze(self) -> None:
        """Let all of its processes stand still: nothing is refused, and nothing answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, what: signal.Signals) -> None:
        first = self.standby.running()
        assert first
        os.kill(first, what)  # Before the others are looked for: it makes no more of them.
        for pid in _children(first):
            with suppress(ProcessLookupError):  # It ended while the first stood still, and is only now taken note of.
                os.kill(pid, what)

    def catch_up(self) -> None:
        """Wait until the replica has all that the primary has flushed."""
        with psycopg.connect(self.primary.url()) as connection:
            row = connection.execute("SELECT pg_current_wal_flush_lsn()::text").fetchone()
        assert row
        eventually(lambda: self.ask(f"SELECT pg_last_wal_replay_lsn() >= '{row[0]}'"))


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # Somebody else's, that has just ended.
            if int(status.read_text(errors="replace").rpartition(")")[2].split()[1]) == parent:
                found.append(int(status.parent.name))
    return found


@contextmanager
def folder() -> Iterator[Path]:
    """A new home for a cluster."""
    home = Path(tempfile.mkdtemp(prefix="gridmap-test-", dir=memory.room()))
    home.chmod(0o755)  # the server may run as another user
    yield home
    shutil.rmtree(home, ignore_errors=True)


@contextmanager
def primary() -> Iterator[Cluster]:
    """A server others may stream from, with an empty database."""
    with folder() as home:
        cluster = open_cluster(home, durable=False)
        cluster.make()
        with (cluster.layout.data / "postgresql.conf").open("a") as conf:
            conf.write(_STREAMS)
        with (cluster.layout.data / "pg_hba.conf").open("a") as hba:
            hba.write("local replication all trust\n")
        try:
            cluster.ensure()
            yield cluster
        finally:
            cluster.stop()


@contextmanager
def standby(of: Cluster) -> Iterator[Standby]:
    """A replica of it, running."""
    with folder() as home:
        made = Standby(home, of.programs, durable=False)
        _copy(of, made)
        try:
            made.start()
            yield made
        finally:
            made.stop()


def _copy(of: Cluster, to: Cluster) -> None:
    owner = choose_owner(of.layout.data)
    to.layout.prepare(owner)
    to.layout.data.mkdir(mode=0o700)
    shutil.chown(to.layout.data, owner.uid, owner.gid)
    how = [
        "-D",
        str(to.layout.data),
        "-h",
        str(of.layout.socket),
        "-U",
        SUPERUSER,
        "-R",
        "-X",
        "stream",
        "-c",
        "fast",
        "-N",
        "-C",
        "-S",
        "reader",
    ]
    done = run_as(owner, [of.programs.path("pg_basebackup"), *how], of.programs.env())
    assert done.returncode == 0, done.stderr
