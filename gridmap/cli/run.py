"""`gridmap run`: the database, the tables, the demo town, the web server, the relay and the simulated alerts."""

import json
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import ExitStack

import click

from gridmap import __version__
from gridmap.cli.checking import check
from gridmap.cli.claims import alone, database_of, listening, running
from gridmap.cli.gate import FD, gate
from gridmap.cli.preparing import environment, prepare, simulator_key
from gridmap.cli.progress import step
from gridmap.cli.settings import read_settings, tell_of_unknown
from gridmap.cli.supervise import Child, Stop, end, keep
from gridmap.config import Settings
from gridmap.errors import Invalid, Unavailable, msg

READY_S = 60.0
DEMO_ACCOUNTS = "demo-accounts.json"  # as web/demo.py, which takes long to import


@click.command
def command() -> None:
    """运行全部服务 · run everything until Ctrl-C."""
    settings = read_settings()
    tell_of_unknown()
    _check_exposure(settings)
    check(settings)
    stop = Stop()
    with ExitStack() as stack:
        stack.enter_context(stop.on_signals())
        stack.enter_context(alone(settings.home))
        listener = stack.enter_context(listening(settings))
        url, cluster = database_of(settings)
        env = environment(settings, url)
        pipe, open_gate = stack.enter_context(gate())
        web = Child("web", _gunicorn(listener), {**env, FD: str(pipe)}, pass_fds=[listener.fileno(), pipe])
        stack.callback(end, [web], stop)  # Wherever the start stops: it waits at the gate until then.
        web.start()
        watch = stack.enter_context(running(cluster))
        prepare(url, env, stop)
        if not stop:
            open_gate()
            _serve(settings, url, env, web, stop, watch)


def _check_exposure(settings: Settings) -> None:
    """Other machines may come in once the cookies' key is a secret of the operators', and better through TLS."""
    if settings.listens_locally:
        return
    if settings.secret_key is None:
        raise Invalid(
            msg(
                "GRIDMAP_HOST is %(host)s, which other machines reach: set GRIDMAP_SECRET_KEY first, at least 32 random"
                " characters that stay the same (for instance from `openssl rand -hex 32`)."
            ),
            host=settings.host,
        )
    if not settings.tls_proxy:
        click.echo(
            "! 其他机器可直接访问，但未声明 TLS 代理（GRIDMAP_TLS_PROXY）：密码与会话将明文传输"
            " · other machines may come in, but no TLS proxy is declared (GRIDMAP_TLS_PROXY): passwords travel in the clear",
            err=True,
        )
    if (settings.home / DEMO_ACCOUNTS).exists():
        click.echo(
            "! 演示账号的密码显示在登录页上，任何能访问的人都能登录（删除 demo-accounts.json 即不再显示）"
            " · the sign-in page shows the demo accounts' passwords to whoever reaches it (to hide them, delete that file)",
            err=True,
        )


def _serve(settings: Settings, url: str, env: Mapping[str, str], web: Child, stop: Stop, watch: Callable[[], None]) -> None:
    this = [sys.executable, "-m", "gridmap"]
    children = [web, Child("relay", [*this, "relay"], env), Child("worker", [*this, "worker"], env)]
    try:
        with step("启动服务", "starting the web server"):
            _wait_until_ready(settings, web, stop)
        if not stop:
            for child in children[1:]:  # Only now: importing beside the web server, they would hold it up.
                child.start()
            _banner(settings)
        if settings.simulate and not stop:
            key = str(simulator_key(settings, url))
            children.append(Child("simulator", [*this, "simulate", "--key-file", key], env))
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
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  # told apart, not listened on
    host = f"[{here}]" if ":" in here else here
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
        f"{_who_may_sign_in(settings)}"
        f"    停止 stop         Ctrl-C\n"
    )


def _who_may_sign_in(settings: Settings) -> str:
    try:
        accounts = json.loads((settings.home / DEMO_ACCOUNTS).read_text("utf-8"))
    except FileNotFoundError:
        return "    账号 accounts     gridmap accounts create 用户名 --role administrator\n"
    lines = "".join(f"      {account['username']:<20} {account['password']}\n" for account in accounts)
    return f"    演示账号 demo accounts（{settings.home / DEMO_ACCOUNTS}）\n{lines}"
