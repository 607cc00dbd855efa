"""Hands every batch of events to every open line of this process, and lets no slow one hold up the others.

It is the face that other threads see; `writer` does the work in a thread of its own.
"""

import os
from collections.abc import Callable
from queue import SimpleQueue
from socket import socket
from threading import BoundedSemaphore, RLock, Thread

from gridmap.errors import Unavailable, msg
from gridmap.live.frames import ANYBODY, Batch, Listening
from gridmap.live.line import Line
from gridmap.live.stream import Beginning
from gridmap.live.writer import Deed, Writer

AHEAD = 16  # Batches the listener may read ahead of the writer: what is published faster waits in the database.
PULSE_S = 0.2  # How soon who waits for the writer notices that all is closed.


class Fanout:
    """The open lines of one process.

    Args:
        most_clients: lines open at once; the next is refused.
        most_waiting: see `Line`.
        heartbeat_s: see `Writer`.
        told: is told how many lines are open whenever that changes.
    """

    def __init__(
        self, *, most_clients: int, most_waiting: int, heartbeat_s: float, told: Callable[[int], None] = lambda _: None
    ) -> None:
        self._most_clients = most_clients
        self._most_waiting = most_waiting
        self._heartbeat_s = heartbeat_s
        self._told = told
        self._lock = RLock()  # The signal that closes may come in the middle of something.
        self._clients = 0
        self._closed = False
        self._ahead = BoundedSemaphore(AHEAD)
        self._inbox: SimpleQueue[Deed] = SimpleQueue()
        self._wake: int | None = None  # The writer's eventfd, while it is at work.
        self._thread: Thread | None = None

    def __len__(self) -> int:
        return self._clients

    def subscribe(self) -> Line:
        """A line that gets everything published from now on, once it is opened; `Unavailable` when there is no room."""
        with self._lock:
            if self._closed or self._clients >= self._most_clients:
                raise Unavailable(msg("All live connections of this server are taken; try again in a moment"))
            if self._wake is None:
                self._begin()
            self._clients += 1
            self._told(self._clients)
            line = Line(self._most_waiting)
            self._ask(lambda writer: writer.add(line))
        return line

    def open(self, line: Line, connection: socket, beginning: Beginning, who: Listening = ANYBODY) -> None:
        """Write the line to `connection`, which is the fan-out's from now on."""
        if not self._ask(lambda writer: writer.open(line, connection, beginning, who)):
            connection.close()

    def unsubscribe(self, line: Line) -> None:
        """End a line; ending it twice is fine."""
        self._ask(lambda writer: writer.drop(line))

    def publish(self, batch: Batch) -> None:
        """Give a batch to every line; waits while the writer is `AHEAD` batches behind."""
        while not self._ahead.acquire(timeout=PULSE_S):
            if self._closed:
                return
        if not self._ask(lambda writer: self._published(writer, batch)):
            self._ahead.release()

    def _published(self, writer: Writer, batch: Batch) -> None:
        self._ahead.release()
        writer.publish(batch)

    def end_all(self) -> None:
        """End every open line; new ones may come."""
        self._ask(Writer.end_all)

    def close(self) -> None:
        """End every open line and refuse new ones: the process is going."""
        self._closed = True
        self._ask(Writer.end)

    def wait(self, seconds: float) -> None:
        """After `close`: until every line has ended.

        Raises:
            TimeoutError: the writer is still at work.
        """
        if self._thread is not None:
            self._thread.join(seconds)
            if self._thread.is_alive():
                raise TimeoutError(f"the writer has not ended within {seconds} s")

    def _ask(self, deed: Deed) -> bool:
        """Let the writer do this next; False when none is at work."""
        with self._lock:
            if self._wake is None:
                return False
            self._inbox.put(deed)
            os.eventfd_write(self._wake, 1)
            return True

    def _begin(self) -> None:
        self._inbox, self._wake = SimpleQueue(), os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        writer = Writer(self._inbox, self._wake, self._left, self._heartbeat_s)
        self._thread = Thread(target=self._run, args=(writer, self._wake), name="live-writer", daemon=True)
        self._thread.start()

    def _run(self, writer: Writer, wake: int) -> None:
        try:
            writer.run()
        finally:
            with self._lock:
                self._wake = None
                os.close(wake)
            writer.close()

    def _left(self) -> None:
        with self._lock:
            self._clients -= 1
            self._told(self._clients)
