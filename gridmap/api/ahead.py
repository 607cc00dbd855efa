"""Two hands for one job: the caller makes the next piece while a second thread finishes the last."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from gridmap.hands import second_hand

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def one_behind(finish: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Result]:
    """`finish` every piece, in order and one at a time, in a second thread; the results in that order.

    The next piece is made meanwhile, in the caller's thread: what makes pieces may wait for the client and look at the
    request; `finish` may not. At most one piece waits, so that the second thread goes on with it at once. Whatever either of
    them raises is raised here, after what was asked for is finished; after a piece that failed none is begun. The thread
    ends before this does.
    """
    with second_hand() as hand:
        last: Callable[[], Result] | None = None
        for piece in pieces:
            asked = hand.ask(finish, piece)
            if last is not None:
                yield last()
            last = asked
        if last is not None:
            yield last()
