"""What a process remembers of history, so that an alert nobody has heard of need not be looked for in all its pieces.

Like the boundaries it may be behind: who takes alerts sees under the locks whether a load has come to its end since, and then
looks in history for all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.cases.past import LOADS_SQL
from gridmap.db import identity, run

Key = tuple[str, str]


@dataclass(frozen=True)
class Past:
    """The bits of the sieves of all loads up to the one with the id `newest`; None for one from before there were sieves."""

    newest: int = 0
    sieves: tuple[NDArray[np.uint8] | None, ...] = ()

    def among(self, keys: Sequence[Key]) -> list[Key]:
        """Those of the keys that past cases may have."""
        if not self.sieves:
            return []
        if any(bits is None for bits in self.sieves):
            return list(keys)
        from gridmap.desk.history import prints, sieve  # noqa: PLC0415  # numba: only where there is history

        found = prints.of_keys(keys)
        may = np.logical_or.reduce([sieve.Sieve(bits).may_hold(found) for bits in self.sieves if bits is not None])
        return [keys[i] for i in np.flatnonzero(may).tolist()]


_last: dict[str, Past] = {}  # By database.
_behind: set[str] = set()


def last_past(session: Session) -> Past:
    """History as this process last saw it; it asks where it never has, or knows that more has come since."""
    where = identity(session)
    known = _last.get(where, Past())
    if where not in _last or where in _behind:
        _behind.discard(where)  # Before it asks: what comes after that makes it ask once more.
        loads = run(session, LOADS_SQL, {"newest": known.newest})
        sieves = tuple(None if bits is None else np.frombuffer(bits, dtype=np.uint8) for _, bits in loads)
        known = _last[where] = Past(max([known.newest, *(id_ for id_, _ in loads)]), known.sieves + sieves)
    return known


def behind(session: Session) -> None:
    """More has come than this process remembers: the next one who needs it asks."""
    _behind.add(identity(session))
