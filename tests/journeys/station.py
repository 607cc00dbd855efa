"""A town hall of a test's own: one database, a web server and a relay as real processes, and the doors to them."""

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap.accounts import keys, lookup
from gridmap.accounts.rights import Grant, Role
from gridmap.desk.alerts import Incoming, Policy, receive
from tests import callers, town
from tests.offspring import born, kill_family
from tests.ports import free_port

PATIENCE_S = 60.0
SECRET_KEY = "for tests"
POLICY = Policy(nearest_limit_m=30, duplicate_radius_m=50, duplicate_hours=24)
_ids = count(1)


@dataclass
class Station:
    """The program on `engine`'s database. `settings`: of GRIDMAP_…, without the prefix."""

    engine: Engine
    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    key: str = ""
    cookie: str = ""
    _running: dict[str, ForkServerProcess] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What its processes read."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GRIDMAP_")}
        url = self.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
        own = {"DATABASE_URL": url, "HOME": str(self.home), "SECRET_KEY": SECRET_KEY, "SIMULATE": "0", "WEB_WORKERS": "1"}
        own |= {"WEB_THREADS": "32", "LIVE_CLIENTS": "100", "LOG_LEVEL": "warning"}
        return inherited | {f"GRIDMAP_{name}": value for name, value in {**own, **self.settings}.items()}

    def start(self) -> None:
        """Start what does not run, and wait until it answers."""
        gunicorn = ("gunicorn", "--config", "python:gridmap.cli.web_server", "--bind", f"127.0.0.1:{self.port}")
        commands = {"web": (*gunicorn, "gridmap.app:create_app()"), "relay": ("gridmap", "relay")}
        for name, command in commands.items():
            if name not in self._running:
                self._running[name] = born(command, env=self.environment, log=self.home / f"{name}.log")
        deadline = time.monotonic() + PATIENCE_S
        while not self._is_ready():
            assert time.monotonic() < deadline, "the server did not become ready"
            assert self._running["web"].is_alive(), (self.home / "web.log").read_text()
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        try:
            return self.get("/readyz") is not None
        except OSError:
            return False

    def kill(self, *names: str) -> None:
        """End `web` or `relay`, or both, as a power cut would: nobody says goodbye."""
        for name in names:
            kill_family(self._running.pop(name), PATIENCE_S)  # gunicorn's workers would hold the port for a while

    def stop(self) -> None:
        """End everything; nothing here is worth a farewell."""
        self.kill(*self._running)

    # --- doors ----------------------------------------------------------------------------------------------------

    def get(self, path: str) -> bytes:
        """The bytes under `path`."""
        asked = urllib.request.Request(f"{self.origin}{path}", headers={"Authorization": f"Bearer {self.key}"})  # noqa: S310  # our own http address
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310  # same
            return bytes(answer.read())

    def ask(self, path: str) -> Any:
        """The JSON under `path`."""
        return json.loads(self.get(path))

    def send(self, **facts: Any) -> dict[str, Any]:
        """An alert comes in over HTTP; the answer."""
        body = json.dumps(alert(**facts)).encode()
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.origin}/api/v1/alerts", body, headers)  # noqa: S310  # our own http address
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # the same
                told: dict[str, Any] = json.loads(answer.read())
        except urllib.error.HTTPError as refusal:
            raise AssertionError(refusal.read().decode()) from refusal
        return told

    def take(self, *alerts: dict[str, Any]) -> list[str]:
        """Alerts come in by another door: straight to the desk, without the web server; the numbers of their cases."""
        incoming = [_incoming(**facts) for facts in alerts]
        with self.deed() as session:
            return [outcome.number for outcome in receive(session, incoming, actor="another door", policy=POLICY)]

    def wait_for_relay(self) -> None:
        """Until everything committed has its place in the feed."""
        deadline = time.monotonic() + PATIENCE_S
        with Session(self.engine) as session:
            while session.scalar(text("SELECT count(*) FROM journal_pending")):
                assert time.monotonic() < deadline, "the relay is not at work"
                session.rollback()
                time.sleep(0.05)

    @contextmanager
    def deed(self) -> Iterator[Session]:
        """A session that is committed at the block's end."""
        with Session(self.engine) as session, session.begin():
            yield session

    def make_key(self) -> None:
        """A key for the senders of this town, and a session for who sits at its desks: an operator of the whole town."""
        with self.deed() as session:
            self.key = keys.create(session, "journeys", actor="test")
            grants = [Grant(Role.OPERATOR, code) for code in lookup.towns(session)]
            operator = callers.account(session, *grants, username="0007")  # a name of no language
            self.cookie = callers.cookie_of(operator, SECRET_KEY)


def alert(*, at: tuple[float, float] | None = (0.5, 0.5), **facts: Any) -> dict[str, Any]:
    """An alert's body. `at` in the tiny town's cells, or None for no place."""
    body: dict[str, Any] = {
        "source": "camera-ai",
        "source_id": f"journey-{next(_ids)}",
        "occurred_at": datetime.now(UTC).isoformat(),
    }
    body |= {"category": {"standard_ref": town.STANDARD, "kind": "matter", "code": "06010"}}
    if at is not None:
        lon, lat = town.spot(*at)
        body["location"] = {"lon": lon, "lat": lat, "datum": "wgs84"}
    return {name: value for name, value in (body | facts).items() if value is not None}


def _incoming(*, at: tuple[float, float] = (0.5, 0.5), **facts: Any) -> Incoming:
    lon, lat = town.spot(*at)
    name = f"journey-{next(_ids)}"
    return Incoming("camera-ai", name, datetime.now(UTC), "{}", lon=lon, lat=lat, **facts)
