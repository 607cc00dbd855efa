"""One thread writes to all: each line gets every event once and in order, and no client holds up another."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.errors import Unavailable
from gridmap.journal.feed import Happening, since
from gridmap.live import writer
from gridmap.live.fanout import Fanout
from gridmap.live.frames import HEARTBEAT, Batch
from gridmap.live.line import Line
from gridmap.live.stream import Beginning, begin
from tests.live.conftest import commit, place
from tests.live.ears import Ear
from tests.live.test_stream import ids
from tests.waiting import LONG_S, eventually

NOTHING = Beginning(0, b"")
AT = datetime(2026, 1, 1, tzinfo=UTC)
Makes = Callable[..., Fanout]


@pytest.fixture
def fans() -> Iterator[Makes]:
    """`fans(most_clients=…)`: a fan-out; afterwards it is closed, and its thread has ended."""
    made = []

    def fan(**given: Any) -> Fanout:
        made.append(Fanout(**({"most_clients": 9, "most_waiting": 100, "heartbeat_s": 60.0} | given)))
        return made[-1]

    yield fan
    for one in made:
        one.close()
        one.wait(LONG_S)
    Ear.close_all()
    assert not any(thread.name == "live-writer" for thread in threading.enumerate())


def batch(*positions: int, size: int = 0) -> Batch:
    data = {"case": {"id": "x" * size}}
    return Batch.of([Happening(n, AT, "cases", "case.opened", f"s{n}", "test", data) for n in positions])


def opened(fanout: Fanout, beginning: Beginning = NOTHING, room: int | None = None) -> Ear:
    line, ear = fanout.subscribe(), Ear(room)
    fanout.open(line, ear.given, beginning)
    return ear


def test_what_was_replayed_does_not_come_twice(fans: Makes) -> None:
    fanout = fans()
    line, ear = fanout.subscribe(), Ear()
    for positions in ((3, 4), (5, 6, 7), (8,)):
        fanout.publish(batch(*positions))
    fanout.open(line, ear.given, Beginning(5, b""))
    fanout.publish(batch(9))
    assert ids(ear.hears(b"id: 9\n")) == [6, 7, 8, 9]


def test_replay_and_line_join_without_gap_at_every_moment_of_subscribing(committing: Engine, fans: Makes) -> None:
    """Subscribe in the middle of a series of events, begin a few events later: all arrive, each once."""
    for subscribed, began in ((0, 0), (0, 3), (2, 2), (2, 5), (5, 5)):
        fanout, ear = fans(), Ear()
        with Session(committing) as session:
            first = begin(session, None, replay_limit=100).position
        line: Line | None = None
        for step in range(6):
            if step == subscribed:
                line = fanout.subscribe()
            if step == began:
                assert line is not None
                with Session(committing) as session:
                    fanout.open(line, ear.given, begin(session, first, replay_limit=100))
            commit(committing, f"step {step}")
            place(committing)
            with Session(committing) as session:
                fanout.publish(Batch.of(since(session, first + step, limit=10)))
        assert ids(ear.hears(b"id: %d\n" % (first + 6))) == list(range(first + 1, first + 7))


def test_an_idle_line_shows_a_sign_of_life(fans: Makes) -> None:
    ear = opened(fans(heartbeat_s=0.02), Beginning(0, b"hello"))
    assert ear.hears(HEARTBEAT * 2).startswith(b"hello" + HEARTBEAT)


def test_a_client_that_does_not_read_is_cut_off_and_the_others_go_on(fans: Makes) -> None:
    fanout = fans(most_waiting=3)
    slow, quick = opened(fanout, room=4096), opened(fanout)
    for n in range(1, 9):
        fanout.publish(batch(n, size=100_000))
        quick.hears(b'"position":%d,' % n)
    eventually(lambda: len(fanout) == 1)
    assert slow.wait_for_the_end().count(b"\n\n") < 8
    assert not quick.ended


def test_a_client_that_takes_nothing_for_three_heartbeats_is_gone(fans: Makes) -> None:
    fanout = fans(heartbeat_s=0.05)
    opened(fanout, Beginning(0, b"x" * 1_000_000), room=4096)
    eventually(lambda: len(fanout) == 0)


def test_who_was_let_in_and_never_answered_gives_the_place_back(fans: Makes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "UNANSWERED_S", 0.1)
    fanout, ear = fans(most_clients=1, heartbeat_s=0.05), Ear()
    line = fanout.subscribe()
    eventually(lambda: len(fanout) == 0)
    fanout.open(line, ear.given, NOTHING)
    ear.wait_for_the_end()
    fanout.subscribe()


def test_a_batch_larger_than_the_limit_still_reaches_who_waits_for_it(fans: Makes) -> None:
    ear = opened(fanout := fans(most_waiting=2))
    fanout.publish(batch(1, 2, 3, 4))
    assert ids(ear.hears(b"id: 4\n")) == [1, 2, 3, 4]


def test_a_large_replay_arrives_whole_piece_by_piece(fans: Makes) -> None:
    fanout, long = fans(), b"".join(b"%07d" % n for n in range(100_000))
    ear = opened(fanout, Beginning(0, long), room=4096)
    fanout.publish(batch(1))
    assert ear.hears(b"id: 1\n").startswith(long)


def test_replays_nobody_takes_fill_no_memory(fans: Makes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MOST_REPLAYING", 1_500_000)
    fanout, long = fans(), Beginning(0, b"x" * 1_000_000)
    first, second, quick = (
        opened(fanout, long, room=4096),
        opened(fanout, long, room=4096),
        opened(fanout, Beginning(0, b"short")),
    )
    assert len(second.wait_for_the_end()) < 1_000_000
    quick.hears(b"short")
    assert len(fanout) == 2
    eventually(lambda: len(first.heard()) == 1_000_000)


def test_events_are_encoded_once_for_all() -> None:
    given = batch(1, 2)
    assert given.after(0) is given.after(0) is given.joined


def test_a_full_house_refuses_and_a_leaver_makes_room(fans: Makes) -> None:
    fanout = fans(most_clients=1)
    line = fanout.subscribe()
    with pytest.raises(Unavailable):
        fanout.subscribe()
    fanout.unsubscribe(line)
    fanout.unsubscribe(line)
    eventually(lambda: len(fanout) == 0)
    opened(fanout).hang_up()
    eventually(lambda: len(fanout) == 0)


def test_who_speaks_is_no_listener(fans: Makes) -> None:
    ear = opened(fanout := fans(), Beginning(0, b"hello"))
    ear.hears(b"hello")
    ear.say(b"GET / HTTP/1.1\r\n")
    eventually(lambda: len(fanout) == 0)


def test_closing_ends_all_lines_and_refuses_new_ones(fans: Makes) -> None:
    fanout = fans()
    ear, unopened = opened(fanout, Beginning(0, b"hello")), fanout.subscribe()
    ear.hears(b"hello")
    fanout.close()
    assert ear.wait_for_the_end() == b"hello"
    fanout.wait(LONG_S)
    late = Ear()
    fanout.open(unopened, late.given, NOTHING)
    late.wait_for_the_end()
    fanout.publish(batch(1))
    with pytest.raises(Unavailable):
        fanout.subscribe()


def test_a_writer_that_falls_ends_its_lines_and_the_next_client_gets_a_new_one(
    fans: Makes, monkeypatch: pytest.MonkeyPatch
) -> None:
    fanout = fans()
    ear = opened(fanout, Beginning(0, b"hello"))
    ear.hears(b"hello")
    said: list[object] = []
    monkeypatch.setattr(threading, "excepthook", said.append)
    fanout.publish(cast("Batch", "no batch"))
    ear.wait_for_the_end()
    eventually(lambda: said)
    assert len(fanout) == 0
    again = opened(fanout)
    fanout.publish(batch(1))
    assert ids(again.hears(b"id: 1\n")) == [1]
