"""Reads of cases, as GeoJSON features and as figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.features import feature, moment_text
from gridmap.cases.ground import in_box_sql
from gridmap.cases.models import OPEN_SQL
from gridmap.cases.past import EVERY_CASE, PAST_AS_CASES, any_past, past_id
from gridmap.cases.states import OPEN_STATES, State
from gridmap.errors import NotFound, msg
from gridmap.grids.lookup import Bounds

_COLUMNS = """
    c.id, c.number, c.state, c.due_at, c.source, c.source_id, c.source_code, c.occurred_at, c.received_at, c.handled_at,
    c.closed_at, c.address, c.text, c.accuracy_m, c.camera_id, c.alerts, c.ambiguous, c.grid_code, c.category_id, c.version,
    ST_X(c.location) AS lon, ST_Y(c.location) AS lat,
    k.standard_ref, k.kind, k.code, k.name_zh, k.name_en, k.group_zh, k.group_en,
    m.name AS micro_name, m.name_en AS micro_name_en, v.name AS village_name, v.name_en AS village_name_en,
    t.name AS town_name, t.name_en AS town_name_en
"""
_JOINS = """
    LEFT JOIN category k ON k.id = c.category_id
    LEFT JOIN grid m ON m.code = c.grid_code
    LEFT JOIN grid v ON v.code = left(c.grid_code, 12)
    LEFT JOIN grid t ON t.code = left(c.grid_code, 9)
"""


_IN_BOX = in_box_sql("c.location", *(f"CAST(:{side} AS float8)" for side in ("west", "south", "east", "north")))
_CATEGORY = """
    (k.standard_ref, k.kind, k.code)
    IN (SELECT * FROM unnest(CAST(:refs AS text[]), CAST(:kinds AS text[]), CAST(:codes AS text[])))
"""


@dataclass(frozen=True)
class Filter:
    """Which cases are asked for; what is None or empty does not restrict.

    `grid` may be a code of any level; `tray` is "unrouted" or "triage"; `text` is looked for in number, address and text;
    `before` is the cursor: (received_at, id) of the last case seen.
    """

    bounds: Bounds | None = None
    states: Sequence[State] = ()
    grid: str | None = None
    category: Sequence[tuple[str, str, str]] = field(default=())
    source: str | None = None
    since: datetime | None = None
    tray: str | None = None
    text: str | None = None
    before: tuple[datetime, int] | None = None

    @property
    def among(self) -> str:
        """What to look in: open cases are none of the past."""
        return "cases" if self.states and set(self.states) <= set(OPEN_STATES) else EVERY_CASE

    def where(self) -> tuple[str, dict[str, Any]]:
        """The condition in SQL and its values."""
        parts = ["true"]
        values: dict[str, Any] = {}
        for asked, condition, given in self._conditions():
            if asked:
                parts.append(condition)
                values |= given
        return " AND ".join(parts), values

    def _conditions(self) -> list[tuple[bool, str, dict[str, Any]]]:
        box = dict(zip(("west", "south", "east", "north"), self.bounds or (None,) * 4, strict=True))
        pattern = "%" + "".join("\\" + c if c in "%_\\" else c for c in self.text or "") + "%"
        seen_at, seen_id = self.before or (None, None)
        refs, kinds, codes = ([key[i] for key in self.category] for i in range(3))
        everything_open = bool(self.states) and set(self.states) == set(OPEN_STATES)
        return [
            (self.bounds is not None, _IN_BOX, box),
            # Written out, because only then the indexes of open cases serve.
            (everything_open, "c." + OPEN_SQL, {}),
            (bool(self.states) and not everything_open, "c.state = ANY(:states)", {"states": [s.value for s in self.states]}),
            (self.grid is not None, "c.grid_code LIKE :grid", {"grid": f"{self.grid}%"}),
            (
                bool(self.category),
                _CATEGORY,
                {"refs": refs, "kinds": kinds, "codes": codes},
            ),
            (self.source is not None, "c.source = :source", {"source": self.source}),
            (self.since is not None, "c.received_at >= :since", {"since": self.since}),
            (self.tray == "unrouted", "c.grid_code IS NULL", {}),
            (self.tray == "triage", "c.category_id IS NULL", {}),
            (bool(self.text), "(c.number ILIKE :text OR c.address ILIKE :text OR c.text ILIKE :text)", {"text": pattern}),
            (self.before is not None, "(c.received_at, c.id) < (:seen_at, :seen_id)", {"seen_at": seen_at, "seen_id": seen_id}),
        ]


@dataclass(frozen=True)
class Page:
    """Some cases, newest first; `next` is the cursor of the following page, `matched` how many fit in all."""

    features: list[dict[str, Any]]
    next: tuple[datetime, int] | None
    matched: int


def page(session: Session, asked: Filter, *, limit: int, at: datetime | None = None) -> Page:
    """One page of the cases that fit `asked`, as features."""
    rows = _rows(session, asked, limit + 1, among=asked.among)
    last = rows[limit - 1] if len(rows) > limit else None
    moment = at or clock.now()
    return Page(
        [feature(dict(row), moment) for row in rows[:limit]],
        (last["received_at"], last["id"]) if last else None,
        _matched(session, asked, rows[:limit], complete=last is None),
    )


def newest(session: Session, asked: Filter, *, limit: int) -> list[dict[str, Any]]:
    """The newest cases that fit, as features; uncounted, which a search while somebody types can do without.

    Of the past only the case with this very number: to look through all texts of many years takes too long for that.
    """
    rows = [*_rows(session, asked, limit, among="cases")]
    if (past := past_id(asked.text or "")) is not None:
        rows += session.execute(_PAST_DETAIL, {"id": past}).mappings().all()
    return [feature(dict(row), clock.now()) for row in rows]


def _rows(session: Session, asked: Filter, limit: int, *, among: str) -> Sequence[Any]:
    where, values = asked.where()
    query = f"SELECT {_COLUMNS} FROM {among} c {_JOINS} WHERE {where} ORDER BY c.received_at DESC, c.id DESC LIMIT :limit"
    return session.execute(text(query), {**values, "limit": limit}).mappings().all()


def _matched(session: Session, asked: Filter, rows: Sequence[Any], *, complete: bool) -> int:
    if asked.before is None and complete:
        return len(rows)
    where, values = Filter(**{**asked.__dict__, "before": None}).where()
    join = "LEFT JOIN category k ON k.id = c.category_id" if asked.category else ""
    return int(session.execute(text(f"SELECT count(*) FROM {asked.among} c {join} WHERE {where}"), values).scalar_one())


def by_ids(session: Session, ids: Sequence[int], *, at: datetime | None = None) -> dict[int, dict[str, Any]]:
    """The features of these cases, by id."""
    among = EVERY_CASE if any_past(ids) else "cases"
    query = text(f"SELECT {_COLUMNS} FROM {among} c {_JOINS} WHERE c.id = ANY(CAST(:ids AS bigint[]))")
    moment = at or clock.now()
    rows = session.execute(query, {"ids": list(ids)}).mappings()
    return {row["id"]: feature(dict(row), moment) for row in rows}


def routes(session: Session, numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The facts of these cases' routes, by number."""
    query = text("SELECT number, route FROM cases WHERE number = ANY(CAST(:numbers AS text[]))")
    return {row.number: row.route for row in session.execute(query, {"numbers": list(numbers)})}


