"""Take alerts into the database: what is known of them already, which open case they may join, and the rows.

Set-based: each function does its work for a whole chunk of alerts in one statement.
"""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zlib import crc32

import orjson
from sqlalchemy.orm import Session

from gridmap.cases.models import OPEN_SQL
from gridmap.db import MANY, copy, run
from gridmap.geo.measure import half_box

_LOCK_CLASS = 0x67726964  # "grid": keeps these apart from other users of advisory locks.
_SLOTS = 1024


class Taken(NamedTuple):
    """A case an alert belongs to."""

    case_id: int
    number: str


class Nearby(NamedTuple):
    """An open case that an alert may join, and how far off it is."""

    case_id: int
    number: str
    distance_m: float


class Spot(NamedTuple):
    """Where and when something of a category was seen; degrees WGS-84."""

    lon: float
    lat: float
    category_id: int
    at: datetime


class Rules(NamedTuple):
    """When an alert joins an open case of its category: how near (metres) and how close in time (hours)."""

    radius_m: float
    hours: float


def _json(rows: Sequence[Any]) -> str:
    """Rows travel as one JSON document: quoting thousands of values for SQL arrays costs more than all the rest."""
    return orjson.dumps(rows).decode()


def _size(radius_m: float) -> float:
    return 4 * radius_m / 110_000


def cell(spot: Spot, radius_m: float) -> tuple[int, int, int]:
    """The cell (category, x, y) a spot lies in; the radius (above 0) sets the size of cells."""
    size = _size(radius_m)
    return spot.category_id, math.floor(spot.lon / size), math.floor(spot.lat / size)


def cells(spot: Spot, radius_m: float) -> list[tuple[int, int, int]]:
    """The cells that the circle around a spot touches; none without a radius.

    Whatever of the same category lies within `radius_m` of the spot lies in one of them.
    """
    if radius_m <= 0:
        return []
    (wide, high), size = half_box(spot.lat, radius_m), _size(radius_m)
    xs = range(math.floor((spot.lon - wide) / size), math.floor((spot.lon + wide) / size) + 1)
    ys = range(math.floor((spot.lat - high) / size), math.floor((spot.lat + high) / size) + 1)
    return [(spot.category_id, x, y) for x in xs for y in ys]


_LOCK = f"""
    SELECT pg_advisory_xact_lock({_LOCK_CLASS}, slot::int) FROM json_array_elements_text(CAST(%(slots)s AS json)) AS slot
"""


def lock(session: Session, ids: Sequence[tuple[str, str]], spots: Sequence[Spot], rules: Rules) -> None:
    """Make others that take the same alert, or one that could join the same case, wait until this transaction ends.

    Without it, two alerts about one heap of rubbish that arrive together would each find no case and open two.
    Locks fall into 1,024 slots, always taken in ascending order: no deadlock, and a chunk never fills the lock table.
    """
    keys = [f"{source}\x1f{source_id}" for source, source_id in ids]
    keys += [str(cell) for spot in spots for cell in cells(spot, rules.radius_m)]
    run(session, _LOCK, {"slots": _json(sorted({crc32(key.encode()) % _SLOTS for key in keys}))})


_KNOWN = """
    SELECT a.source, a.source_id, c.id, c.number
    FROM json_to_recordset(CAST(%(asked)s AS json)) AS asked (source text, source_id text)
    JOIN alert a USING (source, source_id) JOIN cases c ON c.id = a.case_id
"""


def known(session: Session, ids: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Taken]:
    """The cases of those alerts (source, source_id) that were taken before."""
    rows = run(session, _KNOWN, {"asked": _json([{"source": source, "source_id": source_id} for source, source_id in ids])})
    return {(source, source_id): Taken(case_id, number) for source, source_id, case_id, number in rows}


_JOINABLE = f"""
    SELECT asked.i, near.id, near.number, near.metres
    FROM json_to_recordset(CAST(%(asked)s AS json))
         AS asked (i int, lon float8, lat float8, wide float8, high float8, category_id int, at timestamptz)
    CROSS JOIN LATERAL (
        SELECT id, number, ST_Distance(location::geography, ST_MakePoint(lon, lat)::geography) AS metres
        FROM cases
        WHERE {OPEN_SQL} AND category_id = asked.category_id
          AND location && ST_Expand(ST_SetSRID(ST_MakePoint(lon, lat), 4326), wide, high)
          AND occurred_at BETWEEN asked.at - make_interval(secs => %(seconds)s) AND asked.at + make_interval(secs => %(seconds)s)
        ORDER BY metres, id
        LIMIT 1
    ) AS near
    WHERE near.metres <= %(radius)s
"""


