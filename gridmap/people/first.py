"""Who is the first on duty in a grid: from memory, for as long as nothing about people or rosters has happened.

An alert asks it in every new case's grid. What is kept holds under one version of the journal (everything that changes people,
posts, shifts or exceptions writes a row about `people` or `rosters` in its own transaction) and until the next moment at which
anybody's turn, post or time here begins or ends. Who has changed something and not committed it is answered from the tables.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from sqlalchemy.orm import Session

from gridmap.db import identity, run
from gridmap.people.duty import on_duty

# NULL where this transaction has written: what it sees is not (yet) what the journal tells others. The pending ones count,
# because an event may be committed after one with a higher id; see `gridmap.journal.feed.versions`.
VERSION_SQL = """
    SELECT CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN
        format('%%s/%%s/%%s', (SELECT max(position) FROM feed WHERE topic = 'people'),
               (SELECT max(position) FROM feed WHERE topic = 'rosters'),
               (SELECT count(*) FROM journal_pending WHERE topic IN ('people', 'rosters'))) END
"""
# Turns begin and end at the hours of shifts and at nothing else, on whichever day: `gridmap.people.duty` has the rule.
_NEXT = """
    WITH hour AS (
        SELECT starts AS at FROM shift UNION SELECT ends FROM shift
    ), edge AS (
        SELECT (CAST(CAST(%(at)s AS timestamptz) AT TIME ZONE 'Asia/Shanghai' AS date) + ahead + hour.at)
               AT TIME ZONE 'Asia/Shanghai' AS at
        FROM hour CROSS JOIN generate_series(0, 1) AS ahead
        UNION ALL SELECT lower(valid) FROM post
        UNION ALL SELECT upper(valid) FROM post
        UNION ALL SELECT left_at FROM person
    )
    SELECT min(at) FROM edge WHERE at > %(at)s
"""


_MICRO_GRIDS = "SELECT code FROM grid WHERE level = 'micro' AND parent_code = ANY(CAST(%(villages)s AS text[]))"


@dataclass
class _Kept:
    """The first on duty by grid (None: nobody), true from `since` until before `until` under one version."""

    version: str
    since: datetime
    until: datetime | None
    first: dict[str, int | None] = field(default_factory=dict)

    def holds(self, version: str, at: datetime) -> bool:
        """Whether it is true of this moment."""
        return self.version == version and self.since <= at and (self.until is None or at < self.until)


_lock = Lock()
_kept: dict[str, _Kept] = {}  # By the database: one restored from a backup may have the same version and other people.


def first_on_duty(session: Session, codes: Collection[str], at: datetime, *, version: str | None) -> dict[str, int]:
    """The id of whoever `on_duty` names first at `at`, by grid; grids without anybody are left out.

    `version` is what `VERSION_SQL` told this transaction (READ COMMITTED) before.
    """
    if not codes:
        return {}
    if version is None:
        return {code: person for code, person in _ask(session, codes, at).items() if person is not None}
    kept = _keeping(session, at, version)
    missing = [code for code in codes if code not in kept.first]
    if missing:
        # Their whole villages: what asking costs is mostly the same for one grid and for fifty.
        villages = sorted({code[:12] for code in missing})
        neighbours = (code for (code,) in run(session, _MICRO_GRIDS, {"villages": villages}))
        kept.first.update(_ask(session, {*missing, *neighbours}, at))
    return {code: person for code in codes if (person := kept.first[code]) is not None}


def _ask(session: Session, codes: Collection[str], at: datetime) -> dict[str, int | None]:
    return {code: there[0].person_id if there else None for code, there in on_duty(session, codes, at).items()}


def _keeping(session: Session, at: datetime, version: str) -> _Kept:
    place = identity(session)
    with _lock:
        found = _kept.get(place)
    if found is None or not found.holds(version, at):
        found = _Kept(version, at, run(session, _NEXT, {"at": at})[0][0])
        with _lock:
            _kept[place] = found
    return found
