"""Move open cases to the grids that hold their ground now; count the closed ones where they lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from shapely.geometry import Point
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.cases import lookup
from gridmap.cases.ground import in_box_sql
from gridmap.cases.models import OPEN_SQL
from gridmap.desk.redrawing.ground import Ground, index_of
from gridmap.journal.write import Event, write
from gridmap.places.lookup import KnownCamera, cameras
from gridmap.places.views import representative
from gridmap.routing.ask import Place, route_by
from gridmap.routing.index import GridIndex
from gridmap.routing.route import Basis, Route

COUNTED = timedelta(days=90)
_COLUMNS = """
    c.id, c.number, c.grid_code, c.closed_at IS NULL AS open, ST_X(c.location) AS lon, ST_Y(c.location) AS lat, c.accuracy_m,
    c.camera_id, c.route, c.due_at, c.state, c.received_at,
    (SELECT k.standard_ref || '/' || k.kind || '/' || k.code FROM category k WHERE k.id = c.category_id) AS category
"""
_OPEN = text(
    f"""
    WITH there AS (
        SELECT n.id
        FROM unnest(CAST(:west AS float8[]), CAST(:south AS float8[]), CAST(:east AS float8[]), CAST(:north AS float8[]))
             AS box (west, south, east, north)
        JOIN cases n ON n.{OPEN_SQL} AND {in_box_sql("n.location", "box.west", "box.south", "box.east", "box.north")}
        UNION SELECT n.id FROM cases n WHERE n.{OPEN_SQL} AND n.location IS NOT NULL AND n.grid_code = ANY(CAST(:codes AS text[]))
    )
    SELECT {_COLUMNS} FROM there JOIN cases c USING (id) ORDER BY c.id
    """
)
# In the order of ids, as whoever locks several cases does. Where a case lies nobody changes meanwhile; but it may have ended.
_LOCK = text(f"SELECT {_COLUMNS} FROM cases c WHERE c.id = ANY(:ids) AND c.{OPEN_SQL} ORDER BY c.id FOR UPDATE")
_RECENT = text(
    f"""
    SELECT {_COLUMNS} FROM cases c
    WHERE c.grid_code = ANY(CAST(:codes AS text[])) AND c.received_at > :since AND NOT c.{OPEN_SQL} AND c.location IS NOT NULL
    """
)
_MOVE = text(
    """
    UPDATE cases SET grid_code = row.grid_code, ambiguous = row.ambiguous, route = row.route, version = version + 1
    FROM json_to_recordset(CAST(:rows AS json)) AS row (id bigint, grid_code text, ambiguous bool, route json)
    WHERE cases.id = row.id
    """
)
# A task offered to the team of a case's grid is offered to that of its new one; whoever has accepted one keeps it.
_OFFER_ANEW = text(
    """
    UPDATE case_task t SET grid_code = row.grid_code
    FROM json_to_recordset(CAST(:rows AS json)) AS row (id bigint, before text, grid_code text)
    WHERE t.case_id = row.id AND t.state = 'waiting' AND t.team IS NOT NULL AND t.grid_code = row.before
      AND row.grid_code IS NOT NULL
    """
)


@dataclass(frozen=True)
class Moved:
    """A case that lies in another grid than before; None: in none. `zone`: the special zone that sends it, or sent it."""

    id: int
    number: str
    before: str | None
    after: str | None
    state: str
    due_at: datetime | None
    zone: str | None


@dataclass(frozen=True)
class Lying:
    """A case, open or of the last 90 days, by the grid it was counted in and the one that holds its ground now."""

    before: str | None
    after: str | None
    open: bool
    recent: bool
    due_at: datetime | None = None


@dataclass(frozen=True)
class Census:
    """The cases of a touched ground: which moved, and where all of them lie."""

    moved: list[Moved]
    lying: list[Lying]


def move(session: Session, ground: Ground, *, actor: str, limit_m: float, now: datetime) -> Census:
    """Route the open cases of the ground anew; each that changes grid gets its row in the journal. Closed ones stay.

    Those that stay where they are are neither written nor locked: others act on them meanwhile.
    """
    found = _found(session, ground, limit_m, now)
    after = {row.id: route for row, route in found.routed if _moves(row, route)}
    if not after:
        return _census(found, now)
    moving = [(row, after[row.id]) for row in session.execute(_LOCK, {"ids": list(after)})]
    ended = after.keys() - {row.id for row, _ in moving}
    _write(session, ground, moving, actor=actor, now=now)
    return _census(found._replace(routed=[(row, route) for row, route in found.routed if row.id not in ended]), now)


def survey(session: Session, ground: Ground, *, limit_m: float, now: datetime) -> Census:
    """What `move` would find, with no case written or locked."""
    return _census(_found(session, ground, limit_m, now), now)


class _Found(NamedTuple):
    """The open cases of the ground, each with its new route, and where those closed within 90 days lie."""

    routed: list[tuple[Any, Route]]
    closed: list[Lying]


def _found(session: Session, ground: Ground, limit_m: float, now: datetime) -> _Found:
    rows = session.execute(_OPEN, {**ground.around(limit_m), "codes": sorted(ground.before)}).all()
    past = session.execute(_RECENT, {"codes": sorted(ground.before), "since": now - COUNTED}).all()
    wide = ground.holding((row.lon, row.lat) for row in (*rows, *past))
    index = index_of(session, wide, max([limit_m, *(row.accuracy_m or 0.0 for row in rows)]))
    routes = route_by(index, [Place(row.lon, row.lat, category=row.category) for row in past], limit_m=limit_m)
    closed = [Lying(row.grid_code, route.grid, open=False, recent=True) for row, route in zip(past, routes, strict=True)]
    return _Found(list(zip(rows, _routes(session, rows, index, limit_m), strict=True)), closed)


def _moves(row: Any, route: Route) -> bool:
    return bool(route.grid != row.grid_code)


def _census(found: _Found, now: datetime) -> Census:
    moved = [
        Moved(row.id, row.number, row.grid_code, route.grid, row.state, row.due_at, _zone(row, route))
        for row, route in found.routed
        if _moves(row, route)
    ]
    since = now - COUNTED
    lying = [
        Lying(row.grid_code, route.grid, open=True, recent=row.received_at > since, due_at=row.due_at)
        for row, route in found.routed
    ]
    return Census(moved, lying + found.closed)


def _zone(row: Any, route: Route) -> str | None:
    return route.sent.zone.code if route.sent else row.route.get("zone", {}).get("code")


def _routes(session: Session, found: Sequence[Any], index: GridIndex, limit_m: float) -> list[Route]:
    seen = cameras(session, (row.camera_id for row in found if row.route["basis"] == Basis.CAMERA_VIEW and row.camera_id))
    routes = route_by(index, [_place(row, seen) for row in found], limit_m=limit_m)
    return [route._replace(basis=Basis(row.route["basis"])) for row, route in zip(found, routes, strict=True)]


def _place(row: Any, seen: dict[str, KnownCamera]) -> Place:
    """The spot it was routed by before; a view, if the camera still looks there, tells who else is in it."""
    view = seen[row.camera_id].view if row.camera_id in seen else None
    if view is not None and representative(view).equals(Point(row.lon, row.lat)):
        return Place(camera_view=view, category=row.category)
    accuracy = row.accuracy_m if row.route["basis"] == Basis.LOCATION else None
    return Place(row.lon, row.lat, accuracy, category=row.category)


def _write(session: Session, ground: Ground, moving: Sequence[tuple[Any, Route]], *, actor: str, now: datetime) -> None:
    rows = [
        {
            "id": row.id,
            "before": row.grid_code,
            "grid_code": route.grid,
            "ambiguous": route.ambiguous,
            "route": _facts(row, route, ground),
        }
        for row, route in moving
    ]
    given = {"rows": orjson.dumps(rows).decode()}
    session.execute(_MOVE, given)
    session.execute(_OFFER_ANEW, given)
    session.expire_all()  # Whoever holds one of these rows reads it anew.
    features = lookup.by_ids(session, [row.id for row, _ in moving], at=now)
    write(session, [_event(row, route, features[row.id], ground, actor) for row, route in moving])


def _facts(row: Any, route: Route, ground: Ground) -> dict[str, Any]:
    facts = route.facts()
    if "unknown_camera" in row.route:
        facts["unknown_camera"] = row.route["unknown_camera"]
    facts["redrawn"] = {"publication": ground.publication, "at": ground.at.isoformat(), "from": row.grid_code}
    return facts


def _event(row: Any, route: Route, feature: dict[str, Any], ground: Ground, actor: str) -> Event:
    told = {"from_grid": row.grid_code, "to_grid": route.grid, "publication": ground.publication}
    return Event("cases", "case.rerouted", row.number, actor, {"case": feature, **told, "at": ground.at.isoformat()})
