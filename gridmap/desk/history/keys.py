"""The keys of a file in 64 bits each: mostly enough to know that no key stands there twice, without asking the database."""

from collections.abc import Mapping

import numpy as np
from sqlalchemy.orm import Session

from gridmap.desk.history import pieces, prints
from gridmap.desk.history.sieve import Prints, Sieve

MOST = 30_000_000  # Eight bytes each. Of more the database is asked, which has a disk.


class Keys:
    """Those of one load.

    Args:
        whole: it begins with the file's first row, so that none is missing here.
    """

    def __init__(self, *, whole: bool) -> None:
        self._known = whole
        self._parts: list[Prints] = []
        self._count = 0

    def add(self, fingerprints: Prints) -> None:
        """More of them, as `rows.fingerprints` makes them."""
        self._count += len(fingerprints)
        self._known = self._known and self._count <= MOST
        self._parts = [*self._parts, fingerprints] if self._known else []

    @property
    def differ(self) -> bool:
        """Whether no two keys are the same; False too where that is not known."""
        if not self._known:
            return False
        ordered = np.sort(np.concatenate([np.empty(0, dtype=np.uint64), *self._parts]))
        return not bool((ordered[1:] == ordered[:-1]).any())

    def sieve(self, session: Session, counts: Mapping[int, int]) -> Sieve:
        """One of all of them; what is not known here is read from the pieces, given by their first ids with their sizes."""
        made = Sieve.sized(sum(counts.values()))
        read = (prints.of_keys(keys) for first_id in counts for keys in pieces.keys(session, first_id))
        for part in self._parts if self._known else read:
            made.add(part)
        return made
