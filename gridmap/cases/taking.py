"""Take alerts into the database: what is known of them already, which open case they may join, and the rows.

Set-based: each function does its work for a whole chunk of alerts in one statement.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zlib import crc32

import orjson
from sqlalchemy.orm import Session

from gridmap.cases.ground import Rules, Spot, cells
from gridmap.cases.models import DAY_SQL, OPEN_SQL
from gridmap.db import MANY, NULL, copy, field, line, run, run_together
from gridmap.geo.measure import half_box
from gridmap.geo.shapes import point_wkb
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


def _json(rows: Sequence[Any]) -> str:
    """Rows travel as one JSON document: quoting thousands of values for SQL arrays costs more than all the rest."""
    return orjson.dumps(rows).decode()


# Whoever publishes waits for those who take, and they for it: no case opens by boundaries that are just retired.
_HOLD = f"SELECT pg_advisory_xact_lock_shared({LOCK_SQL})"
_NEWEST = "SELECT id, at FROM publication ORDER BY at DESC LIMIT 1"
_LOCK = f"""
    SELECT CASE WHEN slot = {_WHOLE} THEN pg_advisory_xact_lock_shared({_LOCK_CLASS}, slot)
                ELSE pg_advisory_xact_lock({_LOCK_CLASS}, slot) END
    FROM unnest(CAST(%(slots)s AS int[])) AS slot
"""
_LOCK_WHOLE = f"SELECT pg_advisory_xact_lock({_LOCK_CLASS}, {_WHOLE})"


class Found(NamedTuple):
    """What was on record: cases of known alerts by (source, source_id), the nearest case for each spot, the publication.

    `publication` is the newest one's id and moment; None before the first. `roster` is the version of people and rosters.
    """

    known: dict[tuple[str, str], Taken]
    near: dict[int, Nearby]
    publication: tuple[int, datetime] | None
    roster: str | None


def look(
    session: Session, ids: Sequence[tuple[str, str]], spots: Mapping[int, Spot], may_join: Collection[int], rules: Rules
) -> Found:
    """Lock, then find what is known of these alerts and what those of `may_join` (keys of `spots`) can join: one round trip.

    Locking makes others that take the same alert, or one that could join the same case, wait until this transaction ends.
    Without it, two alerts about one heap of rubbish that arrive together would each find no case and open two.
    Few take the slots of their keys and their ground, and share the lock of the whole; many, who would need nearly every
    slot, take the whole for themselves. The whole comes first and slots ascend: no deadlock between transactions that
    lock once, and a chunk never fills the lock table.
    """
    joining = {i: spots[i] for i in may_join} if rules.radius_m > 0 else {}
    asked = [(_HOLD, {}), _locking(ids, spots.values(), rules), (_NEWEST, {}), (VERSION_SQL, {}), _asking(ids)]
    _, _, newest, [(roster,)], known, *near = run_together(session, asked + ([_joining(joining, rules)] if joining else []))
    return Found(_taken(known), _nearby(near[0]) if near else {}, (newest[0][0], newest[0][1]) if newest else None, roster)


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


def known(session: Session, ids: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Taken]:
    """The cases of those alerts (source, source_id) that were taken before."""
    return _taken(run(session, *_asking(ids)))


def _asking(ids: Sequence[tuple[str, str]]) -> Statement:
    return _KNOWN, {"asked": _json([{"source": source, "source_id": source_id} for source, source_id in ids])}


def _taken(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[str, str], Taken]:
    return {(source, source_id): Taken(case_id, number) for source, source_id, case_id, number in rows}


_JOINABLE = f"""
    SELECT asked.i, near.id, near.number, near.metres
    FROM unnest(CAST(%(i)s AS int[]), CAST(%(lon)s AS float8[]), CAST(%(lat)s AS float8[]), CAST(%(wide)s AS float8[]),
                CAST(%(high)s AS float8[]), CAST(%(category_id)s AS int[]), CAST(%(at)s AS timestamptz[]))
         AS asked (i, lon, lat, wide, high, category_id, at)
    CROSS JOIN LATERAL (
        SELECT id, number, ST_Distance(location::geography, ST_MakePoint(lon, lat)::geography) AS metres
        FROM cases
        WHERE {OPEN_SQL} AND category_id = asked.category_id
          AND location && ST_MakeEnvelope(lon - wide, lat - high, lon + wide, lat + high, 4326)
          AND occurred_at BETWEEN asked.at - make_interval(secs => %(seconds)s) AND asked.at + make_interval(secs => %(seconds)s)
        ORDER BY metres, id
        LIMIT 1
    ) AS near
    WHERE near.metres <= %(radius)s
