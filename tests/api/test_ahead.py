"""One ahead: every piece in order, one at a time, the next one made meanwhile; nothing left behind when something fails."""

from collections.abc import Generator, Iterator

import pytest
from sqlalchemy import Engine, text

from gridmap.api.ahead import one_ahead
from gridmap.meanwhile import Steps

Told = list[tuple[str, int]]


def making(piece: int, told: Told, steps: int = 1) -> Steps[int]:
    def make() -> Generator[None, None, int]:
        for _ in range(steps):
            yield
        told.append(("made", piece))
        return piece

    return Steps(make())


def test_every_piece_is_finished_in_order() -> None:
    told: Told = []
    assert list(one_ahead(lambda piece: piece * piece, (making(n, told) for n in range(50)))) == [n * n for n in range(50)]
    assert told == [("made", n) for n in range(50)]


def test_nothing_is_made_of_nothing() -> None:
    assert list(one_ahead(lambda piece: piece, [])) == []


def test_the_next_piece_is_made_while_the_database_works(engine: Engine) -> None:
    told: Told = []

    def finish(piece: int) -> None:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_sleep(0.05)"))
        told.append(("finished", piece))

    list(one_ahead(finish, (making(n, told) for n in (1, 2))))
    assert told == [("made", 1), ("made", 2), ("finished", 1), ("finished", 2)]


def test_its_first_step_is_taken_before() -> None:
    told: Told = []

    def begins() -> Generator[None, None, int]:
        told.append(("begun", 2))
        yield
        return 2

    list(one_ahead(lambda piece: told.append(("finished", piece)), [making(1, told), Steps(begins())]))
    assert told == [("made", 1), ("begun", 2), ("finished", 1), ("finished", 2)]


def test_who_sends_no_more_still_has_the_last_piece_finished() -> None:
    finished: list[int] = []

    def makings() -> Iterator[Steps[int]]:
        yield making(1, [])
        yield making(2, [])
        raise ConnectionError

    with pytest.raises(ConnectionError):
        list(one_ahead(finished.append, makings()))
    assert finished == [1, 2]


def test_a_piece_that_can_not_be_made_spoils_none_before_it() -> None:
    finished: list[int] = []

    def fails() -> Generator[None, None, int]:
        yield
        raise LookupError

    with pytest.raises(LookupError):
        list(one_ahead(finished.append, [making(1, []), Steps(fails()), making(3, [])]))
    assert finished == [1]


def test_after_one_that_failed_none_is_begun() -> None:
    begun = []

    def finish(piece: int) -> None:
        begun.append(piece)
        if piece == 2:
            raise LookupError

    with pytest.raises(LookupError):
        list(one_ahead(finish, (making(n, []) for n in range(10))))
    assert begun == [0, 1, 2]
