"""The tables that a load fills: without indexes while they grow, then indexed, then attached, all at once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.cases.past import MONTH_IDS
from gridmap.clock import TOWN_ZONE
from gridmap.db import binary
from gridmap.desk.history import prints
from gridmap.desk.history.settled import Ints
from gridmap.desk.history.sieve import Prints

# Whoever attaches would wait for the one who vacuums, and all alerts with him.
_MAKE = "CREATE TABLE {piece} (LIKE past_case INCLUDING CONSTRAINTS) WITH (autovacuum_enabled = false)"
_KEYED = "SELECT FROM pg_constraint WHERE conrelid = CAST(:piece AS regclass) AND contype = 'p'"
# As the parent has them, so that attaching finds them there; and the one it can't have, because the id is no part of it.
ID = "id"
# But for that of the ids the dearest first, so that none is begun last that all others wait for.
INDEXES = {
    ID: "UNIQUE INDEX IF NOT EXISTS {name} ON {piece} (id)",
    "grid": "INDEX IF NOT EXISTS {name} ON {piece} (grid_code text_pattern_ops, received_at)",
    "key": "UNIQUE INDEX IF NOT EXISTS {name} ON {piece} (source_id, source)",
    "closed": "INDEX IF NOT EXISTS {name} ON {piece} (closed_at)",
    "recent": "INDEX IF NOT EXISTS {name} ON {piece} (received_at, id)",
}
_KEY = "ALTER TABLE {piece} ADD PRIMARY KEY USING INDEX {name}"
# The first is what attaching asks for, and need not look for then; the others tell the planner which pieces a period passes by.
_BOUNDS = """
    ALTER TABLE {piece} ADD CHECK (id >= {begin} AND id < {end}),
        ADD CHECK (received_at >= '{since}' AND received_at < '{until}' AND closed_at <= '{last}')
"""
_ATTACH = (
    "ALTER TABLE past_case ATTACH PARTITION {piece} FOR VALUES FROM ({begin}) TO ({end})",
    "ALTER TABLE {piece} RESET (autovacuum_enabled)",
)
_TWICE = """
    SELECT source, source_id, array_agg(line ORDER BY line) AS lines FROM ({pieces}) AS piece
    GROUP BY source, source_id HAVING count(*) > 1 ORDER BY 3 LIMIT :most
"""
_ROOM = "SET LOCAL work_mem = '64MB'"  # For keys by the million; what needs more goes to the disk.
_ONE_CORE = "SET LOCAL max_parallel_maintenance_workers = 0"  # Several are made at a time, each by one.
_AT_ONCE = 200_000  # Keys that are read at a time.
_KEYS = "SELECT array_agg(source), array_agg(source_id) FROM {table} WHERE id >= {begin} AND id < {end}"
# LIMIT has each of them looked for by itself: the planner, who knows nothing of a new piece, would sort all history instead.
_THERE = "(SELECT FROM {other} o WHERE (o.source, o.source_id) = (p.source, p.source_id) LIMIT 1)"
_AMONG = """
    SELECT p.id FROM {piece} p CROSS JOIN LATERAL (SELECT FROM ({there}) AS one LIMIT 1) AS known
    WHERE p.id = ANY(CAST(:ids AS bigint[]))
"""
_DELETE = "DELETE FROM {piece} WHERE id = ANY(CAST(:ids AS bigint[]))"
_KNOWN = "DELETE FROM {piece} p USING {others} o WHERE o.source = p.source AND o.source_id = p.source_id"
_HELD = "SELECT category_id, grid_code, count(*) AS cases FROM {piece} GROUP BY 1, 2"
_ONE_AT_A_TIME = "LOCK TABLE past_case IN SHARE UPDATE EXCLUSIVE MODE"
_LOST = """
    SELECT (SELECT count(*) FROM unnest(CAST(:categories AS int[])) AS one WHERE one NOT IN (SELECT id FROM category)),
           (SELECT count(*) FROM unnest(CAST(:grids AS text[])) AS one WHERE one NOT IN (SELECT code FROM grid))
"""


class Ended(NamedTuple):
    """What a piece holds: how many cases, and the ids of categories and codes of grids they name."""

    cases: int
    categories: set[int]
    grids: set[str]


def name_of(first_id: int) -> str:
    """The table of the piece that begins with this id."""
    return f"past_case_{first_id}"


def make(session: Session, first_id: int) -> None:
    """An empty table for a piece."""
    session.execute(text(_MAKE.format(piece=name_of(first_id))))


def drop(session: Session, firsts: Iterable[int]) -> None:
    """Take these pieces away, none of which is attached."""
    for first_id in firsts:
        session.execute(text(f"DROP TABLE IF EXISTS {name_of(first_id)}"))


def twice(session: Session, firsts: Sequence[int], *, most: int) -> list[tuple[str, str, list[int]]]:
    """Keys (source, source_id) that several rows of these pieces have, and the rows' numbers; at most so many keys."""
    if not firsts:
        return []
    session.execute(text(_ROOM))
    pieces = " UNION ALL ".join(f"SELECT source, source_id, line FROM {name_of(first_id)}" for first_id in firsts)
    rows = session.execute(text(_TWICE.format(pieces=pieces)), {"most": most})
    return [(row.source, row.source_id, row.lines) for row in rows]


