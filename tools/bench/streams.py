"""From the writing of an event to every open live connection: a process of its own holds the connections."""

import multiprocessing
import selectors
import socket
import time
from datetime import datetime
from typing import Any

import orjson

from tools.bench.alerts import authorised, bodies, send
from tools.bench.figures import Figure, figure, percentile
from tools.bench.fixture import Size, Stand

PAUSE_S = 0.2  # Five alerts a second: a busy town's evening.
SETTLE_S = 1.0


def delivery(stand: Stand, size: Size) -> list[Figure]:
    """Milliseconds from an event's own time stamp, which is before its commit, to its last byte at each client."""
    context = multiprocessing.get_context("fork")
    middle, late, connected = [], [], []
    for repeat in range(size.repeats):
        ours, theirs = context.Pipe()
        seconds = size.seconds + 2 * SETTLE_S
        listener = context.Process(target=_listen, args=(theirs, stand.port, size.streams, seconds), daemon=True)
        listener.start()
        connected.append(float(ours.recv()))
        _trickle(stand, size, f"stream-{repeat}")
        took, expected = ours.recv(), size.streams * _how_many(size)
        listener.join(10)
        if len(took) != expected:
            raise RuntimeError(f"{len(took)} events arrived where {expected} were sent")
        middle.append(percentile(took, 50))
        late.append(percentile(took, 95))
    return [
        figure(f"event to {size.streams} live clients, p50", middle, "ms"),
        figure(f"event to {size.streams} live clients, p95", late, "ms", 500),
        figure(f"{size.streams} live clients connected within", connected, "ms"),
    ]


def _how_many(size: Size) -> int:
    return max(1, int(size.seconds / PAUSE_S))


def _trickle(stand: Stand, size: Size, name: str) -> None:
    with authorised(stand) as wire:
        begun = time.monotonic()
        for number, body in enumerate(bodies(stand, name, _how_many(size))):
            time.sleep(max(0.0, begun + number * PAUSE_S - time.monotonic()))
            send(wire, body)


def _listen(pipe: Any, port: int, how_many: int, seconds: float) -> None:
    """Open the streams, say how long that took in ms, read for `seconds`, and hand over how late each event came."""
    begun = time.monotonic()
    chosen = selectors.DefaultSelector()
    for _ in range(how_many):
        client = socket.create_connection(("127.0.0.1", port), timeout=10)
        client.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        chosen.register(client, selectors.EVENT_READ, bytearray())
    waiting = how_many
    while waiting:
        waiting -= sum(b"event: hello" in _read(key) for key, _ in chosen.select(10))
    for key in chosen.get_map().values():
        key.data.clear()
    pipe.send(1000 * (time.monotonic() - begun))
    late: list[float] = []
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        for key, _ in chosen.select(left):
            data = _read(key)
            now = time.time()
            while (stop := data.find(b"\n\n")) >= 0:
                late.extend(_late(bytes(data[:stop]), now))
                del data[: stop + 2]
    pipe.send(late)
    for key in list(chosen.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]  # we registered sockets


def _read(key: selectors.SelectorKey) -> bytearray:
    data: bytearray = key.data
    data += key.fileobj.recv(262_144)  # type: ignore[union-attr]  # same
    return data


def _late(frame: bytes, now: float) -> list[float]:
    """Of a frame that holds an alert's event, the milliseconds since it was written."""
    told = frame.partition(b"data: ")[2]
    if b"event: case." not in frame and b"event: alert." not in frame:
        return []
    return [1000 * (now - datetime.fromisoformat(orjson.loads(told)["at"]).timestamp())]
