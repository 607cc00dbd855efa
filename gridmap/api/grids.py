"""Grids: their boundaries as GeoJSON, and where their ground came from and went to."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.accounts.rights import Scope
from gridmap.api.fields import Bbox, QueryPastMoment, Strictly, bounds
from gridmap.api.shapes import FeatureCollection, Json, collection
from gridmap.grids import descent, lookup
from gridmap.grids.codes import Level
from gridmap.grids.lineage import Kind
from gridmap.http.etag import while_unchanged
from gridmap.http.json import GEOJSON, Verbatim, answer
from gridmap.http.state import db
from gridmap.http.who import may, needs, sees

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
            "successors": [kin(one) for one in descent.successors(db(), code, at)],
            "ancestors": [kin(one) for one in descent.ancestors(db(), code, at, until=clock.now())],
        }
    )


def _named(turns: Iterable[descent.Turn]) -> list[str]:
    return sorted({code for turn in turns for code in (turn.from_code, turn.to_code) if code})


def kin(one: descent.Kin) -> Json:
    """A grid that has, or had, ground of another."""
    return {**one.grid._asdict(), "share": round(one.share, 6), "since": one.since}
