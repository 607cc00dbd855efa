"""A file with a whole set of grids becomes a plan, mended by named repairs; or with `preview` tells what these would be."""

import tempfile
from pathlib import Path
from typing import Annotated

from apiflask import APIBlueprint
from apiflask.fields import UploadFile
from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from gridmap import clock
from gridmap.accounts.rights import Scope
from gridmap.api.fields import Name
from gridmap.api.plan_bodies import Code
from gridmap.api.plan_drawing import DeedQuery
from gridmap.api.plan_shapes import PlanAnswer, ProblemAnswer, plans_told, problem_told, tagged
from gridmap.api.plans import DRAW
from gridmap.api.shapes import Json
from gridmap.desk.loading.as_plan import SetTerms, prepare_file
from gridmap.desk.loading.job import Terms
from gridmap.geo.datum import Datum
from gridmap.http import media
from gridmap.http.json import answer
from gridmap.http.problems import tell
from gridmap.http.state import db, settings
from gridmap.http.who import check, needs
from gridmap.plans.cleaning.mends import Mended, Round
from gridmap.plans.flaws import Limits
from gridmap.plans.importing import Imported, keep
from gridmap.plans.state import MICRO

MOST_PLACES = 200
bp = APIBlueprint("plan_import", __name__, url_prefix="/api/v1/plans", tag="Plans")


class ImportForm(BaseModel):
    """multipart/form-data: a file of grids as `gridmap load grids` takes it, and how to take it."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    file: Annotated[UploadFile, Field(description="GeoJSON, GeoPackage, zipped Shapefile, CSV or Excel, by its suffix")]
    name: Annotated[Name | None, Field(description="what the plan is called; default: the file's name")] = None
    ground: Annotated[Code | None, Field(description="the town or village it is for; default: the one the codes are of")] = None
    datum: Annotated[Datum | None, Field(description="of the coordinates, unless the file says it; never guessed")] = None
    repair_m2: Annotated[
        float | None, Field(ge=0, le=1e6, description="mend up to this size, m²; default: GRIDMAP_PLAN_REPAIR_AREA")
    ] = None


class MendedAnswer(BaseModel):
    """One repair in its place."""

    codes: list[str]
    to: str = Field(description="who has the ground afterwards, where it changes hands")
    place: list[float] = Field(description="longitude, latitude, WGS-84")
    bounds: list[float]
    length_m: float
    area_m2: float
    words: str


class RepairAnswer(BaseModel):
    """What one named repair does, the largest places first."""

    repair: str
    count: int
    area_m2: float
    places: list[MendedAnswer]
    left_off: int = Field(description="places not listed here")


class ImportAnswer(BaseModel):
    """The plan that came of a set, its repairs in the order they are made, and what is still to be decided."""

    plan: PlanAnswer | None = Field(description="null in a preview: nothing is kept")
    ground: str
    changed: list[str] = Field(description="micro-grids that are new or differ from those in force")
    ended: list[str] = Field(description="micro-grids in force that the set leaves out")
    repairs: list[RepairAnswer]
    problems: list[ProblemAnswer]


@bp.url_value_preprocessor
def _large_bodies(endpoint: str | None, _values: Json | None) -> None:
    if endpoint == "plan_import.post_import":
        media.admit_large_bodies(settings().plan_file_bytes)


@bp.post("/import")
@needs(DRAW)
@bp.input(ImportForm, location="form_and_files", arg_name="form")
@bp.input(DeedQuery, location="query", arg_name="query")
@bp.output(ImportAnswer, status_code=201)
@bp.doc(
    summary="Import a whole set of grids as a plan",
    description="The set is mended by named repairs, each a step of the plan: corners onto the lattice, outlines that cross"
    " themselves, corners neighbours don't share, and up to `repair_m2` overlaps, ground outside, gaps, loose pieces. With"
    " `preview=true` they are listed, and nothing is kept (200). What can't be mended is refused with its places.",
    responses={200: "What it would be", 413: "Too large", 422: "It makes no sense, or can't be mended; `problems` says where"},
)
def post_import(form: ImportForm, query: DeedQuery) -> Response:
    """The plan, or what it would be."""
    called = Path(form.file.filename or "").name
    made = _read(form, called)
    caller = check(DRAW, Scope(made.state.ground))
    if query.preview:
        return answer(_told(made) | {"plan": None})
    plan = keep(db(), form.name or Path(called).stem[:200], made, file=called[:200], caller=caller)
    db().commit()
    return tagged(answer(_told(made) | {"plan": plans_told([plan])[0]}, 201), plan)


def _read(form: ImportForm, called: str) -> Imported:
    most = settings().plan_repair_area if form.repair_m2 is None else form.repair_m2
    with tempfile.TemporaryDirectory(prefix="gridmap-") as folder:
        path = Path(folder) / f"set{Path(called).suffix.lower()[:10]}"
        form.file.save(path)
        terms = SetTerms(form.datum, form.ground, most, Limits.of(settings()))
        return prepare_file(db(), path, terms, Terms(actor="", now=clock.now()))


def _told(made: Imported) -> Json:
    state = made.state
    touched = [code for code in state.touched() if len(code) == MICRO and code.startswith(state.ground)]
    return {
        "ground": state.ground,
        "changed": [code for code in touched if state.find(code) is not None],
        "ended": [code for code in touched if state.find(code) is None],
        "repairs": [_repair(one) for one in made.rounds if one.made],
        "problems": [problem_told(problem) for problem in made.problems],
    }


def _repair(one: Round) -> Json:
    largest = sorted(one.made, key=lambda made: (-made.area_m2, -made.length_m, made.codes))
    return {
        "repair": one.mend,
        "count": len(one.made),
        "area_m2": round(sum(made.area_m2 for made in one.made), 3),
        "places": [_mended(made) for made in largest[:MOST_PLACES]],
        "left_off": max(0, len(largest) - MOST_PLACES),
    }


def _mended(made: Mended) -> Json:
    size = {"length_m": round(made.length_m, 6), "area_m2": round(made.area_m2, 6)}
    where = {"place": [made.lon, made.lat], "bounds": list(made.geometry.bounds)}
    return {"codes": list(made.codes), "to": made.to, "words": tell(made.text, made.values)} | where | size
