"""Grids: their boundaries as GeoJSON, one grid's card, and the counts the map carries."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.accounts.rights import Scope
from gridmap.api import staff_shapes as shapes
from gridmap.api.fields import Bbox, QueryPastMoment, Strictly, bounds
from gridmap.api.shapes import FeatureCollection, Json, collection
from gridmap.cases import figures
from gridmap.grids import descent, lookup
from gridmap.grids.codes import LENGTHS, Level
from gridmap.grids.lineage import Kind
from gridmap.http.etag import while_unchanged
from gridmap.http.json import GEOJSON, Verbatim, answer
from gridmap.http.state import db
from gridmap.http.who import may, needs, sees
from gridmap.journal import feed
from gridmap.places import lookup as places

bp = APIBlueprint("grids", __name__, url_prefix="/api/v1", tag="Grids")


class GridsQuery(Strictly):
    """Which grids; all of them when nothing is said."""

    level: Level | None = None
    at: Annotated[QueryPastMoment | None, Field(description="the boundaries in force at this past moment; default now")] = None
    bbox: Bbox = None


class Kin(BaseModel):
    """A grid that has, or had, ground of another: which share of it, and since when."""

    code: str
    name: str
    name_en: str
    share: float
    since: datetime


class TurnAnswer(BaseModel):
    """What one publish did to the ground of two grids; `to_code` null: it is nobody's any more."""

    publication: int
    at: datetime
    from_code: str
    to_code: str | None
    kind: Kind
    area_m2: float
    area_share: float
    cases: int | None
    case_share: float | None


class LineageQuery(Strictly):
    """As of when."""

    at: Annotated[QueryPastMoment | None, Field(description="a moment in the past; default: before anything happened to it")] = (
        None
    )


class LineageAnswer(BaseModel):
    """Where a grid's ground came from and went to."""

    code: str
    turns: list[TurnAnswer] = Field(description="every publish in which it gave or got ground, oldest first")
    names: dict[str, Json] = Field(description="what the grids of `turns` are called now, by code")
    successors: list[Kin] = Field(description="who has now the ground it had at `at`")
    ancestors: list[Kin] = Field(description="who had at `at` the ground it has now, or had at its end")


class GridCard(BaseModel):
    """One grid: who heads it, what lies in it, how much work it has."""

    code: str
    level: Level
    name: str
    name_en: str
    parent: Json | None
    children: list[Json]
    head: Json
    area_m2: float | None
    bounds: list[float] | None
    label: list[float] | None
    open_cases: int
    cases_24h: int
    overdue: int
    cameras: int
    service_points: int
    circle_share: float | None = Field(description="share of the area within one-square-kilometre service circles, 0 to 1")
    boundary: Json | None
    retired_at: datetime | None
    successors: list[Kin] = Field(description="of a grid that has ended: who has its ground now, with shares from 0 to 1")


class CountsAnswer(BaseModel):
    """Open cases by grid of every level, as of a feed position."""

    position: int
    counts: dict[str, dict[str, int]]
    unrouted: int
    triage: int
    total_open: int


@bp.get("/grids.geojson")
@needs("map.read")
@bp.input(GridsQuery, location="query", arg_name="query")
@bp.output(FeatureCollection, content_type=GEOJSON)
@bp.doc(summary="Grids with their boundaries", description="Full precision, no simplification. ETag: the data's version.")
def get_grids(query: GridsQuery) -> Response:
    """The grids in force, as features."""

    def make() -> Response:
        rows = lookup.features(db(), level=query.level, at=query.at, bounds=bounds(query.bbox))
        return answer(collection([_feature(row) for row in rows]), mimetype=GEOJSON)

    return while_unchanged(("grids",), make, variant=sees("people.read"))


def _head(code: str, name: str, phone: str) -> Json:
    """Who heads a grid, for those in whose scope it lies."""
    return {"name": name, "phone": phone} if may("people.read", Scope(code)) else {"name": "", "phone": ""}


def _feature(row: dict[str, Any]) -> Json:
    return {
        "type": "Feature",
        "id": row["code"],
        "geometry": Verbatim.of(row["geometry"]),
        "properties": {
            "code": row["code"],
            "name": row["name"],
            "name_en": row["name_en"],
            "level": row["level"],
            "parent": row["parent_code"],
            "head": _head(row["code"], row["head_name"], row["head_phone"]),
            "area_m2": round(row["area_m2"], 1),
            "label": [row["label_lon"], row["label_lat"]],
            "valid_from": row["valid_from"],
            "publication": row["publication_id"],
        },
    }