def keys(session: Session, first_id: int, count: int) -> Iterator[Prints]:
    """The keys of a piece of so many ids, some at a time."""
    return prints_of(session, name_of(first_id), first_id, first_id + count)


def prints_of(session: Session, table: str, begin: int, end: int) -> Iterator[Prints]:
    """The keys (source, source_id) of a table's rows with ids from `begin` up to, but not with, `end`, some at a time."""
    for first in range(begin, end, _AT_ONCE):
        told = binary(session, _KEYS.format(table=table, begin=first, end=min(first + _AT_ONCE, end)))
        if parts := [part for part in told if part is not None]:  # None of no rows.
            yield prints.of_arrays(*parts)


def leave_out_among(session: Session, first_id: int, ids: Ints, others: Iterable[str]) -> None:
    """Take out of a piece, which has its index of ids, those of these cases that stand in one of these tables too."""
    piece = name_of(first_id)
    there = " UNION ALL ".join(_THERE.format(other=other) for other in others)
    known = session.scalars(text(_AMONG.format(piece=piece, there=there)), {"ids": ids.tolist()}).all()
    if known:
        session.execute(text(_DELETE.format(piece=piece)), {"ids": list(known)})


def leave_out_known(session: Session, first_id: int) -> None:
    """Take out what is on record already: as an alert, or as a past case."""
    for others in ("alert", "past_case"):
        session.execute(text(_KNOWN.format(piece=name_of(first_id), others=others)))


def leave_out_since(session: Session, first_id: int, mark: int) -> int:
    """The same for alerts later than that of this id; how many these were."""
    query = text(_KNOWN.format(piece=name_of(first_id), others="alert") + " AND o.id > :mark RETURNING p.id")
    return len(session.execute(query, {"mark": mark}).all())


def bare(session: Session, first_id: int) -> bool:
    """Whether all cases of a piece were on record: attached, it would only be one more to look into, for ever."""
    return not session.execute(text(f"SELECT EXISTS (SELECT FROM {name_of(first_id)})")).scalar_one()


def index(session: Session, first_id: int, which: str) -> None:
    """Give a piece one of `INDEXES`, unless it has it."""
    if not _keyed(session, first_id):
        session.execute(text(_ONE_CORE))
        session.execute(text("CREATE " + INDEXES[which].format(piece=name_of(first_id), name=_index_name(first_id, which))))


def end(session: Session, first_id: int, count: int) -> Ended:
    """Make a piece of so many ids, which has its indexes, such that it can be attached; tell what it holds."""
    piece = name_of(first_id)
    if not _keyed(session, first_id):
        session.execute(text(_KEY.format(piece=piece, name=_index_name(first_id, ID))))
        last = session.execute(text(f"SELECT max(closed_at) FROM {piece}")).scalar()
        since, until = _period(first_id // MONTH_IDS)
        bounds = {"begin": first_id, "end": first_id + count, "since": since, "until": until, "last": last or "infinity"}
        session.execute(text(_BOUNDS.format(piece=piece, **bounds)))
    found = session.execute(text(_HELD.format(piece=piece))).all()
    categories, grids = ({row[i] for row in found if row[i] is not None} for i in range(2))
    return Ended(sum(row.cases for row in found), categories, grids)


def _keyed(session: Session, first_id: int) -> bool:
    return session.execute(text(_KEYED), {"piece": name_of(first_id)}).first() is not None


def _index_name(first_id: int, which: str) -> str:
    return f"{name_of(first_id)}_{which}"


def _period(month: int) -> tuple[str, str]:
    """When a month such as 202411 begins and ends."""
    return _begin(month // 100, month % 100), _begin(month // 100 + month % 100 // 12, month % 100 % 12 + 1)


def _begin(year: int, month: int) -> str:
    return datetime(year, month, 1, tzinfo=TOWN_ZONE).isoformat()


def lost(session: Session, categories: set[int], grids: set[str]) -> bool:
    """Whether any of these is no longer on record; from now on none of them goes until this transaction ends."""
    session.execute(text(_ONE_AT_A_TIME))  # Who deletes one waits for it too, see migration 29.
    named = {"categories": sorted(categories), "grids": sorted(grids)}
    return any(session.execute(text(_LOST), named).one())


def attach(session: Session, first_id: int, count: int) -> None:
    """Make a piece of so many ids part of the past."""
    for statement in _ATTACH:
        session.execute(text(statement.format(piece=name_of(first_id), begin=first_id, end=first_id + count)))
