"""The keys of a file in 64 bits each: mostly enough to know which of them stand elsewhere too, without asking the database."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from gridmap.desk.history import pieces
from gridmap.desk.history.cells import Mask
from gridmap.desk.history.settled import Ints
from gridmap.desk.history.sieve import Prints, Sieve

MOST = 30_000_000  # Eight bytes each. Of more the database is asked, which has a disk.


class Run(NamedTuple):
    """Keys of cases whose ids follow each other."""

    first_id: int
    prints: Prints


class Keys:
    """Those of one load.

    Args:
        whole: it begins with the file's first row, so that none is missing here.
    """

    def __init__(self, *, whole: bool) -> None:
        self.known = whole
        self._runs: list[Run] = []
        self._count = 0

    def add(self, first_id: int, prints: Prints) -> None:
        """More of them, of cases with this id and those that follow."""
        self._count += len(prints)
        self.known = self.known and self._count <= MOST
        if self.known:
            self._runs.append(Run(first_id, prints))
        else:
            self._runs.clear()

    @property
    def differ(self) -> bool:
        """Whether no two keys are the same; False too where that is not known."""
        if not self.known:
            return False
        ordered = np.sort(np.concatenate([np.empty(0, dtype=np.uint64), *(run.prints for run in self._runs)]))
        return not bool((ordered[1:] == ordered[:-1]).any())

    def among(self, may_be: Callable[[Prints], Mask]) -> Ints:
        """The ids of the cases whose keys are meant; asked only where all are known."""
        found = [run.first_id + np.flatnonzero(may_be(run.prints)) for run in self._runs]
        return np.concatenate([np.empty(0, dtype=np.int64), *found])

    def sieve(self, session: Session, counts: Mapping[int, int]) -> Sieve:
        """One of all of them; what is not known here is read from the pieces, given by their first ids with their sizes."""
        made = Sieve.sized(sum(counts.values()))
        read = (prints for first_id, count in counts.items() for prints in pieces.keys(session, first_id, count))
        for prints in (run.prints for run in self._runs) if self.known else read:
            made.add(prints)
        return made
