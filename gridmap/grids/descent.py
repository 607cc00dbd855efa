"""Old codes lead to today's, and today's to old ones: lineage followed through the publishes, as far as one likes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.grids.lookup import Name, names


@dataclass(frozen=True)
class Kin:
    """A grid, the share (0 to 1) of the other's ground that it has or had, and when the last of that changed hands."""

    grid: Name
    share: float
    since: datetime


@dataclass(frozen=True)
class Turn:
    """What one publish did to the ground of two grids, as it was recorded; `to_code` None: it is nobody's any more."""

    publication: int
    at: datetime
    from_code: str
    to_code: str | None
    kind: str
    area_m2: float
    area_share: float
    cases: int | None
    case_share: float | None


_COLUMNS = "l.publication_id AS publication, p.at, l.from_code, l.to_code, l.kind, l.area_m2, l.area_share, l.cases, l.case_share"
_TURNS = text(
    f"""
    SELECT {_COLUMNS} FROM lineage l JOIN publication p ON p.id = l.publication_id
    WHERE l.from_code = :code OR l.to_code = :code ORDER BY l.publication_id, l.from_code, l.to_code
    """
)
_RECORDED = text(
    f"""
    SELECT {_COLUMNS} FROM lineage l JOIN publication p ON p.id = l.publication_id
    WHERE p.at <= :at AND l.from_code IS DISTINCT FROM l.to_code ORDER BY l.publication_id, l.from_code, l.to_code
    """
)
# More rows than matter, but each once: codes at publishes are gone through, never paths, whose number would explode.
_LATER = text(
    f"""
    WITH RECURSIVE seen (code, publication) AS (
        SELECT CAST(:code AS text), CAST(:after AS int)
        UNION
        SELECT l.to_code, l.publication_id
        FROM seen JOIN lineage l ON l.from_code = seen.code AND l.publication_id > seen.publication
    )
    SELECT DISTINCT {_COLUMNS}
    FROM seen JOIN lineage l ON l.from_code = seen.code AND l.publication_id > seen.publication
    JOIN publication p ON p.id = l.publication_id
    ORDER BY publication
    """
)
_EARLIER = text(
    f"""
    WITH RECURSIVE seen (code, publication) AS (
        SELECT CAST(:code AS text), CAST(:until AS int) + 1
        UNION
        SELECT l.from_code, l.publication_id
        FROM seen JOIN lineage l ON l.to_code = seen.code AND l.publication_id < seen.publication AND l.publication_id > :after
    )
    SELECT DISTINCT {_COLUMNS}
    FROM seen JOIN lineage l ON l.to_code = seen.code AND l.publication_id < seen.publication AND l.publication_id > :after
    JOIN publication p ON p.id = l.publication_id
    ORDER BY publication DESC
    """
)
# The publish that ended a grid for the time being comes after the last moment it was there.
_AT = text(
    """
    SELECT CASE WHEN EXISTS (SELECT FROM boundary WHERE grid_code = :code AND valid @> CAST(:at AS timestamptz))
           THEN (SELECT max(id) FROM publication WHERE at <= :at)
           ELSE (SELECT id - 1 FROM publication
                 WHERE at = (SELECT max(upper(valid)) FROM boundary WHERE grid_code = :code AND upper(valid) <= :at))
           END
    """
)
_NEWEST = text("SELECT max(id) FROM publication WHERE at <= :at")


def turns(session: Session, code: str) -> list[Turn]:
    """Every publish in which a grid gave or got ground, oldest first."""
    return [Turn(**row) for row in session.execute(_TURNS, {"code": code}).mappings()]


def recorded(session: Session, at: datetime) -> list[Turn]:
    """What every publish until `at` did to the ground of two different grids, oldest first."""
    return [Turn(**row) for row in session.execute(_RECORDED, {"at": at}).mappings()]


def successors(session: Session, code: str, at: datetime) -> list[Kin]:
    """Who holds now the ground that a grid had at `at` (had it ended by then: at its end), the largest share first.

    Empty where nothing has happened to it since, or nobody has its ground. A grid that goes on may be its own successor.
    """
    after = session.execute(_AT, {"code": code, "at": at}).scalar()
    if after is None:
        return []
    return _kin(session, code, _turns(session.execute(_LATER, {"code": code, "after": after}).mappings()), forward=True)


def ancestors(session: Session, code: str, at: datetime, *, until: datetime) -> list[Kin]:
    """Who had at `at` the ground that a grid has at `until` (had it ended by then: had at its end), the largest share first."""
    last = session.execute(_AT, {"code": code, "at": until}).scalar()
    if last is None:
        return []
    after = session.execute(_NEWEST, {"at": at}).scalar() or 0
    rows = session.execute(_EARLIER, {"code": code, "until": last, "after": after}).mappings()
    return _kin(session, code, _turns(rows), forward=False)


def _turns(rows: Iterable[Mapping[Any, Any]]) -> list[Turn]:
    return [Turn(**row) for row in rows]


def _kin(session: Session, code: str, found: list[Turn], *, forward: bool) -> list[Kin]:
    held = {code: 1.0}
    since: dict[str, datetime] = {}
    for _, publish in groupby(found, key=lambda turn: turn.publication):
        _pass_on(held, since, list(publish), forward=forward)
    if not since:
        return []
    called = names(session, list(held))
    kin = [Kin(called[one], share, since[one]) for one, share in held.items() if one in since and share > 0]
    return sorted(kin, key=lambda one: (-one.share, one.grid.code))


def _pass_on(held: dict[str, float], since: dict[str, datetime], publish: list[Turn], *, forward: bool) -> None:
    """Let the ground of one publish change hands: shares of what the giver had, or backwards of what the taker got."""
    ends = {(turn.from_code if forward else turn.to_code) or "" for turn in publish} & held.keys()
    shares = {one: held.pop(one) for one in ends}
    got: dict[str, float] = defaultdict(float)
    for turn in publish:
        got[turn.to_code or ""] += turn.area_m2
    for turn in publish:
        here, there = (turn.from_code, turn.to_code) if forward else (turn.to_code, turn.from_code)
        if here not in shares or there is None:
            continue
        part = turn.area_share if forward else turn.area_m2 / got[turn.to_code or ""]
        held[there] = held.get(there, 0.0) + shares[here] * part
        since[there] = max(turn.at, since[there]) if there in since and forward else turn.at
