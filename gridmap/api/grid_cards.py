"""One grid's card, and the counts the map carries; now, or as it was at a past moment."""

from datetime import datetime
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.api import staff_shapes as shapes
from gridmap.api.fields import QueryPastMoment, Strictly
from gridmap.api.grids import Kin, kin
from gridmap.api.shapes import Json
from gridmap.cases import figures
from gridmap.grids import descent, lookup
from gridmap.grids.codes import LENGTHS, Level
from gridmap.grids.family import family
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import needs
from gridmap.journal import feed
from gridmap.maps.crowds.counting import by_grid
from gridmap.places import lookup as places

bp = APIBlueprint("grid_cards", __name__, url_prefix="/api/v1", tag="Grids")


class MomentQuery(Strictly):
    """As of when."""

    at: Annotated[QueryPastMoment | None, Field(description="as it was at this past moment; default now")] = None


class GridCard(BaseModel):
    """One grid: who heads it, what lies in it, how much work it has.

    Of a past moment: its boundary, names, head, children and cases are those of then. Cameras and service points have no past on
    record: those there are now are counted by the boundary of then.
    """

    code: str
    at: datetime | None = Field(description="the past moment asked for; null: now")
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
    total_last_24h: int = Field(description="of the open ones")
    total_overdue: int


@bp.get("/grids/counts")
@needs("map.read")
@bp.input(MomentQuery, location="query", arg_name="query")
@bp.output(CountsAnswer)
@bp.doc(
    summary="Open cases by grid",
    description="Every level's code is a key; grids without open cases are left out. With `at`: those open then, by the grid"
    " they lay in then.",
)
def get_counts(query: MomentQuery) -> Response:
    """The figures on the map."""
    # The position first: an event between the two reads is then told again, rather than lost.
    position = feed.last_position(db())
    found = by_grid(db(), clock.now()) if query.at is None else figures.open_counts_then(db(), query.at)
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
            **{f"total_{key}": sum(there[key] for there in found.values()) for key in ("open", "last_24h", "overdue")},
        }
    )


@bp.get("/grids/<code>")
@needs("map.read")
@bp.input(MomentQuery, location="query", arg_name="query")
@bp.output(GridCard)
@bp.doc(summary="One grid", responses={404: "No such grid, or it was not there at that moment"})
def get_grid(code: str, query: MomentQuery) -> Response:
    """One grid's card; a retired grid still answers, with the date it ended."""
    now, grid = clock.now(), lookup.grid(db(), code)
    kin_of = family(db(), code, query.at)
    boundary = lookup.latest_boundary(db(), code) if query.at is None else lookup.boundary_at(db(), code, query.at)
    inside = places.inside(db(), boundary.id) if boundary else places.Inside(0, 0, None)
    card = {
        "code": code,
        "at": query.at,
        "level": grid.level,
        "name": kin_of.own.name,
        "name_en": kin_of.own.name_en,
        "parent": kin_of.parent._asdict() if kin_of.parent else None,
        "children": [one._asdict() | {"level": level} for one, level in kin_of.children],
        "head": shapes.head(kin_of.own, query.at),
        **_ground(boundary),
        **figures.grid_load(db(), code, now=now, at=query.at),
        "cameras": inside.cameras,
        "service_points": inside.service_points,
        "circle_share": inside.circle_share,
        "retired_at": grid.retired_at,
        "successors": [kin(one) for one in descent.successors(db(), code, now)] if grid.retired_at else [],
    }
    return answer(card)


def _ground(boundary: Any) -> Json:
    if boundary is None:
        return dict.fromkeys(("area_m2", "bounds", "label", "boundary"))
    valid = boundary.valid
    span = {"id": boundary.id, "publication": boundary.publication_id, "valid_from": valid.lower, "valid_until": valid.upper}
    facts = {"area_m2": round(boundary.area_m2, 1), "bounds": list(boundary.geom.bounds), "boundary": span}
    return facts | {"label": [boundary.label.x, boundary.label.y]}
