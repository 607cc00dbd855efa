"""From the writing of an event to every open live connection: a process of its own holds the connections."""

import multiprocessing
import resource
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
PATIENCE_S = 60.0  # With a busy machine; what comes later counts as lost.
PROMISED_MS = 500  # p99, with 2,000 clients.


def delivery(stand: Stand, size: Size) -> list[Figure]:
    """Milliseconds from an event's own time stamp, which is before its commit, to its last byte at each client."""
    return [one for how_many in size.streams for one in _delivery(stand, size, how_many)]


def _delivery(stand: Stand, size: Size, how_many: int) -> list[Figure]:
    context = multiprocessing.get_context("fork")
    middle, late, connected = [], [], []
    for repeat in range(size.repeats):
        ours, theirs = context.Pipe()
        name, expected = f"stream-{how_many}-{repeat}", how_many * _events(size)
        listener = context.Process(target=_listen, args=(theirs, (stand.port, stand.key), how_many, name, expected), daemon=True)
        listener.start()
        connected.append(float(ours.recv()))
        _trickle(stand, size, name)
        took = ours.recv()
        listener.join(10)
        if len(took) != expected:
            raise RuntimeError(f"{len(took)} events arrived where {expected} were sent")
        middle.append(percentile(took, 50))
        late.append(percentile(took, 99))
    return [
        figure(f"event to {how_many:,} live clients, p50", middle, "ms"),
        figure(f"event to {how_many:,} live clients, p99", late, "ms", PROMISED_MS),
        figure(f"{how_many:,} live clients connected within", connected, "ms"),
    ]


def _events(size: Size) -> int:
    return max(1, int(size.seconds / PAUSE_S))


def _trickle(stand: Stand, size: Size, name: str) -> None:
    with authorised(stand) as wire:
        begun = time.monotonic()
        for number, body in enumerate(bodies(stand, name, _events(size))):
            time.sleep(max(0.0, begun + number * PAUSE_S - time.monotonic()))
            send(wire, body)


def _listen(pipe: Any, door: tuple[int, str], how_many: int, name: str, expected: int) -> None:
    """Open the streams, say how long that took in ms, read `expected` events of the alerts called `name`, and hand over
    how late each of them came."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    begun, (port, secret) = time.monotonic(), door
    chosen = selectors.DefaultSelector()
    for _ in range(how_many):
        client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        client.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %b\r\n\r\n" % secret.encode())
        chosen.register(client, selectors.EVENT_READ, bytearray())
    greeted: set[int] = set()
    while len(greeted) < how_many:
        greeted |= {key.fd for key, _ in chosen.select(10) if _greeted(_read(key))}
    for key in chosen.get_map().values():
        key.data.clear()
    pipe.send(1000 * (time.monotonic() - begun))
    late: list[float] = []
    end = time.monotonic() + PATIENCE_S
    while len(late) < expected and (left := end - time.monotonic()) > 0:
        for key, _ in chosen.select(left):
            data = _read(key)
            now = time.time()
            while (stop := data.find(b"\n\n")) >= 0:
                late.extend(_late(bytes(data[:stop]), name, now))
                del data[: stop + 2]
    pipe.send(late)
    for key in list(chosen.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]  # we registered sockets


def _greeted(data: bytearray) -> bool:
    if data and not data.startswith(b"HTTP/1.1 200"[: len(data)]):
        raise RuntimeError(f"a stream was refused: {bytes(data[:200])!r}")
    return b"event: hello" in data


def _read(key: selectors.SelectorKey) -> bytearray:
    data: bytearray = key.data
    data += key.fileobj.recv(262_144)  # type: ignore[union-attr]  # same
    return data


def _late(frame: bytes, name: str, now: float) -> list[float]:
    """Of a frame that tells of an alert called `name`, the milliseconds since it was written."""
    told = frame.partition(b"data: ")[2]
    if b"event: case." not in frame and b"event: alert." not in frame:
        return []
    if f'"source_id":"{name}-'.encode() not in told:  # Of an alert sent before; it may come late on a busy machine.
        return []
    return [1000 * (now - datetime.fromisoformat(orjson.loads(told)["at"]).timestamp())]
