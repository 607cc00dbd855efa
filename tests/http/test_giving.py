"""Connections that are given away: by a real gunicorn, whose threads are far fewer than the streams it carries."""

import socket
from collections.abc import Iterator

import pytest

from gridmap.cluster.server import Cluster
from gridmap.db import make_engine
from gridmap.http.giving import taken
from gridmap.live.frames import HEARTBEAT
from tests.conftest import copy_of
from tests.journeys.station import Station
from tests.live.conftest import commit, relaying
from tests.waiting import eventually

STREAMS, THREADS, ROOM = 40, 8, 50


@pytest.fixture(scope="module")
def station(cluster: Cluster, town_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """The program with few threads, and room for more streams than those."""
    engine = make_engine(copy_of(cluster, town_template, "given_away"))
    made = Station(engine, tmp_path_factory.mktemp("home"), {"WEB_THREADS": str(THREADS), "LIVE_CLIENTS": str(ROOM)})
    made.make_key()
    try:
        made.start()
        yield made
    finally:
        made.stop()
        engine.dispose()


class Client:
    """A raw connection that asked for the stream."""

    def __init__(self, station: Station, version: str = "1.1") -> None:
        self.wire = socket.create_connection(("127.0.0.1", station.port), timeout=60)
        head = f"GET /api/v1/events HTTP/{version}\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {station.key}\r\n\r\n"
        self.wire.sendall(head.encode())
        self.got = b""

    def hears(self, what: bytes) -> bytes:
        while what not in self.got:
            piece = self.wire.recv(65536)
            assert piece, self.got
            self.got += piece
        return self.got


def test_streams_take_no_threads_and_all_hear_the_same(station: Station) -> None:
    clients = [Client(station) for _ in range(STREAMS)]
    for client in clients:
        client.hears(b"event: hello")
    assert station.get("/healthz")
    with relaying(station.engine):
        commit(station.engine, "one", "two")
        for client in clients:
            client.hears(b'{"case":{"id":"two"}}}\n\n')
    assert len({client.got.replace(HEARTBEAT, b"").partition(b"event: case.opened")[2] for client in clients}) == 1
    for client in clients:
        client.wire.close()


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_the_head_is_that_of_any_other_answer(station: Station, version: str) -> None:
    client = Client(station, version=version)
    head, _, body = client.hears(b"event: hello").partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert status == "HTTP/1.1 200 OK"
    assert headers["Content-Type"].startswith("text/event-stream")
    assert headers["Connection"] == "close"
    assert headers["X-Accel-Buffering"] == "no"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert {"Content-Length", "Transfer-Encoding"}.isdisjoint(headers)
    assert body.startswith(b"retry: ")
    client.wire.close()


def test_places_of_those_who_hang_up_are_free_again(station: Station) -> None:
    crowd = [Client(station) for _ in range(ROOM)]
    for client in crowd:
        client.hears(b"\r\n\r\n")
    for client in crowd:
        client.wire.close()

    def let_in() -> bool:
        client = Client(station)
        answered = client.hears(b"\r\n\r\n").startswith(b"HTTP/1.1 200")
        client.wire.close()
        return answered

    eventually(let_in)


def test_who_had_a_connection_finds_one_that_hung_up() -> None:
    client, served = socket.socketpair()
    new = taken(served)
    with pytest.raises(BrokenPipeError):
        served.sendall(b"late")
    assert served.recv(1) == b""
    new.sendall(b"hello")
    assert client.recv(9) == b"hello"
    for one in (client, served, new):
        one.close()
