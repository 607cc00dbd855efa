"""Two hands: every piece in order, one at a time, both at work at once; nothing left behind when one of them gives up."""

from collections.abc import Iterator
from threading import Event, active_count, current_thread

import pytest

from gridmap.api.ahead import one_behind


def test_every_piece_is_finished_in_order_by_another_thread() -> None:
    hands = set()

    def finish(piece: int) -> int:
        hands.add(current_thread())
        return piece * piece

    assert list(one_behind(finish, range(50))) == [n * n for n in range(50)]
    assert len(hands) == 1
    assert current_thread() not in hands


def test_nothing_is_made_of_nothing() -> None:
    assert list(one_behind(lambda piece: piece, [])) == []


def test_the_next_piece_is_made_while_the_last_is_finished() -> None:
    second_made = Event()

    def pieces() -> Iterator[int]:
        yield 1
        second_made.set()
        yield 2

    assert list(one_behind(lambda piece: (second_made.wait(10), piece)[1], pieces())) == [1, 2]
    assert second_made.is_set()


def test_who_makes_no_more_still_has_the_last_piece_finished() -> None:
    finished: list[int] = []

    def pieces() -> Iterator[int]:
        yield 1
        yield 2
        raise ConnectionError

    threads = active_count()
    with pytest.raises(ConnectionError):
        list(one_behind(finished.append, pieces()))
    assert finished == [1, 2]
    assert active_count() == threads


def test_after_one_that_failed_none_is_begun() -> None:
    begun = []

    def finish(piece: int) -> None:
        begun.append(piece)
        if piece == 2:
            raise LookupError

    threads = active_count()
    with pytest.raises(LookupError):
        list(one_behind(finish, range(10)))
    assert begun == [0, 1, 2]
    assert active_count() == threads
