"""The columns of a database's cases, kept in this process and brought up to date by the journal before every answer."""

from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from gridmap.journal import changes
from gridmap.journal.changes import Mark
from gridmap.maps.crowds.columns import Columns, read

TOPIC = "cases"
MOST_NEWS = 20_000  # Journal rows; beyond, reading all cases anew is no dearer.
_WHOLE = "cases.loaded"  # Tells of many cases at once, without naming them.
_IDS = text("SELECT id FROM cases WHERE number = ANY(:numbers)")


class Kept:
    """Open cases, or ended ones, of one database; read at the first question."""

    def __init__(self, *, ended: bool) -> None:
        self._ended = ended
        self._lock = Lock()
        self._mark: Mark | None = None
        self._columns: Columns | None = None

    def now(self, session: Session) -> Columns:
        """The cases as they stand, at least as new as all that was committed before; what is given out never changes."""
        with self._lock:  # Who asks meanwhile waits for the one who brings it up to date.
            found = self._mark and changes.changes(session, TOPIC, self._mark, most=MOST_NEWS)
            if self._columns is None or found is None or _WHOLE in found.kinds:
                mark = changes.mark(session, TOPIC)  # First: what comes while they are read comes again.
                self._columns, self._mark = read(session, ended=self._ended), mark
            else:
                self._columns, self._mark = self._renewed(session, self._columns, found.subjects), found.mark
            return self._columns

    def _renewed(self, session: Session, known: Columns, numbers: frozenset[str]) -> Columns:
        if not numbers:
            return known
        ids = np.array(session.execute(_IDS, {"numbers": list(numbers)}).scalars().all(), dtype=np.int64)
        return known.without(ids).with_more(read(session, ended=self._ended, ids=ids.tolist()))


_lock = Lock()
_kept: WeakKeyDictionary[Engine | Connection, tuple[Kept, Kept]] = WeakKeyDictionary()


def cases(session: Session, *, ended: bool) -> Columns:
    """The open cases of the session's database, or the ended ones."""
    with _lock:
        both = _kept.setdefault(session.get_bind(), (Kept(ended=False), Kept(ended=True)))
    return both[ended].now(session)
