from random import Random
from typing import Any

import pytest

from gridmap.cli import simulate
from gridmap.cli.made_up import Pole

TOWN = [Pole("31015100081326000001", "dahua", "竹林路", 121.395, 31.652)]


class Town:
    """A server that counts what is open; one case is closed at every pause."""

    def __init__(self, open_cases: int) -> None:
        self.opened = open_cases
        self.most = open_cases

    def town(self) -> list[Pole]:
        return TOWN

    def open_cases(self) -> int:
        return self.opened

    def send(self, _body: dict[str, Any]) -> None:
        self.opened += 1
        self.most = max(self.most, self.opened)


def test_the_feed_pauses_while_enough_is_open_and_goes_on_after(monkeypatch: pytest.MonkeyPatch) -> None:
    server, pauses = Town(simulate.ENOUGH - 2), list[float]()

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        server.opened -= seconds == simulate.ENOUGH_S

    monkeypatch.setattr("time.sleep", sleep)
    simulate.feed(server, Random(1), 1.0, count=5)  # type: ignore[arg-type]  # stands in for a Sender
    assert server.most == simulate.ENOUGH
    assert pauses.count(simulate.ENOUGH_S) == 3
