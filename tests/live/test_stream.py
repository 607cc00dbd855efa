"""What one client gets: hello, what it missed, each event once and in order; reset when that is impossible."""

import re
from collections.abc import Iterator
from itertools import islice

import orjson
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.errors import Unavailable
from gridmap.journal.feed import Happening, since
from gridmap.live.fanout import Fanout
from gridmap.live.frames import HEARTBEAT, Batch
from gridmap.live.stream import Beginning, begin, follow
from tests.live.conftest import commit, place


def read(stream: bytes) -> list[tuple[str, int, dict[str, object]]]:
    """Server-sent events as (event, id, data)."""
    frames = [frame for frame in stream.decode().split("\n\n") if frame]
    matches = [re.fullmatch(r"(?:retry: \d+\n)?id: (\d+)\nevent: (\S+)\ndata: (.*)", frame) for frame in frames]
    return [(m[2], int(m[1]), orjson.loads(m[3])) for m in matches if m is not None] if all(matches) else []


def ids(stream: bytes) -> list[int]:
    return [position for kind, position, _ in read(stream) if kind not in ("hello", "reset")]


@pytest.fixture
def ten(committing: Engine) -> Iterator[Session]:
    """A feed of ten events."""
    commit(committing, *[f"s{n}" for n in range(1, 11)])
    place(committing)
    with Session(committing) as session:
        yield session


def test_a_new_client_begins_with_now(ten: Session) -> None:
    beginning = begin(ten, None, replay_limit=100)
    [(kind, position, data)] = read(beginning.sent)
    assert (kind, position, beginning.position) == ("hello", 10, 10)
    assert data["position"] == 10
    assert "server_time" in data
    assert beginning.sent.startswith(b"retry: ")


def test_a_returning_client_gets_exactly_what_it_missed(ten: Session) -> None:
    for after in range(11):
        beginning = begin(ten, after, replay_limit=100)
        assert read(beginning.sent)[0][:2] == ("hello", after)
        assert ids(beginning.sent) == list(range(after + 1, 11))
        assert beginning.position == 10


def test_an_event_says_what_happened_and_not_who_did_it(ten: Session) -> None:
    kind, position, data = read(begin(ten, 9, replay_limit=1).sent)[1]
    assert (kind, position) == ("case.opened", 10)
    assert data.keys() == {"position", "at", "topic", "kind", "subject", "data"}
    assert data["data"] == {"case": {"id": "s10"}}


@pytest.mark.parametrize("after", [0, 4, 11, 10**15])
def test_too_far_behind_or_from_the_future_means_load_anew(ten: Session, after: int) -> None:
    beginning = begin(ten, after, replay_limit=5)
    assert [(kind, position) for kind, position, _ in read(beginning.sent)] == [("hello", min(after, 10)), ("reset", 10)]
    assert beginning.position == 10


def batch(*positions: int) -> Batch:
    at = "2026-01-01T00:00:00Z"
    return Batch.of([Happening(n, at, "cases", "case.opened", f"s{n}", "test", {}) for n in positions])  # type: ignore[arg-type]  # text will do


def test_what_was_replayed_does_not_come_twice() -> None:
    fanout = Fanout(most_clients=1, most_waiting=100)
    client = fanout.subscribe()
    for positions in ((3, 4), (5, 6, 7), (8,)):
        fanout.publish(batch(*positions))
    fanout.close()
    sent = list(follow(Beginning(5, b""), client, heartbeat_s=1))
    assert ids(b"".join(sent)) == [6, 7, 8]


def test_replay_and_queue_join_without_gap_at_every_moment_of_subscribing(committing: Engine) -> None:
    """Subscribe in the middle of a series of events, begin a few events later: all arrive, each once."""
    for subscribed, began in ((0, 0), (0, 3), (2, 2), (2, 5), (5, 5)):
        fanout = Fanout(most_clients=1, most_waiting=100)
        with Session(committing) as session:
            first = begin(session, None, replay_limit=100).position
        client = beginning = None
        for step in range(6):
            if step == subscribed:
                client = fanout.subscribe()
            if step == began:
                with Session(committing) as session:
                    beginning = begin(session, first, replay_limit=100)
            commit(committing, f"step {step}")
            place(committing)
            with Session(committing) as session:
                fanout.publish(Batch.of(since(session, first + step, limit=10)))
        fanout.close()
        assert client is not None
        assert beginning is not None
        assert ids(b"".join(follow(beginning, client, heartbeat_s=1))) == list(range(first + 1, first + 7))


def test_an_idle_stream_shows_a_sign_of_life() -> None:
    client = Fanout(most_clients=1, most_waiting=1).subscribe()
    sent = list(islice(follow(Beginning(0, b"hello"), client, heartbeat_s=0.01), 3))
    assert sent == [b"hello", HEARTBEAT, HEARTBEAT]


def test_a_client_that_does_not_read_is_cut_off_and_the_others_go_on() -> None:
    fanout = Fanout(most_clients=2, most_waiting=3)
    slow, quick = fanout.subscribe(), fanout.subscribe()
    got = []
    for n in range(1, 7):
        fanout.publish(batch(n))
        taken = quick.take(1)
        assert taken is not None
        got.append(taken.last)
    assert got == [1, 2, 3, 4, 5, 6]
    assert len(fanout) == 1
    assert ids(b"".join(follow(Beginning(0, b""), slow, heartbeat_s=1))) == [1, 2, 3]


def test_a_batch_larger_than_the_limit_still_reaches_who_waits_for_it() -> None:
    fanout = Fanout(most_clients=1, most_waiting=2)
    client = fanout.subscribe()
    fanout.publish(batch(1, 2, 3, 4))
    assert len(fanout) == 1
    taken = client.take(1)
    assert taken is not None
    assert taken.last == 4


def test_events_are_encoded_once_for_all() -> None:
    fanout = Fanout(most_clients=2, most_waiting=9)
    clients = [fanout.subscribe(), fanout.subscribe()]
    fanout.publish(batch(1, 2))
    one, other = (next(islice(follow(Beginning(0, b""), client, heartbeat_s=1), 1, None)) for client in clients)
    assert one is other


def test_a_full_house_refuses_and_a_leaver_makes_room() -> None:
    fanout = Fanout(most_clients=1, most_waiting=1)
    client = fanout.subscribe()
    with pytest.raises(Unavailable):
        fanout.subscribe()
    fanout.unsubscribe(client)
    fanout.unsubscribe(client)
    fanout.subscribe()


def test_closing_ends_all_streams_and_refuses_new_ones() -> None:
    fanout = Fanout(most_clients=2, most_waiting=1)
    client = fanout.subscribe()
    fanout.close()
    assert list(follow(Beginning(0, b"hello"), client, heartbeat_s=60)) == [b"hello"]
    with pytest.raises(Unavailable):
        fanout.subscribe()