@bp.get("/grids/counts")
@needs("map.read")
@bp.output(CountsAnswer)
@bp.doc(summary="Open cases by grid", description="Every level's code is a key; grids without open cases are left out.")
def get_counts() -> Response:
    """The figures on the map."""
    # The position first: an event between the two reads is then told again, rather than lost.
    position = feed.last_position(db())
    now = clock.now()
    found = figures.open_counts(db(), now=now, day_ago=now - timedelta(hours=24))
    total: dict[str, dict[str, int]] = {}
    for code, there in found.items():
        for digits in LENGTHS.values() if code else ():
            sums = total.setdefault((code or "")[:digits], {"open": 0, "last_24h": 0, "overdue": 0})
            for key in sums:
                sums[key] += there[key]
    return answer(
        {
            "position": position,
            "counts": total,
            "unrouted": found.get(None, {}).get("open", 0),
            "triage": sum(there["triage"] for there in found.values()),
            "total_open": sum(there["open"] for there in found.values()),
        }
    )


@bp.get("/grids/<code>")
@needs("map.read")
@bp.output(GridCard)
@bp.doc(summary="One grid", responses={404: "No such grid"})
def get_grid(code: str) -> Response:
    """One grid's card; a retired grid still answers, with the date it ended."""
    grid = lookup.grid(db(), code)
    boundary = lookup.latest_boundary(db(), code)
    parent = lookup.names(db(), [grid.parent_code]).get(grid.parent_code) if grid.parent_code else None
    now = clock.now()
    load = figures.grid_load(db(), code, now=now, day_ago=now - timedelta(hours=24))
    inside = places.inside(db(), boundary.id) if boundary else places.Inside(0, 0, None)
    card = {
        "code": grid.code,
        "level": grid.level,
        "name": grid.name,
        "name_en": grid.name_en,
        "parent": parent._asdict() if parent else None,
        "children": [
            {"code": c.code, "name": c.name, "name_en": c.name_en, "level": c.level} for c in lookup.children(db(), code)
        ],
        "head": shapes.head(grid),
        "area_m2": round(boundary.area_m2, 1) if boundary else None,
        "bounds": list(boundary.geom.bounds) if boundary else None,
        "label": [boundary.label.x, boundary.label.y] if boundary else None,
        **load,
        "cameras": inside.cameras,
        "service_points": inside.service_points,
        "circle_share": inside.circle_share,
        "boundary": _span(boundary) if boundary else None,
        "retired_at": grid.retired_at,
        "successors": [_kin(one) for one in descent.successors(db(), code, now)] if grid.retired_at else [],
    }
    return answer(card)


@bp.get("/grids/<code>/lineage")
@needs("map.read")
@bp.input(LineageQuery, location="query", arg_name="query")
@bp.output(LineageAnswer)
@bp.doc(
    summary="Where a grid's ground came from and went to",
    description="Splits, merges and moved borders through all publishes, with shares of ground. Old codes answer for ever.",
    responses={404: "No such grid"},
)
def get_lineage(code: str, query: LineageQuery) -> Response:
    """A grid's lineage; of one that has ended too."""
    lookup.grid(db(), code)
    told = descent.turns(db(), code)
    at = query.at or (told[0].at - timedelta(microseconds=1) if told else clock.now())
    return answer(
        {
            "code": code,
            "turns": [asdict(turn) for turn in told],
            "names": {one: found._asdict() for one, found in lookup.names(db(), _named(told)).items()},
            "successors": [_kin(one) for one in descent.successors(db(), code, at)],
            "ancestors": [_kin(one) for one in descent.ancestors(db(), code, at, until=clock.now())],
        }
    )


def _named(turns: Iterable[descent.Turn]) -> list[str]:
    return sorted({code for turn in turns for code in (turn.from_code, turn.to_code) if code})


def _kin(one: descent.Kin) -> Json:
    return {**one.grid._asdict(), "share": round(one.share, 6), "since": one.since}


def _span(boundary: Any) -> Json:
    valid = boundary.valid
    return {"id": boundary.id, "publication": boundary.publication_id, "valid_from": valid.lower, "valid_until": valid.upper}
