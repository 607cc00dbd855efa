"""`gridmap run` from the outside: real processes, a database of its own, real HTTP."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.waiting import LONG_S, eventually

CHECKOUT = Path(__file__).parents[2]


class Town:
    """One GRIDMAP_HOME and port, and the `gridmap run` that serves it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None
        self.family: set[int] = set()
        self.cookies = CookieJar()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.browser.addheaders = [("Accept", "text/html")]

    def launch(self, **settings: str) -> subprocess.Popen[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GRIDMAP_")}
        own = {"GRIDMAP_HOME": str(self.home), "GRIDMAP_PORT": str(self.port), "GRIDMAP_SIMULATE": "0", "GRIDMAP_LANGUAGE": "en"}
        command = [sys.executable, "-m", "gridmap", "run"]
        env = {**inherited, **own, **settings, "PYTHONUNBUFFERED": "1"}
        return subprocess.Popen(command, cwd=CHECKOUT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def start(self, **settings: str) -> None:
        """Start it and wait for the banner."""
        self.process = self.launch(**settings)
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                self.family = self.descendants()
                return
        pytest.fail("".join(said))

    def descendants(self) -> set[int]:
        """Every process below it, the database's server included."""
        assert self.process is not None
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(FileNotFoundError, ProcessLookupError):
                fields = stat.read_text().rsplit(")", 1)[1].split()
                if fields[0] != "Z":
                    parents[int(stat.parent.name)] = int(fields[1])
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found

    def survivors(self) -> set[int]:
        """Those of its processes that are still alive."""
        alive = set()
        for pid in self.family:
            with suppress(FileNotFoundError, ProcessLookupError):
                if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                    alive.add(pid)
        return alive

    def sign_in(self, role: str = "operator") -> None:
        """As a person does, with the demo account the file names."""
        accounts = {one["role"]: one for one in json.loads((self.home / "demo-accounts.json").read_text())}
        form = self.get("/sign-in").decode()
        token = form.partition('name="csrf_token" value="')[2].partition('"')[0]
        typed = {"csrf_token": token} | {name: accounts[role][name] for name in ("username", "password")}
        body = urllib.parse.urlencode(typed).encode()
        self.browser.open(f"http://127.0.0.1:{self.port}/sign-in", body, timeout=30).close()

    def get(self, path: str) -> bytes:
        with self.browser.open(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return bytes(answer.read())

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(LONG_S)
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def a_town() -> Iterator[Town]:
    """In a folder of its own; not started yet."""
    folder = Path(tempfile.mkdtemp(prefix="gridmap-run-"))
    folder.chmod(0o755)
    town = Town(folder)
    try:
        yield town
    finally:
        town.end()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def running() -> Iterator[Town]:
    """One that runs, with simulated alerts."""
    with a_town() as town:
        town.start(GRIDMAP_SIMULATE="1", GRIDMAP_SIMULATE_SECONDS="0.5")
        yield town


@pytest.fixture(scope="module")
def other() -> Iterator[Town]:
    with a_town() as town:
        yield town


@pytest.fixture
def town(other: Town) -> Iterator[Town]:
    """Not started. The data stay from test to test: only the first start loads the demo town."""
    yield other
    other.end()


def is_up(town: Town) -> bool:
    try:
        return town.get("/healthz") != b""
    except OSError:  # Refused, or cut off by a server that dies while it answers.
        return False


def test_it_serves_the_demo_town_and_the_simulated_alerts_arrive(running: Town) -> None:
    running.cookies.clear()
    assert b'id="username"' in running.get("/"), "who has not signed in is asked to"
    running.sign_in()
    assert b'id="panel"' in running.get("/")
    grids = json.loads(running.get("/api/v1/grids.geojson?level=town"))
    assert [grid["properties"]["code"] for grid in grids["features"]] == ["310151101"]

    def simulated() -> bool:
        cases = json.loads(running.get("/api/v1/cases.geojson?limit=5"))["features"]
        return any(case["properties"]["source_id"].startswith("sim-") for case in cases)

    eventually(simulated)
    assert running.home.joinpath("simulator-key").stat().st_mode & 0o077 == 0


def asked_for_health(town: Town) -> float:
    """How often, as the figures say."""
    lines = town.get("/metrics").decode().splitlines()
    counted = [line for line in lines if line.startswith("gridmap_request_seconds_count") and 'route="/healthz"' in line]
    return sum(float(line.split()[-1]) for line in counted)


def test_the_figures_are_those_of_all_workers_together(running: Town) -> None:
    before = asked_for_health(running)
    for _ in range(30):  # Enough that no worker stays without one.
        running.get("/healthz")
    assert asked_for_health(running) == before + 30


def test_a_second_one_in_the_same_home_is_refused_and_harms_nothing(running: Town) -> None:
    second = running.launch(GRIDMAP_PORT=str(free_port()))
    said, _ = second.communicate(timeout=LONG_S)
    assert second.returncode == 1
    assert "GRIDMAP_HOME" in said
    assert is_up(running)


def test_a_web_server_that_dies_is_back_on_the_same_port(running: Town) -> None:
    assert running.process is not None
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in running.descendants()}
    (web,) = (pid for pid, words in commands.items() if b"gunicorn" in words and parent_of(pid) == running.process.pid)
    os.kill(web, signal.SIGKILL)
    eventually(lambda: web not in running.descendants() and is_up(running))


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def test_ctrl_c_ends_everything_it_started_even_with_a_live_stream_open_and_not_the_town_beside_it(
    running: Town, town: Town
) -> None:
    town.start()
    assert is_up(running)
    assert is_up(town)
    with socket.create_connection(("127.0.0.1", town.port), timeout=30) as stream:
        town.sign_in()
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in town.cookies)
        stream.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\n\r\n".encode())
        assert b"200" in stream.recv(200)
        assert town.process is not None
        town.process.send_signal(signal.SIGINT)
        assert town.process.wait(LONG_S) == 0
    assert town.survivors() == set()
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", town.port))
    assert is_up(running)


def test_killed_without_a_word_it_leaves_nothing_behind_and_starts_again(town: Town) -> None:
    town.start()
    assert town.process is not None
    town.process.kill()
    town.process.wait(LONG_S)
    eventually(lambda: not town.survivors())
    town.end()
    town.start()
    assert is_up(town)
