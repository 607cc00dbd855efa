"""What one running program has to itself: its home, its port, its database server."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from gridmap.cli.progress import step
from gridmap.cluster.layout import no_home
from gridmap.cluster.locks import Lock
from gridmap.cluster.server import Cluster, open_cluster
from gridmap.cluster.tenancy import landlord
from gridmap.config import Settings
from gridmap.errors import Conflict, Unavailable, msg


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """One `gridmap run` per GRIDMAP_HOME."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = Lock(home / "run.lock")
        free = lock.take()
    except OSError as error:
        raise no_home(error) from error
    if not free:
        raise Conflict(
            msg(
                "gridmap runs already with GRIDMAP_HOME=%(home)s."
                " A second one beside it needs a GRIDMAP_HOME and a GRIDMAP_PORT of its own."
            ),
            home=str(home),
        )
    try:
        yield
    finally:
        lock.let_go()


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """The web server's socket. We hold it, so the port stays ours while the web server is started again."""
    family, kind, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
        except OSError as error:
            raise Conflict(
                msg("Port %(port)s is taken or forbidden (%(reason)s). Choose another with GRIDMAP_PORT."),
                port=settings.port,
                reason=error.strerror or str(error),
            ) from error
        listener.listen(2048)
        yield listener


def database_of(settings: Settings) -> tuple[str, Cluster | None]:
    """Where the database is, or will be once its private server runs; and that server, unless the settings name another."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value(), None
    cluster = open_cluster(settings.home)
    return cluster.url(), cluster


@contextmanager
def running(cluster: Cluster | None) -> Iterator[Callable[[], None]]:
    """The private server runs as long as the block. Yields what to call at every look: a server that ended is started anew."""
    if cluster is None:
        yield lambda: None
        return

    def waiting() -> None:
        click.echo("… 等待另一条 gridmap 命令结束 · waiting for another gridmap command to end")

    with step("启动数据库", "starting the database") if cluster.layout.version is None else ExitStack():
        held = ExitStack()
        held.enter_context(landlord(cluster, waiting))
    with held:
        yield lambda: _revive(cluster)


def _revive(cluster: Cluster) -> None:
    if not cluster.ended():
        return
    click.echo("! 数据库已退出，正在重启 · the database ended, starting it again", err=True)
    try:
        cluster.start()
    except Unavailable as error:
        click.echo(f"! {error}", err=True)
        time.sleep(1)
