"""Piece after piece: while the database works on one, the next is made."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from gridmap.meanwhile import Steps, meanwhile

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def one_ahead(finish: Callable[[Piece], Result], makings: Iterable[Steps[Piece]]) -> Iterator[Result]:
    """`finish` every piece, in order and one at a time; the results in that order.

    Wherever `finish` waits for the database, the next piece is made, in the same thread. What making it has to wait for
    is waited for before that: `makings` may wait, for a sender say, and so may the first step. Whatever any of them
    raises is raised here, after the piece made before is finished; after a piece that failed none is begun.
    """
    coming = iter(makings)
    making = next(coming, None)
    while making is not None:
        piece = making.rest()
        try:
            making = next(coming, None)
        except Exception:  # Whatever keeps the next from coming, this one is made.
            finish(piece)
            raise
        if making is not None:
            making.step()
        with meanwhile(making):
            result = finish(piece)
        yield result
