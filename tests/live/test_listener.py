"""The listener: one thread that reads the feed once and hands it to every client of the process."""

import threading
from collections.abc import Iterator
from threading import active_count

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from gridmap.errors import Unavailable
from gridmap.live.fanout import Fanout
from gridmap.live.frames import ANYBODY
from gridmap.live.listener import Listener
from gridmap.live.stream import begin
from tests.live.conftest import commit, place, relaying
from tests.live.ears import Ear
from tests.live.test_relay import cut_connections
from tests.live.test_stream import ids
from tests.waiting import eventually


@pytest.fixture
def listener(committing: Engine) -> Iterator[Listener]:
    made = Listener(committing, Fanout(most_clients=250, most_waiting=5000, heartbeat_s=60.0))
    yield made
    made.close()
    made.wait(15)


def listening() -> bool:
    return any(thread.name == "live-listener" for thread in threading.enumerate())


class Client:
    """An open line and what came through it."""

    def __init__(self, engine: Engine, listener: Listener, after: int | None = None) -> None:
        self.line = listener.subscribe()
        with Session(engine) as session:
            beginning = begin(session, after, replay_limit=5000)
        self.ear = Ear()
        listener.open(self.line, self.ear.given, beginning, ANYBODY)

    @property
    def ids(self) -> list[int]:
        return ids(self.ear.heard())


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    Ear.close_all()


def test_it_starts_with_the_first_client_and_hears_what_follows(committing: Engine, listener: Listener) -> None:
    commit(committing, "before")
    place(committing)
    assert not listening()
    client = Client(committing, listener)
    assert listening()
    commit(committing, "a", "b")
    place(committing)
    eventually(lambda: client.ids == [2, 3])


def test_two_hundred_clients_get_every_event_once_while_some_come_back(committing: Engine, listener: Listener) -> None:
    threads = active_count()
    clients = [Client(committing, listener, after=0) for _ in range(200)]
    with relaying(committing):
        for n in range(20):
            commit(committing, *[f"{n}.{part}" for part in range(5)])
            if n == 10:
                clients += [Client(committing, listener, after=position) for position in (0, 7, 25)]
        eventually(lambda: all(client.ids[-1:] == [100] for client in clients), seconds=30)
    for client in clients:
        first = client.ids[0]
        assert client.ids == list(range(first, 101))
    assert active_count() == threads + 2, "the listener and the writer, however many listen"


def test_it_comes_back_after_a_lost_connection_and_has_missed_nothing(committing: Engine, listener: Listener) -> None:
    client = Client(committing, listener)
    commit(committing, "one")
    place(committing)
    eventually(lambda: client.ids == [1])
    assert cut_connections(committing) > 0
    committing.dispose()
    commit(committing, "two", "three")
    place(committing)
    eventually(lambda: client.ids == [1, 2, 3])


def test_where_a_server_took_over_without_the_last_events_clients_load_anew(committing: Engine, listener: Listener) -> None:
    client = Client(committing, listener)
    commit(committing, "one", "two", "three")
    place(committing)
    eventually(lambda: client.ids == [1, 2, 3])
    with Session(committing) as session, session.begin():
        session.execute(text("ALTER TABLE feed DISABLE TRIGGER USER"))  # Else nothing is ever deleted there.
        session.execute(text("DELETE FROM feed WHERE position > 1"))
        session.execute(text("ALTER TABLE feed ENABLE TRIGGER USER"))
    client.ear.wait_for_the_end()
    again = Client(committing, listener, after=3)
    again.ear.hears(b"event: reset")
    commit(committing, "another two")
    place(committing)
    eventually(lambda: again.ids[-1:] == [2])


def test_closing_ends_the_streams_at_once(committing: Engine, listener: Listener) -> None:
    client = Client(committing, listener)
    listener.close()
    client.ear.wait_for_the_end()
    with pytest.raises(Unavailable):
        listener.subscribe()


def test_who_waits_for_its_end_finds_no_connection_left_out(committing: Engine, listener: Listener) -> None:
    Client(committing, listener)
    listener.close()
    listener.wait(15)
    assert not listening()
    assert isinstance(committing.pool, QueuePool)
    assert committing.pool.checkedout() == 0


def test_who_waits_too_short_is_told(committing: Engine, listener: Listener) -> None:
    Client(committing, listener)
    with pytest.raises(TimeoutError, match="not ended"):
        listener.wait(0.01)


def test_after_a_time_without_clients_the_next_one_gets_what_follows_and_nothing_old(
    committing: Engine, listener: Listener
) -> None:
    first = Client(committing, listener)
    listener.unsubscribe(first.line)
    first.ear.wait_for_the_end()
    commit(committing, "unseen 1", "unseen 2")
    place(committing)
    eventually(lambda: listener._position == 2)
    second, third = Client(committing, listener), Client(committing, listener, after=1)
    commit(committing, "seen")
    place(committing)
    eventually(lambda: second.ids == [3] and third.ids == [2, 3])
    assert first.ids == []