_DETAIL = text(f"SELECT {_COLUMNS}, c.route, c.media FROM cases c {_JOINS} WHERE c.number = :number")
_PAST_DETAIL = text(f"SELECT {_COLUMNS}, c.route, c.media FROM ({PAST_AS_CASES}) c {_JOINS} WHERE c.id = :id")
_ALERTS = text("SELECT source, source_id, received_at, relation FROM alert WHERE case_id = :id ORDER BY id LIMIT 200")


@dataclass(frozen=True)
class Detail:
    """One case: its feature, its route's facts, its media and the alerts that belong to it (the first 200).

    Of a `past` case nothing but this is known, and nothing can be done with it.
    """

    id: int
    feature: dict[str, Any]
    route: dict[str, Any]
    media: list[dict[str, Any]]
    alerts: list[dict[str, Any]]
    past: bool = False


def detail(session: Session, number: str) -> Detail:
    """Everything about the case with this number; `NotFound` when there is none."""
    row = session.execute(_DETAIL, {"number": number}).mappings().one_or_none()
    if row is None and (past := past_id(number)) is not None:
        row = session.execute(_PAST_DETAIL, {"id": past}).mappings().one_or_none()
        if row is not None:
            return _past(row)
    if row is None:
        raise NotFound(msg("There is no case with the number '%(number)s'"), number=number[:40])
    alerts = [
        {**alert, "received_at": moment_text(alert["received_at"])}
        for alert in session.execute(_ALERTS, {"id": row["id"]}).mappings()
    ]
    return Detail(row["id"], feature(dict(row), clock.now()), row["route"], row["media"], alerts)


def _past(row: Mapping[Any, Any]) -> Detail:
    """Its file said it once, so one alert opened it."""
    alert = {
        "source": row["source"],
        "source_id": row["source_id"],
        "received_at": moment_text(row["received_at"]),
        "relation": "opened",
    }
    return Detail(row["id"], feature(dict(row), clock.now()), row["route"], row["media"], [alert], past=True)
