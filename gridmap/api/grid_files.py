"""Whole sets of grids as files, with their lineage and special zones: of a moment, of a publication, of a plan."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from gridmap import clock
from gridmap.accounts.rights import Scope
from gridmap.api.fields import QueryInteger, QueryPastMoment, Strictly
from gridmap.api.plan_reading import StepQuery
from gridmap.api.plans import ID, READ, read
from gridmap.api.shapes import Responses, raw
from gridmap.desk.loading.sets import SUFFIXES, moment_of, of_moment, of_plan, write_set
from gridmap.geo.files.contents import Layer
from gridmap.http.json import GEOJSON
from gridmap.http.reading import from_anywhere
from gridmap.http.state import db
from gridmap.http.who import may, needs

SUFFIX = f"<any({', '.join(SUFFIXES)}):suffix>"
_TYPES = {
    "geojson": GEOJSON,
    "gpkg": "application/geopackage+sqlite3",
    "zip": "application/zip",
    "kml": "application/vnd.google-earth.kml+xml",
    "csv": "text/csv; charset=utf-8",
}
_WHAT = (
    "GeoJSON, GeoPackage, zipped Shapefile, KML, or the codes as CSV, those that have ended too. `since` and `made_from` stand"
    " with each grid; who gave how much of its ground to whom is a table beside them (in KML a CSV text). The special zones"
    " are a layer `zones` of a GeoPackage, `zones.csv` beside a Shapefile, the member `zones` of GeoJSON (a FeatureCollection)"
    " and a folder of KML."
)
_FILE: Responses = {200: raw("application/octet-stream", "The file, by its suffix"), 422: "The format can't hold it"}
Encoding = Annotated[Literal["utf-8", "gbk"], Field(description="of a Shapefile's text; its .cpg says it too")]
bp = APIBlueprint("grid_files", __name__, url_prefix="/api/v1", tag="Grids")


class SetQuery(Strictly):
    """As of when."""

    at: Annotated[QueryPastMoment | None, Field(description="the grids in force at this moment; default: now")] = None
    publication: Annotated[
        QueryInteger | None, Field(ge=1, le=2**31 - 1, description="as this publication left them; before `at`")
    ] = None
    encoding: Encoding = "utf-8"


class PlanSetQuery(StepQuery):
    """Of which step."""

    encoding: Encoding = "utf-8"


@bp.get(f"/grids/export.{SUFFIX}")
@needs("map.read")
@bp.input(SetQuery, location="query", arg_name="query")
@bp.doc(summary="All grids of a moment as a file", description=_WHAT, responses={**_FILE, 404: "No such publication"})
def get_grids_file(suffix: str, query: SetQuery) -> Response:
    """The grids in force at a moment."""
    at = query.at or clock.now()
    if query.publication is not None:
        at = moment_of(db(), query.publication)
    name = f"grids-{clock.local(at):%Y%m%d-%H%M}"
    return from_anywhere(("grids",), lambda: _file(of_moment(db(), at, _sees), suffix, query.encoding, name))


@bp.get(f"/plans/{ID}/export.{SUFFIX}")
@needs(READ)
@bp.input(PlanSetQuery, location="query", arg_name="query")
@bp.doc(summary="A plan's grids as a file", description=_WHAT, responses={**_FILE, 404: "No such plan or step"})
def get_plan_file(suffix: str, plan_id: int, query: PlanSetQuery) -> Response:
    """The grids as they would be."""
    plan = read(plan_id)
    step = plan.step if query.step is None else query.step
    return _file(of_plan(db(), plan, step, _sees), suffix, query.encoding, f"plan-{plan.id}-step-{step}")


def _sees(code: str) -> bool:
    return may("people.read", Scope(code))


def _file(layer: Layer, suffix: str, encoding: str, name: str) -> Response:
    with tempfile.TemporaryDirectory(prefix="gridmap-") as folder:
        path = Path(folder) / f"grids.{suffix}"
        write_set(path, replace(layer, encoding=encoding.upper()))
        response = Response(path.read_bytes(), mimetype=_TYPES[suffix])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response
