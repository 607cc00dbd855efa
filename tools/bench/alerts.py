"""Alerts over HTTP: one after the other, eight connections at once, and in batches."""

import multiprocessing
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

import orjson

from tools.bench.figures import Figure, figure, percentile
from tools.bench.fixture import Size, Stand
from tools.bench.wire import Wire

CONNECTIONS = 8
_WARMING = 6  # Calls: so many that each web process has most likely had one.
_runs = count(1)


def bodies(stand: Stand, name: str, how_many: int) -> Iterator[bytes]:
    """Alerts at random places of the city, each of another id: JSON, ready to send."""
    now = datetime.now(UTC).isoformat()
    for number, (lon, lat) in enumerate(stand.city.places(how_many, name).tolist()):
        category = stand.categories[number % len(stand.categories)]
        yield orjson.dumps(
            {
                "source": "bench",
                "source_id": f"{name}-{number}",
                "occurred_at": now,
                "category": category._asdict(),
                "location": {"lon": round(lon, 7), "lat": round(lat, 7), "datum": "wgs84"},
                "text": "测试案件 · made up by the bench",
            }
        )


def authorised(stand: Stand) -> Wire:
    """A connection that shows the key."""
    return Wire(stand.port, {"Authorization": f"Bearer {stand.key}"})


def send(wire: Wire, body: bytes) -> float:
    """Send one alert; the seconds until its whole answer was there."""
    begun = time.perf_counter()
    answer = wire.post("/api/v1/alerts", body)
    took = time.perf_counter() - begun
    if answer.status not in (200, 201):
        raise RuntimeError(f"an alert was refused: {answer.status} {answer.body[:300]!r}")
    return took


def one_connection(stand: Stand, size: Size) -> list[Figure]:
    """How long a sender waits for its answer when it is alone."""
    middle, late = [], []
    for _ in range(size.repeats):
        with authorised(stand) as wire:
            name = f"one-{next(_runs)}"
            for body in bodies(stand, f"{name}-warm", 20):
                send(wire, body)
            took = [1000 * send(wire, body) for body in _for_seconds(bodies(stand, name, 100_000), size.seconds)]
        middle.append(percentile(took, 50))
        late.append(percentile(took, 99))
    return [
        figure("single alert, one connection, p50", middle, "ms", 15),
        figure("single alert, one connection, p99", late, "ms", 60),
    ]


def _for_seconds(given: Iterator[bytes], seconds: float) -> Iterator[bytes]:
    yield next(given)  # What all of them are made from takes longer than a quick run lasts, where others compute.
    end = time.monotonic() + seconds
    for body in given:
        if time.monotonic() > end:
            return
        yield body


def _keep_sending(stand: Stand, name: str, seconds: float, ready: object, done: object) -> None:
    """One process, one connection: the alerts sent, and the seconds it took."""
    made = list(bodies(stand, name, int(400 * seconds) + 1))
    with authorised(stand) as wire:
        send(wire, made.pop())
        ready.wait()  # type: ignore[attr-defined]  # multiprocessing's barrier and queue have no public types
        begun = time.perf_counter()
        sent = sum(1 for body in _for_seconds(iter(made), seconds) if send(wire, body))
        done.put((sent, time.perf_counter() - begun))  # type: ignore[attr-defined]  # same


def eight_connections(stand: Stand, size: Size) -> list[Figure]:
    """Alerts a second with eight senders that each wait for their answer."""
    context = multiprocessing.get_context("fork")
    rates = []
    for _ in range(size.repeats):
        ready, done, name = context.Barrier(CONNECTIONS), context.SimpleQueue(), f"eight-{next(_runs)}"
        senders = [
            context.Process(target=_keep_sending, args=(stand, f"{name}.{n}", size.seconds, ready, done), daemon=True)
            for n in range(CONNECTIONS)
        ]
        for sender in senders:
            sender.start()
        results = [done.get() for _ in senders]
        for sender in senders:
            sender.join(10)
        rates.append(sum(sent for sent, _ in results) / max(seconds for _, seconds in results))
    return [figure(f"single alerts, {CONNECTIONS} connections", rates, "alerts/s", 500)]


def batches(stand: Stand, size: Size) -> list[Figure]:
    """Alerts a second in one NDJSON call, by web processes that have taken some before."""
    for _ in range(_WARMING):
        _batch(stand, size.batch // 10)
    rates = [_batch(stand, size.batch) for _ in range(size.repeats)]
    return [figure(f"batch of {size.batch:,} alerts", rates, "alerts/s", 10_000)]


def _batch(stand: Stand, how_many: int) -> float:
    """Alerts a second of one call."""
    body = b"\n".join(bodies(stand, f"batch-{next(_runs)}", how_many))
    with authorised(stand) as wire:
        begun = time.perf_counter()
        answer = wire.post("/api/v1/alerts/batch", body, kind="application/x-ndjson")
        took = time.perf_counter() - begun
    results = [orjson.loads(line) for line in answer.body.splitlines()]
    if answer.status != 200 or {result["status"] for result in results} - {200, 201} or len(results) != how_many:
        raise RuntimeError(f"a batch went wrong: {answer.status} {answer.body[:300]!r}")
    return how_many / took
