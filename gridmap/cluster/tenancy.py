"""Sharing one cluster between commands: the first starts it, later ones use it, nobody pulls it from under another.

Two lock files under home. `server.lock`: held by the process that started the server. `tenants.lock`: held alone while
the server is made, started or stopped, shared by everybody who uses it.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gridmap.cluster.locks import Lock
from gridmap.cluster.server import Cluster, open_cluster
from gridmap.config import Settings
from gridmap.errors import Unavailable, msg

PAUSE_S = 0.05


def _locks(cluster: Cluster) -> tuple[Lock, Lock]:
    cluster.layout.prepare(cluster.owner)
    return Lock(cluster.home / "server.lock"), Lock(cluster.home / "tenants.lock")


@contextmanager
def _started(cluster: Cluster, tenants: Lock, *, wait_for_tenants: bool) -> Iterator[None]:
    tenants.wait()
    try:
        cluster.ensure()
        tenants.share()
        yield
        if wait_for_tenants:
            tenants.wait()
    finally:
        cluster.stop()
        tenants.let_go()


@contextmanager
def landlord(cluster: Cluster, waiting: Callable[[], None]) -> Iterator[None]:
    """Start the cluster and keep it until the end, for `gridmap run`: its end is everybody's end.

    `waiting` is called once when another command started the server and has to finish first.
    """
    server, tenants = _locks(cluster)
    if not server.take():
        waiting()
        server.wait()
    try:
        with _started(cluster, tenants, wait_for_tenants=False):
            yield
    finally:
        server.let_go()


@contextmanager
def tenant(cluster: Cluster) -> Iterator[None]:
    """Use the cluster: the running one, or one started for this and stopped afterwards."""
    server, tenants = _locks(cluster)
    deadline = time.monotonic() + cluster.patience_s
    while time.monotonic() < deadline:
        if server.take():
            try:
                with _started(cluster, tenants, wait_for_tenants=True):
                    yield
            finally:
                server.let_go()
            return
        tenants.share()
        try:
            if cluster.running():
                yield
                return
        finally:
            tenants.let_go()
        time.sleep(PAUSE_S)  # between two owners: the next look finds it free or running
    raise Unavailable(msg("The database under %(home)s is neither running nor free to start."), home=str(cluster.home))


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The URL of the database the settings mean, for as long as the block lasts. A private one is started if need be."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    cluster = open_cluster(settings.home)
    with tenant(cluster):
        yield cluster.url()
