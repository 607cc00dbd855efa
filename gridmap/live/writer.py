"""The one thread that writes to every open line of its process: nobody waits for a client, and no client costs a thread."""

import os
import time
from collections.abc import Callable
from queue import SimpleQueue
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from socket import socket

from gridmap.live.frames import Batch, Listening
from gridmap.live.line import Line
from gridmap.live.stream import Beginning

SWEEP_S = 1.0
DEAF_AFTER = 3  # Heartbeats without taking a byte of what waits for it.
UNANSWERED_S = 120.0  # After so long a client that was let in gets no answer any more: something broke on the way to it.
MOST_REPLAYING = 256 * 1024 * 1024  # Bytes of replays that wait for slow clients, all together.

Deed = Callable[["Writer"], None]


class Writer:
    """All its methods are for its own thread: others put them into `inbox` and write to `wake`.

    Args:
        inbox: what to do next.
        wake: an eventfd.
        left: called for each line that has ended.
        heartbeat_s: after so much silence a line gets a sign of life.
    """

    def __init__(self, inbox: SimpleQueue[Deed], wake: int, left: Callable[[], None], heartbeat_s: float) -> None:
        self._inbox, self._wake, self._left, self._heartbeat_s = inbox, wake, left, heartbeat_s
        self._sweep_s = min(SWEEP_S, heartbeat_s / 4)
        self._swept_at = time.monotonic()
        self._selector = DefaultSelector()
        self._lines: set[Line] = set()
        self._held_up: set[Line] = set()  # Those whose clients have yet to take something.
        self._going = True

    def run(self) -> None:
        """Write until `end`."""
        self._selector.register(self._wake, EVENT_READ)
        while self._going:
            self._turn()

    def close(self) -> None:
        """Do what was asked to the last, and leave no line open; nobody may ask any more."""
        try:
            self._do_what_is_asked()
        finally:
            self.end_all()
            self._selector.close()

    def end(self) -> None:
        """End every line and the thread."""
        self._going = False

    def end_all(self) -> None:
        """End every line."""
        for line in list(self._lines):
            self.drop(line)

    def add(self, line: Line) -> None:
        """From now on the line gets what is published."""
        self._lines.add(line)

    def open(self, line: Line, connection: socket, beginning: Beginning, who: Listening) -> None:
        """Begin to write; the connection is ours now, and closed at once if the line has ended meanwhile."""
        if line not in self._lines:
            connection.close()
            return
        fits = line.open(connection, beginning, who)
        self._selector.register(connection, EVENT_READ, line)
        if fits:
            self._write(line)
        if not fits or (line.replaying and sum(one.replaying for one in self._held_up) > MOST_REPLAYING):
            self.drop(line)

    def publish(self, batch: Batch) -> None:
        """A batch for every line; those too far behind end."""
        for line in list(self._lines):
            self._write(line) if line.take(batch) else self.drop(line)

    def drop(self, line: Line) -> None:
        """End a line; ending it twice is fine."""
        if line not in self._lines:
            return
        self._lines.remove(line)
        self._held_up.discard(line)
        if line.connection is not None:
            self._selector.unregister(line.connection)
            line.connection.close()
        self._left()

    def _turn(self) -> None:
        for key, events in self._selector.select(self._sweep_s if self._lines else None):
            if key.data is None:
                os.eventfd_read(self._wake)
            elif key.data in self._lines:
                self._attend(key.data, events)
        self._do_what_is_asked()
        if time.monotonic() - self._swept_at >= self._sweep_s:
            self._sweep()

    def _do_what_is_asked(self) -> None:
        for _ in range(self._inbox.qsize()):  # Nobody else takes from it; what comes meanwhile waits for the next turn.
            self._inbox.get_nowait()(self)

    def _attend(self, line: Line, events: int) -> None:
        if events & EVENT_READ and line.is_done():
            self.drop(line)
        elif events & EVENT_WRITE:
            self._write(line)

    def _write(self, line: Line) -> None:
        if line.connection is None:
            return
        try:
            line.send()
        except OSError:  # It hung up; it will come back if it wants to.
            self.drop(line)
            return
        if line.waits != (line in self._held_up):
            self._held_up ^= {line}
            self._selector.modify(line.connection, EVENT_READ | EVENT_WRITE if line.waits else EVENT_READ, line)

    def _sweep(self) -> None:
        """Signs of life to who hears nothing, and the end of who takes nothing."""
        self._swept_at = time.monotonic()
        for line in list(self._lines):
            silent_s = self._swept_at - line.moved_at
            if line.waits:
                if silent_s > (DEAF_AFTER * self._heartbeat_s if line.connection else UNANSWERED_S):
                    self.drop(line)
            elif silent_s >= self._heartbeat_s - self._sweep_s:
                line.beat()
                self._write(line)
