"""Who does what is asked: the caller itself, at once, or a second hand while the caller computes."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any, TypeVar

Result = TypeVar("Result")


class Hand:
    """Does what it is asked at once."""

    def ask(self, deed: Callable[..., Result], *given: Any) -> Callable[[], Result]:
        """Have `deed(*given)` done after all that was asked before; what is returned tells its result, once it is done."""
        result = deed(*given)
        return lambda: result


class SecondHand(Hand):
    """Does it in a thread of its own, one thing after the other; after one that fails nothing more is done."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._last: Future[Any] | None = None  # The last alone: what it gave may be large.

    def ask(self, deed: Callable[..., Result], *given: Any) -> Callable[[], Result]:
        """As any hand; whoever asks for a result waits for it, and is told what went wrong with the first that failed."""
        before = self._last

        def do() -> Result:
            if before is not None:
                before.result()
            return deed(*given)

        self._last = self._pool.submit(copy_context().run, do)
        return self._last.result

    def finish(self) -> None:
        """Wait until all is done; raises what went wrong."""
        if self._last is not None:
            self._last.result()


OWN = Hand()


@contextmanager
def second_hand(*, worth_it: bool = True) -> Iterator[Hand]:
    """A second hand, at work until the block ends; whatever went wrong is raised there at the latest.

    What it uses, a database session say, is its own until then. Where it is not `worth_it`, the caller's own hand does.
    """
    if not worth_it:
        yield OWN
        return
    with ThreadPoolExecutor(1, "second-hand") as pool:
        hand = SecondHand(pool)
        yield hand
        hand.finish()
