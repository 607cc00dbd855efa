"""A second hand does what it is asked, one thing after the other, while the caller goes on."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any, TypeVar

Result = TypeVar("Result")


class Hand:
    """Works in a thread of its own; after one thing that fails nothing more is done."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._last: Future[Any] | None = None

    def ask(self, deed: Callable[..., Result], *given: Any) -> Callable[[], Result]:
        """Have `deed(*given)` done after all that was asked before.

        Whoever calls what is returned waits for the result, and is told what went wrong with the first that failed.
        """
        before = self._last

        def do() -> Result:
            if before is not None:
                before.result()
            return deed(*given)

        self._last = last = self._pool.submit(copy_context().run, do)
        return last.result

    def finish(self) -> None:
        """Wait until all is done; raises what went wrong."""
        if self._last is not None:
            self._last.result()


@contextmanager
def second_hand() -> Iterator[Hand]:
    """One that is at work until the block ends; whatever went wrong is raised there at the latest.

    What it uses, a file say, is its own until then.
    """
    with ThreadPoolExecutor(1, "second-hand") as pool:
        hand = Hand(pool)
        yield hand
        hand.finish()


def ahead(hand: Hand, items: Iterator[Result]) -> Iterator[Result]:
    """The items, none of which is None, each fetched by the hand while the one before is in use."""
    coming = hand.ask(next, items, None)
    while (item := coming()) is not None:
        coming = hand.ask(next, items, None)
        yield item
