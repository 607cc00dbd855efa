"""How a stream begins: hello, and what the client missed; reset when that is too much."""

import re
from collections.abc import Iterator

import orjson
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.live.stream import begin
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
