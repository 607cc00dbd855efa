"""A second hand does what it is asked in order, while the caller goes on; what goes wrong is told, and nothing is done after it."""

from threading import Event, current_thread

import pytest

from gridmap.hands import second_hand


def test_it_does_one_thing_after_the_other_while_the_caller_goes_on() -> None:
    go, done = Event(), []

    def first() -> None:
        assert go.wait(20)
        done.append("first")

    with second_hand() as hand:
        hand.ask(first)
        told = hand.ask(lambda: [*done, current_thread().name])
        assert done == []
        go.set()
        assert told()[0] == "first"
        assert told()[1] != current_thread().name
        hand.ask(done.append, "last")
    assert done == ["first", "last"]


def test_after_what_fails_nothing_more_is_done() -> None:
    done: list[int] = []
    with pytest.raises(ZeroDivisionError), second_hand() as hand:  # noqa: PT012  # what fails is told when the block ends
        hand.ask(divmod, 1, 0)
        hand.ask(done.append, 1)
        hand.ask(done.append, 2)
    assert done == []


def test_who_waits_for_a_result_is_told_what_went_wrong_before() -> None:
    with pytest.raises(ZeroDivisionError), second_hand() as hand:  # noqa: PT012  # same, and asked for sooner
        hand.ask(divmod, 1, 0)
        hand.ask(int, 7)()


def test_what_it_is_asked_for_is_told() -> None:
    with second_hand() as hand:
        assert hand.ask(divmod, 7, 2)() == (3, 1)
