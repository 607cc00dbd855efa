"""What has to be there before the first request: tables, the demo town, secrets."""

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gridmap.cli.migrate import upgrade
from gridmap.cli.private_file import write_private
from gridmap.cli.progress import step
from gridmap.cli.supervise import Child, Stop, end
from gridmap.config import Settings
from gridmap.errors import NotFound, Unavailable, msg

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SIMULATOR = "simulator"


def prepare(url: str, env: Mapping[str, str], stop: Stop) -> None:
    """Tables, and the demo town where there is no town yet. `env`: the children's, from `environment`."""
    upgrade(url)
    if stop or not _is_empty(url):
        return
    with step("载入演示镇", "loading the demo town"):
        loader = Child("demo", [sys.executable, "-m", "gridmap", "demo"], env)
        loader.start()
        while not loader.ended() and not stop:
            time.sleep(0.05)
        failed = loader.process is not None and loader.process.poll()
        end([loader], stop)
        if failed and not stop:
            raise Unavailable(msg("The demo town could not be loaded; the lines above say why."))


def _is_empty(url: str) -> bool:
    with _session(url) as session:
        return bool(session.connection().exec_driver_sql("select not exists (select from grid)").scalar_one())


@contextlib.contextmanager
def _session(url: str) -> Iterator["Session"]:
    """A session on the database; it is committed where nothing goes wrong."""
    from gridmap.db import make_engine, make_sessions  # noqa: PLC0415  # SQLAlchemy: the web server's start would wait for it

    engine = make_engine(url, pool_size=1)
    try:
        with make_sessions(engine).begin() as session:
            yield session
    finally:
        engine.dispose()


def environment(settings: Settings, url: str) -> dict[str, str]:
    """What our children need to know beyond the settings they read themselves. Their figures begin anew."""
    own = {"GRIDMAP_DATABASE_URL": url, "PYTHONUNBUFFERED": "1"}
    return {**os.environ, **own, "PROMETHEUS_MULTIPROC_DIR": str(_fresh_figures(settings))}


def _fresh_figures(settings: Settings) -> Path:
    """The folder where the web server's processes keep their counts, so that any of them can tell them all."""
    folder = settings.home / "figures"
    shutil.rmtree(folder, ignore_errors=True)  # Counts begin anew with the program, as Prometheus expects.
    folder.mkdir()
    return folder


def simulator_key(settings: Settings, url: str) -> Path:
    """A file with a fresh key for the simulator."""
    path = settings.home / "simulator-key"
    write_private(path, _new_key(url))
    return path


def _new_key(url: str) -> str:
    """A key for the simulator alone, in place of the last start's."""
    from gridmap.accounts import keys  # noqa: PLC0415  # SQLAlchemy: the web server's start would wait for it

    with _session(url) as session:
        with contextlib.suppress(NotFound):  # at the first start
            keys.revoke(session, SIMULATOR, actor="gridmap run")
        session.flush()
        return keys.create(session, SIMULATOR, scopes=("alerts", "read"), actor="gridmap run")