"""


def _joining(spots: Mapping[int, Spot], rules: Rules) -> Statement:
    lon, lat, category_id, at = zip(*spots.values(), strict=True)
    wide, high = zip(*(half_box(one, rules.radius_m) for one in lat), strict=True)
    columns = {"i": list(spots), "lon": lon, "lat": lat, "wide": wide, "high": high, "category_id": category_id, "at": at}
    asked = {name: _array(values) for name, values in columns.items()}
    return _JOINABLE, {**asked, "seconds": rules.hours * 3600, "radius": rules.radius_m}


def _array(values: Sequence[Any]) -> str:
    """Numbers or moments as PostgreSQL writes an array: as JSON does, but for the brackets around it."""
    return f"{{{_json(values)[1:-1]}}}"


def _nearby(rows: Iterable[tuple[Any, ...]]) -> dict[int, Nearby]:
    return {i: Nearby(case_id, number, metres) for i, case_id, number, metres in rows}


# What is known of a case before it opens, and what only then.
_SAID = {
    "source": "text",
    "source_id": "text",
    "category_id": "int",
    "source_code": "text",
    "accuracy_m": "float8",
    "address": "text",
    "text": "text",
    "camera_id": "text",
    "occurred_at": "timestamptz",
    "grid_code": "text",
    "ambiguous": "bool",
    "media": "json",
    "route": "json",
}
_STANDING = {
    "received_at": "timestamptz",
    "state": "text",
    "due_at": "timestamptz",
    "limit_value": "float8",
    "limit_unit": "text",
    "closed_at": "timestamptz",
}
CASE_COLUMNS = {**_SAID, **_STANDING, "person_id": "int", "lon": "float8", "lat": "float8"}
_PLAIN = ", ".join([*_SAID, *_STANDING, "person_id"])
_OPEN = f"""
    INSERT INTO cases ({_PLAIN}, location)
    SELECT {_PLAIN}, CASE WHEN lon IS NOT NULL THEN ST_SetSRID(ST_MakePoint(lon, lat), 4326) END
    FROM ROWS FROM (json_to_recordset(CAST(%(rows)s AS json))
                    AS ({", ".join(f"{name} {kind}" for name, kind in CASE_COLUMNS.items())}))
         WITH ORDINALITY AS row ({", ".join(CASE_COLUMNS)}, place)
    ORDER BY place
    RETURNING id, number, source, source_id
"""
# The numbers' day and the sequence are found once, and only the counting goes by the case.
_NUMBERS = f"""
    SELECT nextval((SELECT CAST(pg_get_serial_sequence('cases', 'id') AS regclass))), nextval('case_number'), (SELECT {DAY_SQL})
    FROM generate_series(1, %(how_many)s)
"""


class NewCase(NamedTuple):
    """A case that opens: the columns of what is said and of how it stands; both as lines, from who had the time before."""

    key: tuple[str, str]  # Its alert's.
    said: Mapping[str, Any]
    standing: Mapping[str, Any]
    person_id: int | None
    lines: tuple[bytes, bytes] | None = None  # Of `standing_line` and `said_line`.

    @property
    def row(self) -> dict[str, Any]:
        """All its columns."""
        return {**self.said, **self.standing, "person_id": self.person_id}


def open_cases(session: Session, cases: Sequence[NewCase]) -> dict[tuple[str, str], Taken]:
    """Insert cases; answers their numbers by (source, source_id)."""
    if not cases:
        return {}
    if len(cases) < MANY:
        made = run(session, _OPEN, {"rows": _json([case.row for case in cases])})
        return {(source, source_id): Taken(case_id, number) for case_id, number, source, source_id in made}
    taken = [Taken(id_, numbered(day, count)) for id_, count, day in run(session, _NUMBERS, {"how_many": len(cases)})]
    copy(session, "cases", _COPIED, map(_case_line, taken, cases))
    return {case.key: one for one, case in zip(taken, cases, strict=True)}


def numbered(day: str, count: int) -> str:
    """The number of a case as the column's default makes it."""
    return f"{day}-{count:06d}"


_COPIED = ("id", "number", "person_id", *_STANDING, "location", *_SAID)


def _case_line(taken: Taken, case: NewCase) -> bytes:
    standing, said = case.lines or (standing_line(case.standing), said_line(case.said))
    person = NULL if case.person_id is None else case.person_id
    return b"%d\t%b\t%b\t%b\t%b" % (taken.case_id, taken.number.encode(), str(person).encode(), standing, said)


def standing_line(row: Mapping[str, Any]) -> bytes:
    """How a case stands, as COPY takes it."""
    return line([_text(row[name]) for name in _STANDING])


def said_line(row: Mapping[str, Any]) -> bytes:
    """What is said about it, as COPY takes it."""
    plain = line((
        None if row["lon"] is None else point_wkb(row["lon"], row["lat"]),
        *(row["source"], row["source_id"], _text(row["category_id"]), row["source_code"], _text(row["accuracy_m"])),
        *(row["address"], row["text"], row["camera_id"], _moment(row["occurred_at"]), row["grid_code"], str(row["ambiguous"])),
    ))  # fmt: skip
    media = field(orjson.dumps(row["media"])) if row["media"] else b"[]"  # Mostly there are none.
    return b"%b\t%b\t%b" % (plain, media, field(orjson.dumps(row["route"])))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


_moment = lru_cache(maxsize=4096)(datetime.isoformat)  # Most are the same few.


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


def kept_line(source: str, source_id: str, payload: str) -> bytes:
    """Of an alert's row, as COPY takes it, what is known before it is taken."""
    return line((source, source_id)) + b"\t" + field(payload.encode())


def keep_alerts(
    session: Session, alerts: Sequence[Kept], *, actor: str, received_at: datetime, said: Sequence[bytes] | None = None
) -> None:
    """Insert alerts as received and count those that joined on their cases.

    `said` is what `kept_line` makes of each, for who had the time to make it before.
    """
    if not alerts:
        return
    if len(alerts) >= MANY:
        same = line((actor, received_at.isoformat()))
        lines = zip(alerts, said or (kept_line(*alert[:3]) for alert in alerts), strict=True)
        copied = (b"%b\t%d\t%b\t%b" % (begun, alert.case_id, alert.relation.encode(), same) for alert, begun in lines)
        copy(session, "alert", (*Kept._fields, "actor", "received_at"), copied)
    else:
        rows = [{**alert._asdict(), "payload": orjson.Fragment(alert.payload)} for alert in alerts]
        run(session, _KEEP, {"rows": _json(rows), "actor": actor, "received_at": received_at})
    joined = [alert.case_id for alert in alerts if alert.relation == "joined"]
    if joined:
        run(session, _COUNT, {"ids": joined})