def joinable(session: Session, spots: dict[int, Spot], rules: Rules) -> dict[int, Nearby]:
    """For each spot (by its key) the nearest open case of its category within the rules."""
    if not spots or rules.radius_m <= 0:
        return {}
    asked = []
    for i, spot in spots.items():
        wide, high = half_box(spot.lat, rules.radius_m)
        asked.append({"i": i, "wide": wide, "high": high, **spot._asdict()})
    rows = run(session, _JOINABLE, {"asked": _json(asked), "seconds": rules.hours * 3600, "radius": rules.radius_m})
    return {i: Nearby(case_id, number, metres) for i, case_id, number, metres in rows}


CASE_COLUMNS = {
    "source": "text",
    "source_id": "text",
    "category_id": "int",
    "source_code": "text",
    "lon": "float8",
    "lat": "float8",
    "accuracy_m": "float8",
    "address": "text",
    "text": "text",
    "camera_id": "text",
    "media": "jsonb",
    "occurred_at": "timestamptz",
    "received_at": "timestamptz",
    "state": "text",
    "due_at": "timestamptz",
    "closed_at": "timestamptz",
    "grid_code": "text",
    "ambiguous": "bool",
    "route": "jsonb",
}
_PLAIN = ", ".join(name for name in CASE_COLUMNS if name not in ("lon", "lat"))
_OPEN = f"""
    INSERT INTO cases ({_PLAIN}, location)
    SELECT {_PLAIN}, CASE WHEN lon IS NOT NULL THEN ST_SetSRID(ST_MakePoint(lon, lat), 4326) END
    FROM ROWS FROM (json_to_recordset(CAST(%(rows)s AS json))
                    AS ({", ".join(f"{name} {kind}" for name, kind in CASE_COLUMNS.items())}))
         WITH ORDINALITY AS row ({", ".join(CASE_COLUMNS)}, place)
    ORDER BY place
    RETURNING id, number, source, source_id
"""


def open_cases(session: Session, rows: Sequence[dict[str, Any]]) -> dict[tuple[str, str], Taken]:
    """Insert cases (every column of `CASE_COLUMNS` in each row); answers their numbers by (source, source_id)."""
    if not rows:
        return {}
    made = run(session, _OPEN, {"rows": _json(rows)})
    return {(source, source_id): Taken(case_id, number) for case_id, number, source, source_id in made}


_KEEP = """
    INSERT INTO alert (source, source_id, received_at, actor, payload, case_id, relation)
    SELECT source, source_id, %(received_at)s, %(actor)s, payload, case_id, relation
    FROM json_to_recordset(CAST(%(rows)s AS json))
         AS row (source text, source_id text, payload json, case_id bigint, relation text)
"""
_COUNT = """
    UPDATE cases SET alerts = alerts + joined.more
    FROM (SELECT id, count(*) AS more FROM unnest(CAST(%(ids)s AS bigint[])) AS id GROUP BY id) AS joined
    WHERE cases.id = joined.id
"""


class Kept(NamedTuple):
    """An alert to be kept as received: `payload` is its JSON text."""

    source: str
    source_id: str
    payload: str
    case_id: int
    relation: str


def keep_alerts(session: Session, alerts: Sequence[Kept], *, actor: str, received_at: datetime) -> None:
    """Insert alerts as received and count those that joined on their cases."""
    if not alerts:
        return
    if len(alerts) >= MANY:
        copy(session, "alert", (*Kept._fields, "actor", "received_at"), ((*alert, actor, received_at) for alert in alerts))
    else:
        rows = [{**alert._asdict(), "payload": orjson.Fragment(alert.payload)} for alert in alerts]
        run(session, _KEEP, {"rows": _json(rows), "actor": actor, "received_at": received_at})
    joined = [alert.case_id for alert in alerts if alert.relation == "joined"]
    if joined:
        run(session, _COUNT, {"ids": joined})
