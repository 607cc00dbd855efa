"""The tables that a load fills: without indexes while they grow, then indexed, then attached, all at once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.cases.past import MONTH_IDS
from gridmap.clock import TOWN_ZONE

_MAKE = "CREATE TABLE {piece} (LIKE past_case INCLUDING CONSTRAINTS)"
_KEYED = "SELECT FROM pg_constraint WHERE conrelid = CAST(:piece AS regclass) AND contype = 'p'"
# As the parent has them, so that attaching finds them there; and the one it can't have, because the id is no part of it.
_INDEXES = (
    "ALTER TABLE {piece} ADD PRIMARY KEY (id)",
    "CREATE UNIQUE INDEX ON {piece} (source_id, source)",
    "CREATE INDEX ON {piece} (received_at, id)",
    "CREATE INDEX ON {piece} (closed_at)",
    "CREATE INDEX ON {piece} (grid_code text_pattern_ops, received_at)",
)
# The first is what attaching asks for, and need not look for then; the others tell the planner which pieces a period passes by.
_BOUNDS = """
    ALTER TABLE {piece} ADD CHECK (id >= {begin} AND id < {end}),
        ADD CHECK (received_at >= '{since}' AND received_at < '{until}' AND closed_at <= '{last}')
"""
_ATTACH = "ALTER TABLE past_case ATTACH PARTITION {piece} FOR VALUES FROM ({begin}) TO ({end})"
_TWICE = """
    SELECT source, source_id, array_agg(line ORDER BY line) AS lines FROM ({pieces}) AS piece
    GROUP BY source, source_id HAVING count(*) > 1 ORDER BY 3 LIMIT :most
"""
_ROOM = "SET LOCAL work_mem = '64MB'"  # For keys by the million; what needs more goes to the disk.
_AT_ONCE = 50_000  # Keys that are read at a time.
_KNOWN = "DELETE FROM {piece} p USING {others} o WHERE o.source = p.source AND o.source_id = p.source_id"
_REFERRED = "SELECT DISTINCT category_id, grid_code FROM {piece}"
_ONE_AT_A_TIME = "LOCK TABLE past_case IN SHARE UPDATE EXCLUSIVE MODE"
_LOST = """
    SELECT (SELECT count(*) FROM unnest(CAST(:categories AS int[])) AS one WHERE one NOT IN (SELECT id FROM category)),
           (SELECT count(*) FROM unnest(CAST(:grids AS text[])) AS one WHERE one NOT IN (SELECT code FROM grid))
"""


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


def keys(session: Session, first_id: int) -> Iterator[Sequence[tuple[str, str]]]:
    """The keys (source, source_id) of a piece, some at a time."""
    query = text(f"SELECT source, source_id FROM {name_of(first_id)}").execution_options(yield_per=_AT_ONCE)
    for rows in session.execute(query).partitions():
        yield [(row.source, row.source_id) for row in rows]


def leave_out_known(session: Session, first_id: int) -> None:
    """Take out what is on record already: as an alert, or as a past case."""
    for others in ("alert", "past_case"):
        session.execute(text(_KNOWN.format(piece=name_of(first_id), others=others)))


def leave_out_since(session: Session, first_id: int, mark: int) -> int:
    """The same for alerts later than that of this id; how many these were."""
    query = text(_KNOWN.format(piece=name_of(first_id), others="alert") + " AND o.id > :mark RETURNING p.id")
    return len(session.execute(query, {"mark": mark}).all())


def index(session: Session, first_id: int, count: int) -> None:
    """Give a piece, of so many ids, its indexes and bounds, unless it has them."""
    piece = name_of(first_id)
    if session.execute(text(_KEYED), {"piece": piece}).first() is not None:
        return
    for statement in _INDEXES:
        session.execute(text(statement.format(piece=piece)))
    last = session.execute(text(f"SELECT max(closed_at) FROM {piece}")).scalar()
    since, until = _period(first_id // MONTH_IDS)
    bounds = {"begin": first_id, "end": first_id + count, "since": since, "until": until, "last": last or "infinity"}
    session.execute(text(_BOUNDS.format(piece=piece, **bounds)))


def _period(month: int) -> tuple[str, str]:
    """When a month such as 202411 begins and ends."""
    return _begin(month // 100, month % 100), _begin(month // 100 + month % 100 // 12, month % 100 % 12 + 1)


def _begin(year: int, month: int) -> str:
    return datetime(year, month, 1, tzinfo=TOWN_ZONE).isoformat()


def referred(session: Session, firsts: Iterable[int]) -> tuple[set[int], set[str]]:
    """The categories and grids that these pieces name."""
    found = [row for first_id in firsts for row in session.execute(text(_REFERRED.format(piece=name_of(first_id))))]
    return {row[0] for row in found if row[0] is not None}, {row[1] for row in found if row[1] is not None}


def lost(session: Session, categories: set[int], grids: set[str]) -> bool:
    """Whether any of these is no longer on record; from now on none of them goes until this transaction ends."""
    session.execute(text(_ONE_AT_A_TIME))  # Who deletes one waits for it too, see migration 29.
    named = {"categories": sorted(categories), "grids": sorted(grids)}
    return any(session.execute(text(_LOST), named).one())


def attach(session: Session, first_id: int, count: int) -> None:
    """Make a piece of so many ids part of the past."""
    session.execute(text(_ATTACH.format(piece=name_of(first_id), begin=first_id, end=first_id + count)))


def count(session: Session, first_id: int) -> int:
    """How many cases are in a piece."""
    return int(session.execute(text(f"SELECT count(*) FROM {name_of(first_id)}")).scalar_one())
