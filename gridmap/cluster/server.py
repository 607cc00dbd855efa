"""The cluster itself: make it, start it, stop it, say where it is."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from gridmap.cluster.configuration import HBA, configuration
from gridmap.cluster.layout import Layout
from gridmap.cluster.owner import Owner, choose_owner
from gridmap.cluster.programs import Programs, find_programs
from gridmap.cluster.tether import run_as, spawn
from gridmap.errors import Unavailable, msg

DATABASE = "gridmap"
ROLE = "gridmap"  # owns the databases; not a superuser
SUPERUSER = "postgres"
EXTENSIONS = ("postgis", "btree_gist")


@dataclass
class Cluster:
    """A private PostgreSQL under `home`. It stops only a server it started itself.

    Args:
        home: folder of everything (absolute).
        programs: which PostgreSQL.
        durable: False makes a throw-away cluster for tests, faster and unsafe against power cuts.
    """

    home: Path
    programs: Programs
    durable: bool = True
    patience_s: float = 60.0
    _child: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    @property
    def layout(self) -> Layout:
        """Where its files lie."""
        return Layout(self.home)

    @property
    def owner(self) -> Owner:
        """As whom the server runs."""
        return choose_owner(self.layout.data)

    def url(self, database: str = DATABASE, role: str = ROLE) -> str:
        """A libpq URL (`postgresql://…`) of one of its databases."""
        return f"postgresql://{role}@/{quote(database, safe='')}?host={quote(str(self.layout.socket), safe='')}"

    # --- making -------------------------------------------------------------------------------------------------

    def make(self) -> None:
        """initdb, unless that was done. A half-made cluster of a killed start is thrown away first."""
        owner, layout = self.owner, self.layout
        layout.prepare(owner)
        if layout.version is not None:
            return
        half = self.home / "postgres.half"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        if owner.is_other:
            os.chown(half, owner.uid, owner.gid)
        done = run_as(owner, self._initdb(half), self.programs.env())
        if done.returncode:
            raise Unavailable(
                msg("initdb failed: %(said)s"),
                said=(done.stderr or done.stdout).strip()[-2000:],
            )
        with (half / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude 'gridmap.conf'\n")
        (half / "pg_hba.conf").write_text(HBA)
        half.rename(layout.data)

    def _initdb(self, data: Path) -> list[str]:
        provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if self.programs.major >= 17 else []
        durability = ["--data-checksums"] if self.durable else ["--no-sync"]
        return [
            *(
                self.programs.path("initdb"),
                f"--pgdata={data}",
                f"--username={SUPERUSER}",
                "--auth=trust",
            ),
            *("--encoding=UTF8", "--locale=C.UTF-8", *provider, *durability),
        ]

    # --- running ------------------------------------------------------------------------------------------------

    def running(self) -> int | None:
        """Process id of the live server on these data, whoever started it; None when there is none."""
        pid = self._written_pid()
        if pid is None:
            return None
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return None
        return pid if os.fsencode(self.layout.data) in command else None

    def _written_pid(self) -> int | None:
        try:
            return int((self.layout.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None

    def _state(self) -> str:
        """What the server says of itself: starting, ready, stopping; '' when it says nothing."""
        try:
            return (self.layout.data / "postmaster.pid").read_text().split("\n")[7].strip()
        except (FileNotFoundError, IndexError):
            return ""

    def start(self) -> None:
        """Start the server and wait until it answers. One that runs already is left as it is."""
        if self.running() and self._wait_for_stranger():
            return
        (self.layout.data / "postmaster.pid").unlink(missing_ok=True)  # stale: nobody alive serves these data
        self._write_configuration()
        first_words = self.layout.log / "start.log"
        with first_words.open("wb") as output:
            self._child = spawn(
                [self.programs.path("postgres"), "-D", str(self.layout.data)],
                end_with=signal.SIGINT,  # PostgreSQL's fast shutdown
                owner=self.owner,
                env=self.programs.env(),
                cwd=Path("/"),
                output=output,
            )
        self._wait_until_ready(self._child, first_words)

    def _write_configuration(self) -> None:
        path = self.layout.data / "gridmap.conf"
        path.write_text(configuration(self.layout, durable=self.durable))
        path.chmod(0o644)  # its folder is private; root writes it, the owner reads it

    def _wait_for_stranger(self) -> bool:
        """A server we did not start: True once it is ready, False once it has ended its ending."""
        deadline = time.monotonic() + self.patience_s
        while time.monotonic() < deadline:
            if not self.running():
                return False
            if self._state() == "ready":
                return True
            time.sleep(0.02)
        raise Unavailable(
            msg("A PostgreSQL is busy with %(data)s and does not become ready."),
            data=str(self.layout.data),
        )

    def _wait_until_ready(self, child: subprocess.Popen[bytes], first_words: Path) -> None:
        deadline = time.monotonic() + self.patience_s
        while self._state() != "ready":
            if child.poll() is not None or time.monotonic() > deadline:
                self.stop()
                said = first_words.read_text(errors="replace").strip()[-2000:]
                raise Unavailable(
                    msg("PostgreSQL did not start: %(said)s"),
                    said=said or str(self.layout.log),
                )
            time.sleep(0.01)

    def ended(self) -> bool:
        """Whether the server we started is gone without our asking."""
        return self._child is not None and self._child.poll() is not None

    def stop(self) -> None:
        """Fast shutdown of the server we started (open connections are cut); nothing when we did not start one."""
        child, self._child = self._child, None
        if child is None or child.poll() is not None:
            return
        child.send_signal(signal.SIGINT)
        try:
            child.wait(self.patience_s)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGQUIT)  # PostgreSQL's immediate shutdown; it recovers at the next start
            child.wait()

    # --- databases ----------------------------------------------------------------------------------------------

    def create_database(self, name: str = DATABASE) -> str:
        """The database with its extensions, owned by ROLE, made where missing; its URL."""
        with psycopg.connect(self.url("postgres", SUPERUSER), autocommit=True) as connection:
            self._create_role(connection)
            if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(ROLE)))
        with psycopg.connect(self.url(name, SUPERUSER), autocommit=True) as connection:
            present = {row[0] for row in connection.execute("select extname from pg_extension")}
            for extension in EXTENSIONS:
                if extension not in present:
                    connection.execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(extension)))
        return self.url(name)

    def _create_role(self, connection: psycopg.Connection) -> None:
        if not connection.execute("select 1 from pg_roles where rolname = %s", [ROLE]).fetchone():
            connection.execute(sql.SQL("create role {} login createdb").format(sql.Identifier(ROLE)))

    def ensure(self) -> str:
        """Make, start and fill in whatever is missing; the URL of the database."""
        self.make()
        self.start()
        try:
            return self.create_database()
        except BaseException:
            self.stop()
            raise


def open_cluster(home: Path, *, durable: bool = True) -> Cluster:
    """The cluster under `home`, with the PostgreSQL that fits its data (or the newest where there are none)."""
    home = home.expanduser().resolve()
    return Cluster(home, find_programs(major=Layout(home).version), durable)


@contextmanager
def temporary_cluster(parent: Path | None = None) -> Iterator[Cluster]:
    """A started throw-away cluster for tests, in a folder of its own (in `parent`, or among the system's temporary files) that
    is removed afterwards. About 1 s."""
    home = Path(tempfile.mkdtemp(prefix="gridmap-test-", dir=parent))
    home.chmod(0o755)  # the server may run as another user
    cluster = open_cluster(home, durable=False)
    try:
        cluster.ensure()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)
