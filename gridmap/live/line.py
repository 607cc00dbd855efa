"""One client's line: its connection, what it was sent up to, and what still waits to be sent."""

import socket
import time
from collections import deque

from gridmap.live.frames import HEARTBEAT, Batch, Listening
from gridmap.live.stream import Beginning


class Line:
    """Made by whoever answers the client; from then on the writer's thread alone touches it.

    What happens before the line is opened waits, so that nothing is lost between subscribing and the replay. Waiting
    events are the same bytes for all lines: a slow client costs references, not copies.

    Args:
        most_waiting: events that may wait; one more, and it is cut off and has to come back with its last id.
    """

    def __init__(self, most_waiting: int) -> None:
        self._most_waiting = most_waiting
        self._early: list[Batch] = []
        self._waiting: deque[tuple[memoryview, int]] = deque()
        self._events_waiting = 0
        self._position = 0
        self._who = Listening()
        self.connection: socket.socket | None = None
        self.moved_at = time.monotonic()

    @property
    def waits(self) -> bool:
        """Whether the client has yet to take something, or to be answered at all."""
        return bool(self._waiting) or self.connection is None

    @property
    def replaying(self) -> int:
        """Bytes of its beginning that the client has yet to take: nobody shares those."""
        return len(self._waiting[0][0]) if self._waiting and not self._waiting[0][1] else 0

    def open(self, connection: socket.socket, beginning: Beginning, who: Listening) -> bool:
        """From now on events go to `connection`, after `beginning` and what came since; False when that is too much."""
        connection.settimeout(0)
        self.connection, self._position, self._who = connection, beginning.position, who
        self._add(beginning.sent, events=0)
        early, self._early, self._events_waiting = self._early, [], 0
        return all(self.take(batch) for batch in early)

    def take(self, batch: Batch) -> bool:
        """Let a batch wait; False when too much waits already."""
        if self._events_waiting and self._events_waiting + len(batch.frames) > self._most_waiting:
            return False
        if self.connection is None:
            self._early.append(batch)
            self._events_waiting += len(batch.frames)
        elif fresh := batch.after(self._position, self._who):
            self._position = batch.last
            self._add(fresh, events=len(batch.frames))
        return True

    def beat(self) -> None:
        """A sign of life."""
        self._add(HEARTBEAT, events=0)

    def _add(self, data: bytes, *, events: int) -> None:
        self._waiting.append((memoryview(data), events))
        self._events_waiting += events

    def send(self) -> None:
        """Send as much as the client takes at once.

        Raises:
            OSError: the client is gone.
        """
        while self._waiting and self.connection is not None:
            data, events = self._waiting[0]
            try:
                sent = self.connection.send(data)
            except BlockingIOError:
                return
            self.moved_at = time.monotonic()
            if sent < len(data):
                self._waiting[0] = (data[sent:], events)
                return
            self._waiting.popleft()
            self._events_waiting -= events

    def is_done(self) -> bool:
        """Asked when there is something to read: who only listens has nothing to say, so it hung up or is none of ours."""
        if self.connection is None:
            return False
        try:
            self.connection.recv(1)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True
