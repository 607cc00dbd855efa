"""gunicorn's settings and hooks (it reads this module's names). Run by `gridmap run`."""

import importlib
import os
import sys
from typing import Any

from gridmap import logs
from gridmap.cli.settings import read_settings

_settings = read_settings()

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

    The application itself, with its threads and connections, is made in each worker.
    """
    logs.configure(_settings.log_level)
    importlib.import_module("gridmap.app")


def worker_exit(server: Any, worker: Any) -> None:  # noqa: ARG001  # gunicorn's signature
    """A worker that ends in order ends at once: taking apart a whole interpreter would hold up Ctrl-C for a second."""
    ending = sys.exc_info()[1]
    if isinstance(ending, SystemExit) and not ending.code:
        os._exit(0)
