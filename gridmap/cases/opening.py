"""Write new cases and the alerts as received: few by INSERT, many by COPY, a whole chunk at once.

Lines for COPY can be made by who has the time before the locks are held.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy.orm import Session

from gridmap.cases.models import DAY_SQL
from gridmap.cases.taking import Taken
from gridmap.db import MANY, NULL, as_json, copy, field, line, run
from gridmap.geo.shapes import point_wkb

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


Opened = Callable[[tuple[str, str], Taken], None]


def open_cases(session: Session, cases: Sequence[NewCase], opened: Opened) -> None:
    """Insert cases. `opened` is told what became of each, by (source, source_id); of many, while the database writes them."""
    if 0 < len(cases) < MANY:
        for case_id, number, *key in run(session, _OPEN, {"rows": as_json([case.row for case in cases])}):
            opened((key[0], key[1]), Taken(case_id, number))
    elif cases:
        numbers = run(session, _NUMBERS, {"how_many": len(cases)})
        copy(
            session,
            "cases",
            _COPIED,
            _case_lines(cases, [Taken(id_, numbered(day, count)) for id_, count, day in numbers], opened),
        )


def numbered(day: str, count: int) -> str:
    """The number of a case as the column's default makes it."""
    return f"{day}-{count:06d}"


_COPIED = ("id", "number", "person_id", *_STANDING, "location", *_SAID)


def _case_lines(cases: Sequence[NewCase], taken: Sequence[Taken], opened: Opened) -> Iterator[bytes]:
    for case, one in zip(cases, taken, strict=True):
        yield _case_line(one, case)
        opened(case.key, one)


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
        run(session, _KEEP, {"rows": as_json(rows), "actor": actor, "received_at": received_at})
    joined = [alert.case_id for alert in alerts if alert.relation == "joined"]
    if joined:
        run(session, _COUNT, {"ids": joined})
