"""What a process remembers of a database for a second: no longer, of no other database, and not what was forgotten."""

from collections.abc import Callable

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from gridmap import recent
from gridmap.recent import FRESH_S, MOST, Recent


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A clock that goes only when told to."""
    now = [1000.0]
    monkeypatch.setattr("gridmap.recent.time.monotonic", lambda: now[0])

    def later(seconds: float) -> None:
        now[0] += seconds

    return later


@pytest.fixture
def here() -> Session:
    """A session that never connects: its engine stands for one database."""
    return Session(create_engine("postgresql+psycopg://nowhere/one"))


def test_an_answer_lives_a_second_and_no_longer(here: Session, pass_time: Callable[[float], None]) -> None:
    memory: Recent[str, int] = Recent()
    assert memory.get(here, "a") is None
    memory.keep(here, {"a": 1})
    pass_time(FRESH_S)
    assert memory.known(here, ["a", "b"]) == {"a": 1}
    pass_time(0.001)
    assert memory.get(here, "a") is None


def test_each_database_has_its_own_answers(here: Session) -> None:
    memory: Recent[str, int] = Recent()
    memory.keep(here, {"a": 1})
    assert memory.get(Session(create_engine("postgresql+psycopg://nowhere/one")), "a") is None
    assert memory.get(Session(here.get_bind()), "a") == 1


def test_what_is_forgotten_is_asked_again(here: Session) -> None:
    one: Recent[str, int] = Recent()
    other: Recent[str, int] = Recent()
    for memory in (one, other):
        memory.keep(here, {"a": 1})
    one.forget()
    assert (one.get(here, "a"), other.get(here, "a")) == (None, 1)
    recent.forget_everything()
    assert other.get(here, "a") is None


def test_it_never_fills_the_memory(here: Session) -> None:
    memory: Recent[int, int] = Recent()
    for question in range(MOST + 1):
        memory.keep(here, {question: question})
    assert len(memory.known(here, range(MOST + 1))) < MOST
    assert memory.get(here, MOST) == MOST
