"""Hands every batch of events to every open stream of this process, and lets no slow one hold up the others."""

from queue import SimpleQueue
from threading import Lock

from gridmap.errors import Unavailable, msg
from gridmap.live.frames import Batch


class Subscription:
    """One client's queue. The fan-out puts, the client's own thread takes.

    Args:
        most_waiting: events it may have waiting; one more, and it is cut off and has to come back with its last id.
    """

    def __init__(self, most_waiting: int) -> None:
        self._queue: SimpleQueue[Batch | None] = SimpleQueue()
        self._most_waiting = most_waiting
        # Each is written by one thread only, so that neither needs a lock; an old value read by the other errs on the
        # side of "more is waiting".
        self._put = 0
        self._taken = 0

    def put(self, batch: Batch) -> bool:
        """Add a batch; False, and the end of the queue, when too much is waiting already."""
        waiting = self._put - self._taken
        if waiting and waiting + len(batch.frames) > self._most_waiting:
            self.end()
            return False
        self._put += len(batch.frames)
        self._queue.put(batch)
        return True

    def end(self) -> None:
        """Let the taker finish once it has taken what is there."""
        self._queue.put(None)

    def take(self, timeout_s: float) -> Batch | None:
        """The next batch, waiting for it; None at the end.

        Raises:
            queue.Empty: nothing came within `timeout_s` seconds.
        """
        batch = self._queue.get(timeout=timeout_s)
        if batch is not None:
            self._taken += len(batch.frames)
        return batch


class Fanout:
    """The open streams of one process.

    Args:
        most_clients: streams open at once; the next is refused.
        most_waiting: see `Subscription`.
    """

    def __init__(self, *, most_clients: int, most_waiting: int) -> None:
        self._most_clients = most_clients
        self._most_waiting = most_waiting
        self._lock = Lock()
        self._clients: set[Subscription] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._clients)

    def subscribe(self) -> Subscription:
        """A queue that gets everything published from now on; `Unavailable` when this process has no room."""
        with self._lock:
            if self._closed or len(self._clients) >= self._most_clients:
                raise Unavailable(msg("All live connections of this server are taken; try again in a moment"))
            client = Subscription(self._most_waiting)
            self._clients.add(client)
            return client

    def unsubscribe(self, client: Subscription) -> None:
        """Forget a client; forgetting it twice is fine."""
        with self._lock:
            self._clients.discard(client)

    def publish(self, batch: Batch) -> None:
        """Give a batch to every client; those that are too far behind are ended and forgotten."""
        with self._lock:
            self._clients -= {client for client in self._clients if not client.put(batch)}

    def end_all(self) -> None:
        """End every open stream; new ones may come."""
        with self._lock:
            for client in self._clients:
                client.end()
            self._clients.clear()

    def close(self) -> None:
        """End every open stream and refuse new ones: the process is going."""
        self._closed = True
        self.end_all()
