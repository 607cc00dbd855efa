"""What the database knows of alerts before they are taken: under their locks, the cases they belong to or may join.

Set-based: one round trip for a whole chunk of alerts. What is then written stands in `opening`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zlib import crc32

from sqlalchemy.orm import Session

from gridmap.cases.ground import Rules, Spot, cells, strip_sql, strips
from gridmap.cases.models import OPEN_SQL
from gridmap.cases.past import KNOWN_SQL, NEWEST_SQL
from gridmap.db import as_json, run, run_together
from gridmap.geo.measure import half_box
from gridmap.grids.publishing import LOCK_SQL
from gridmap.people.first import VERSION_SQL

_LOCK_CLASS = 0x67726964  # "grid": keeps these apart from other users of advisory locks.
_SLOTS = 1024
_WHOLE = -1  # Stands for all slots.
WHOLE_FROM = 200  # Alerts: with their ground they would take half of the slots.


class Taken(NamedTuple):
    """A case an alert belongs to."""

    case_id: int
    number: str


class Nearby(NamedTuple):
    """An open case that an alert may join, and how far off it is."""

    case_id: int
    number: str
    distance_m: float


Statement = tuple[str, dict[str, Any]]  # With its values.
Asking = list[Statement]  # All that `look` asks; made by `ask` beforehand, so that nobody waits for it under the locks.


# Whoever publishes waits for those who take, and they for it: no case opens by boundaries that are just retired.
_HOLD = f"SELECT pg_advisory_xact_lock_shared({LOCK_SQL})"
_NEWEST = "SELECT id, at FROM publication ORDER BY at DESC LIMIT 1"
_VERSIONS = f"SELECT ({VERSION_SQL}), ({NEWEST_SQL})"
_LOCK = f"""
    SELECT CASE WHEN slot = {_WHOLE} THEN pg_advisory_xact_lock_shared({_LOCK_CLASS}, slot)
                ELSE pg_advisory_xact_lock({_LOCK_CLASS}, slot) END
    FROM unnest(CAST(%(slots)s AS int[])) AS slot
"""
_LOCK_WHOLE = f"SELECT pg_advisory_xact_lock({_LOCK_CLASS}, {_WHOLE})"


class Found(NamedTuple):
    """What was on record: cases of known alerts by (source, source_id), the nearest case for each spot, the publication.

    `publication` is the newest one's id and moment; None before the first. `roster` is the version of people and rosters,
    `past` the load of history that was done last.
    """

    known: dict[tuple[str, str], Taken]
    near: dict[int, Nearby]
    publication: tuple[int, datetime] | None
    roster: str | None
    past: int


def ask(
    ids: Sequence[tuple[str, str]],
    spots: Mapping[int, Spot],
    may_join: Collection[int],
    rules: Rules,
    *,
    perhaps_past: Sequence[tuple[str, str]] = (),
) -> Asking:
    """Of alerts by (source, source_id): which are known; and which cases those of `may_join`, keys of `spots`, can join.

    Past cases are looked through for those of `perhaps_past` alone.
    """
    joining = {i: spots[i] for i in may_join} if rules.radius_m > 0 else {}
    asked = [(_HOLD, {}), _locking(ids, spots.values(), rules), (_NEWEST, {}), (_VERSIONS, {}), _asking(ids, perhaps_past)]
    return asked + ([_joining(joining, rules)] if joining else [])


def look(session: Session, asking: Asking) -> Found:
    """Lock, then find what is known of these alerts and what they can join: one round trip.

    Locking makes others that take the same alert, or one that could join the same case, wait until this transaction ends.
    Without it, two alerts about one heap of rubbish that arrive together would each find no case and open two.
    Few take the slots of their keys and their ground, and share the lock of the whole; many, who would need nearly every
    slot, take the whole for themselves. The whole comes first and slots ascend: no deadlock between transactions that
    lock once, and a chunk never fills the lock table.
    """
    _, _, newest, [(roster, past)], known, *near = run_together(session, asking)
    publication = (newest[0][0], newest[0][1]) if newest else None
    return Found(_taken(known), _nearby(near[0]) if near else {}, publication, roster, past)


def look_in_history(session: Session, found: Found, ids: Sequence[tuple[str, str]]) -> Found:
    """The same with the past cases of all these alerts; under the locks `look` has taken."""
    return found._replace(known=found.known | _taken(run(session, KNOWN_SQL, {"past": _keys(ids)})))


def keep_out(session: Session) -> None:
    """Let nobody take alerts until this transaction ends; waits for those who are taking some."""
    run(session, _LOCK_WHOLE, {})


def _locking(ids: Sequence[tuple[str, str]], spots: Iterable[Spot], rules: Rules) -> Statement:
    if len(ids) >= WHOLE_FROM:
        return _LOCK_WHOLE, {}
    keys = [f"{source}\x1f{source_id}" for source, source_id in ids]
    keys += [str(cell) for spot in spots for cell in cells(spot, rules.radius_m)]
    return _LOCK, {"slots": [_WHOLE, *sorted({crc32(key.encode()) % _SLOTS for key in keys})]}


_KNOWN = """
    SELECT a.source, a.source_id, c.id, c.number
    FROM json_to_recordset(CAST(%(asked)s AS json)) AS asked (source text, source_id text)
    JOIN alert a USING (source, source_id) JOIN cases c ON c.id = a.case_id
