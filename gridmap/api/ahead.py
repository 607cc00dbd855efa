"""Two hands for one job: the caller makes the next piece while a second thread finishes the last."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def one_behind(finish: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Result]:
    """`finish` every piece, in order and one at a time, in a second thread; the results in that order.

    The next piece is made meanwhile, in the caller's thread: what makes pieces may wait for the client and look at the
    request; `finish` may not. At most one piece waits. Whatever either of them raises is raised here, after the piece in
    hand is finished; no later one is begun then. The thread ends before this does.
    """
    with ThreadPoolExecutor(1, "one-behind") as hand:
        last: Future[Result] | None = None
        for piece in pieces:
            if last is not None:
                yield last.result()
            last = hand.submit(copy_context().run, finish, piece)
        if last is not None:
            yield last.result()
