"""`gridmap simulate`: a gentle feed of made-up alerts through the real HTTP API."""

import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from random import Random
from typing import Any

import click

from gridmap import clock
from gridmap.cli.made_up import Pole, alert, poles
from gridmap.cli.run import origin
from gridmap.cli.settings import read_settings
from gridmap.cli.words import say_error
from gridmap.errors import NotAuthenticated, Unavailable, msg

TIMEOUT_S = 10
AWAY_S = 2.0  # pause while the server is away
REFUSED = (401, 403)
ENOUGH = 300  # Open cases past which nothing more is made up: over a weekend the map would fill with what nobody handles.
ENOUGH_S = 60.0  # How often it is then asked whether some were closed.


class Sender:
    """The API of one server, with one key."""

    def __init__(self, address: str, key: str) -> None:
        self._address = address
        self._key = key
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy is for other machines

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._address + path, data, headers)  # noqa: S310  # the address is http, from settings
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code in REFUSED:
                raise NotAuthenticated(msg("The server does not accept the key.")) from error
            said = error.read(2000).decode(errors="replace")
            raise Unavailable(msg("The server answered %(status)s: %(said)s"), status=error.code, said=said) from error
        except (OSError, ValueError) as error:
            raise Unavailable(msg("The server is away: %(reason)s"), reason=str(error)) from error

    def town(self) -> list[Pole]:
        """The cameras the server knows."""
        return poles(self._ask("/api/v1/cameras.geojson"))

    def open_cases(self) -> int:
        """How many cases are open in the whole town."""
        return int(self._ask("/api/v1/grids/counts")["total_open"])

    def send(self, body: dict[str, Any]) -> None:
        """Post one alert."""
        self._ask("/api/v1/alerts", body)


@click.command
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="文件，内含密钥 · a file that holds an API key (gridmap keys create NAME)",
)
@click.option("--seed", type=int, default=None, help="固定随机数 · the same seed sends the same alerts")
@click.option("--count", type=click.IntRange(min=1), default=None, help="发送多少条后停止 · stop after so many (default: never)")
def command(key_file: Path, seed: int | None, count: int | None) -> None:
    """模拟警情 · send made-up alerts until stopped."""
    settings = read_settings()
    sender = Sender(origin(settings), key_file.read_text().strip())
    feed(sender, Random(seed), settings.simulate_seconds, count)  # noqa: S311  # made-up alerts, not secrets


def feed(sender: Sender, rng: Random, mean_s: float, count: int | None) -> None:
    """Send alerts at uneven intervals of `mean_s` seconds on average; wait while the server is away or has `ENOUGH`."""
    town: list[Pole] = []
    sent, quiet = 0, False
    while count is None or sent < count:
        try:
            town = town or sender.town()
            if sender.open_cases() >= ENOUGH:
                time.sleep(ENOUGH_S)
                continue
            if town:
                sender.send(alert(rng, town, clock.now()))
                sent, quiet = sent + 1, False
        except Unavailable as error:
            if not quiet:
                click.echo(f"! 模拟警情 · simulator: {say_error(error)}", err=True)
            quiet = True
            time.sleep(AWAY_S)
            continue
        time.sleep(min(max(rng.expovariate(1 / mean_s), mean_s / 5), mean_s * 4))