"""
_KNOWN_OR_PAST = f"{_KNOWN} UNION ALL {KNOWN_SQL}"


def known(session: Session, ids: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Taken]:
    """The cases of those alerts (source, source_id) that were taken before."""
    return _taken(run(session, *_asking(ids, ())))


def _asking(ids: Sequence[tuple[str, str]], perhaps_past: Sequence[tuple[str, str]]) -> Statement:
    asked = {"asked": _keys(ids)}
    return (_KNOWN_OR_PAST, {**asked, "past": _keys(perhaps_past)}) if perhaps_past else (_KNOWN, asked)


def _keys(ids: Sequence[tuple[str, str]]) -> str:
    return as_json([{"source": source, "source_id": source_id} for source, source_id in ids])


def _taken(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[str, str], Taken]:
    return {(source, source_id): Taken(case_id, number) for source, source_id, case_id, number in rows}


_JOINABLE = f"""
    SELECT asked.i, near.id, near.number, near.metres
    FROM unnest(CAST(%(i)s AS int[]), CAST(%(lon)s AS float8[]), CAST(%(lat)s AS float8[]), CAST(%(strips)s AS text[]),
                CAST(%(high)s AS float8[]), CAST(%(category_id)s AS int[]), CAST(%(at)s AS timestamptz[]))
         AS asked (i, lon, lat, strips, high, category_id, at)
    CROSS JOIN LATERAL (
        SELECT id, number, ST_Distance(location::geography, ST_MakePoint(lon, lat)::geography) AS metres
        FROM cases
        WHERE {OPEN_SQL} AND category_id = asked.category_id
          AND {strip_sql()} = ANY (CAST(asked.strips AS int[])) AND ST_Y(location) BETWEEN asked.lat - high AND asked.lat + high
          AND occurred_at BETWEEN asked.at - make_interval(secs => %(seconds)s) AND asked.at + make_interval(secs => %(seconds)s)
        ORDER BY metres, id
        LIMIT 1
    ) AS near
    WHERE near.metres <= %(radius)s
"""


def _joining(spots: Mapping[int, Spot], rules: Rules) -> Statement:
    lon, lat, category_id, at = zip(*spots.values(), strict=True)
    boxes = [half_box(one, rules.radius_m) for one in lat]
    touched = [_array(strips(one - wide, one + wide)) for one, (wide, _) in zip(lon, boxes, strict=True)]
    high = [one for _, one in boxes]
    columns = {"i": list(spots), "lon": lon, "lat": lat, "strips": touched, "high": high, "category_id": category_id, "at": at}
    asked = {name: _array(values) for name, values in columns.items()}
    return _JOINABLE, {**asked, "seconds": rules.hours * 3600, "radius": rules.radius_m}


def _array(values: Sequence[Any]) -> str:
    """Numbers or moments as PostgreSQL writes an array: as JSON does, but for the brackets around it."""
    return f"{{{as_json(values)[1:-1]}}}"


def _nearby(rows: Iterable[tuple[Any, ...]]) -> dict[int, Nearby]:
    return {i: Nearby(case_id, number, metres) for i, case_id, number, metres in rows}
