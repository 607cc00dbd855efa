"""Keeps children alive until it is told to stop, then ends them all, and only them."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import click

from gridmap.cluster.tether import spawn

LOOK_S = 0.1
GRACE_S = 3.0  # what a child has to end in; open live streams end within it
STEADY_S = 30.0  # a child that lived this long starts its back-off anew
BACK_OFF_S = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass
class Child:
    """One process to keep alive: a name to speak of it, its command and environment."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    pass_fds: Sequence[int] = ()
    deaths: int = 0
    due: float = 0.0
    born: float = 0.0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it, in a process group of its own that ends with us."""
        self.born = time.monotonic()
        self.process = spawn(self.command, env=self.env, pass_fds=self.pass_fds)

    def look(self) -> None:
        """Notice a death and plan the next birth; bring it about when its time has come."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self.deaths = 1 if now - self.born > STEADY_S else self.deaths + 1
            pause = BACK_OFF_S[min(self.deaths, len(BACK_OFF_S)) - 1]
            click.echo(
                f"! {self.name} 已退出（{self.process.returncode}），{pause:g} 秒后重启"
                f" · {self.name} ended ({self.process.returncode}), starting again in {pause:g} s",
                err=True,
            )
            self._signal(signal.SIGKILL)  # what it may have left behind in its group
            self.process, self.due = None, now + pause
        if self.process is None and now >= self.due:
            self.start()

    def _signal(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return  # all gone already

    def ask_to_end(self) -> None:
        """SIGTERM to it alone: it ends its own children in order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def ended(self) -> bool:
        """Whether nothing of it runs any more."""
        return self.process is None or self.process.poll() is not None

    def end(self) -> None:
        """SIGKILL to whatever is left of its group."""
        self._signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()
            self.process = None


class Stop:
    """Set by SIGINT, SIGTERM and SIGHUP; a second signal means: at once."""

    def __init__(self) -> None:
        self.count = 0

    def __bool__(self) -> bool:
        return self.count > 0

    def _note(self, number: int, frame: object) -> None:  # noqa: ARG002  # signal's signature
        self.count += 1

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Catch the signals for the length of the block."""
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._note) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def keep(children: Sequence[Child], stop: Stop, also: Callable[[], None]) -> None:
    """Look after the children until `stop`; `also` is called at every look (the database has a watch of its own)."""
    while not stop:
        also()
        for child in children:
            child.look()
        time.sleep(LOOK_S)


def end(children: Sequence[Child], stop: Stop) -> None:
    """End all children: asked first, killed after GRACE_S or at a second signal."""
    for child in children:
        child.ask_to_end()
    deadline, first = time.monotonic() + GRACE_S, stop.count
    while time.monotonic() < deadline and stop.count == first and not all(child.ended() for child in children):
        time.sleep(0.02)
    for child in children:
        child.end()
