"""Processes of the program that are born with it in memory: one process imports it once, and each of them is a fork of that.

From there on they do what `python -m …` does. A server that a test starts is there in a fraction of the time importing takes.
"""

import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from gridmap.cluster.tether import tie

CHECKOUT = Path(__file__).parents[1]
# Nothing here reads settings when it is imported (as gridmap.cli.web_server does): each child has its own.
_KNOWN = (
    *("gridmap.app", "gridmap.maps.operator", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread"),
    *("gridmap.cli.run", "gridmap.cli.relay", "gridmap.cli.worker", "gridmap.cli.route"),
    *("gridmap.cli.database", "gridmap.live.relay", "gridmap.cli.watchman"),
)
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(list(_KNOWN))


def born(command: Sequence[str], *, env: Mapping[str, str], log: Path) -> ForkServerProcess:
    """`python -m command…` in a session of its own, which is killed when this process goes; what it says stands in `log`."""
    child = _context.Process(target=_live, args=(list(command), dict(env), str(log)))
    child.start()
    return child


def _live(command: list[str], env: dict[str, str], log: str) -> None:
    # With this open the process that bore it would live as long as its children, and they as long as that: for ever.
    os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]  # not in the library's types
    tie(os.getppid(), signal.SIGKILL)()
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(CHECKOUT)
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


def kill_family(child: ForkServerProcess, patience_s: float) -> None:
    """End it and all it started as a power cut would: nobody says goodbye."""
    assert child.pid, "it was never born"
    child.kill()
    with suppress(ProcessLookupError):  # It was the last of them, or had no session yet.
        os.killpg(child.pid, signal.SIGKILL)
    child.join(patience_s)
