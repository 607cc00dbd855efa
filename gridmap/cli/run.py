"""`gridmap run`: the database, the tables, the demo town, the web server, the relay and the simulated alerts."""

import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack

import click

from gridmap import __version__
from gridmap.cli.claims import alone, database, listening
from gridmap.cli.preparing import environment, prepare, simulator_key
from gridmap.cli.progress import step
from gridmap.cli.settings import read_settings
from gridmap.cli.supervise import Child, Stop, end, keep
from gridmap.config import Settings
from gridmap.errors import Invalid, Unavailable, msg

READY_S = 60.0


@click.command
def command() -> None:
    """运行全部服务 · run everything until Ctrl-C."""
    settings = read_settings()
    if not settings.listens_locally:
        raise Invalid(
            msg(
                "GRIDMAP_HOST is %(host)s, but without sign-in anybody who reaches the program could change its data."
                " Until sign-in exists it listens on 127.0.0.1, ::1 or localhost only."
            ),
            host=settings.host,
        )
    stop = Stop()
    with ExitStack() as stack:
        stack.enter_context(stop.on_signals())
        stack.enter_context(alone(settings.home))
        listener = stack.enter_context(listening(settings))
        url, watch = stack.enter_context(database(settings))
        prepare(settings, url, stop)
        if not stop:
            _serve(settings, url, listener, stop, watch)


def _serve(settings: Settings, url: str, listener: socket.socket, stop: Stop, watch: Callable[[], None]) -> None:
    env = environment(settings, url)
    this = [sys.executable, "-m", "gridmap"]
    web = Child("web", _gunicorn(listener), env, pass_fds=[listener.fileno()])
    children = [web, Child("relay", [*this, "relay"], env)]
    if settings.simulate:
        key = str(simulator_key(settings, url))
        children.append(Child("simulator", [*this, "simulate", "--key-file", key], env))
    try:
        with step("启动服务", "starting the web server"):
            for child in children[:2]:
                child.start()
            _wait_until_ready(settings, web, stop)
        if not stop:
            _banner(settings)
        keep(children, stop, watch)
    finally:
        if stop:
            click.echo("\n正在停止 · stopping")
        end(children, stop)


def _gunicorn(listener: socket.socket) -> list[str]:
    config = ("--config", "python:gridmap.cli.web_server", "--bind", f"fd://{listener.fileno()}")
    return [sys.executable, "-m", "gunicorn", *config, "gridmap.app:create_app()"]


def origin(settings: Settings) -> str:
    """The address a browser on this machine types."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _wait_until_ready(settings: Settings, web: Child, stop: Stop) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy is for other machines
    deadline = time.monotonic() + READY_S
    while not stop and time.monotonic() < deadline:
        try:
            opener.open(f"{origin(settings)}/readyz", timeout=2).close()
        except (urllib.error.URLError, OSError):
            if web.ended():
                raise Unavailable(msg("The web server did not start; the lines above say why.")) from None
            time.sleep(0.05)
        else:
            return
    if not stop:
        raise Unavailable(msg("The web server did not become ready in %(seconds)s seconds."), seconds=int(READY_S))


def _banner(settings: Settings) -> None:
    simulated = "开 on（GRIDMAP_SIMULATE=0 关 off）" if settings.simulate else "关 off"
    data = "GRIDMAP_DATABASE_URL" if settings.database_url is not None else str(settings.home)
    click.echo(
        f"\n  gridmap {__version__}  一网统管网格地图\n\n"
        f"    地图 map          {origin(settings)}\n"
        f"    接口 API          {origin(settings)}/api/docs\n"
        f"    数据 data         {data}\n"
        f"    模拟警情 simulated {simulated}\n"
        f"    停止 stop         Ctrl-C\n"
    )
