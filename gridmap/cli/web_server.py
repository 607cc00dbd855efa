"""gunicorn's settings and hooks (it reads this module's names). Run by `gridmap run`."""

import gc
import importlib
import os
import resource
import sys
from threading import Thread
from typing import Any

import structlog
from prometheus_client.multiprocess import mark_process_dead

from gridmap import logs
from gridmap.cli.gate import wait_at_gate
from gridmap.cli.settings import keep_compiled, read_settings

SWITCH_S = 0.0005
FILES_BESIDES = 512  # Database connections, photos, what is being sent.
YOUNG = 50_000  # Objects; a chunk of a batch makes some hundred thousand that live for a moment, and hardly a cycle.

_settings = read_settings()
keep_compiled(_settings)  # Keys of alerts are looked for in history, where there is one.

worker_class = "gthread"
workers = _settings.web_workers
threads = _settings.web_threads
worker_connections = 2 * _settings.web_threads
backlog = 2048
timeout = 60
graceful_timeout = 2  # less than supervise.GRACE_S: the workers are ended before the web server itself is
keepalive = 75
loglevel = "warning"
control_socket_disable = True
proc_name = "gridmap"


def on_starting(server: Any) -> None:  # noqa: ARG001  # gunicorn's signature
    """Import the program once, before the workers are forked: they start sooner and share its memory.

    The application itself, with its threads and connections, is made in each worker, once the database is ready.
    """
    logs.configure(_settings.log_level)
    _allow_files(_settings.live_clients + _settings.web_threads + FILES_BESIDES)
    importlib.import_module("gridmap.app")
    # The program itself never becomes garbage: looking through it again and again costs a batch of alerts a quarter more.
    gc.freeze()
    wait_at_gate()


def _allow_files(needed: int) -> None:
    """Each live connection is an open file, and systems often allow 1,024 unless a program asks for more."""
    allowed, at_most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if at_most == resource.RLIM_INFINITY or needed <= at_most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(allowed, needed), at_most))
    else:
        resource.setrlimit(resource.RLIMIT_NOFILE, (at_most, at_most))
        structlog.get_logger(__name__).warning("web.too_few_files", allowed=at_most, needed=needed)


def post_worker_init(worker: Any) -> None:
    """A worker that is told to go ends its live streams first; they would never end by themselves."""
    # A thread that comes back from the database shall not wait the usual 5 ms for one that computes: a chunk of a batch
    # comes back some twenty times.
    sys.setswitchinterval(SWITCH_S)
    # Looking for garbage after every 700 new objects, as is usual, is a quarter of what a batch costs in Python.
    gc.set_threshold(YOUNG, 20, 20)
    importlib.import_module("gridmap.api.worker").end_streams_first(worker)
    # The port is open; nobody waits for Folium but who opens the map in the next second.
    draw = importlib.import_module("gridmap.maps.shell").operator_shell
    Thread(target=draw, args=[_settings.base_maps], name="map", daemon=True).start()


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001  # gunicorn's signature
    """What a worker that has ended told of itself, its live connections say, is true no more."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # prometheus_client leaves it untyped


def worker_exit(server: Any, worker: Any) -> None:  # noqa: ARG001  # gunicorn's signature
    """A worker that ends in order ends at once: taking apart a whole interpreter would hold up Ctrl-C for a second."""
    ending = sys.exc_info()[1]
    if isinstance(ending, SystemExit) and not ending.code:
        os._exit(0)
