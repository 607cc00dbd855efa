"""What a plan says, at any of its steps: arcs, grids, problems, differences, steps."""

from datetime import datetime
from typing import Annotated

import shapely
from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap.accounts.rights import Scope
from gridmap.api.fields import Bbox, QueryInteger, Strictly, bounds
from gridmap.api.plan_shapes import ProblemAnswer, feature, problem_told, tagged, topology_told, zone_told
from gridmap.api.plans import ID, READ, read
from gridmap.api.shapes import FeatureCollection, Json, collection
from gridmap.http.json import GEOJSON, answer
from gridmap.http.state import db, settings
from gridmap.http.who import may, needs
from gridmap.plans import lookup
from gridmap.plans.flaws import Limits
from gridmap.plans.models import PlanStep
from gridmap.plans.problems import problems, worst_first
from gridmap.plans.state import State

bp = APIBlueprint("plan_reading", __name__, url_prefix="/api/v1/plans", tag="Plans")
Step = Annotated[
    QueryInteger | None, Field(ge=0, le=2**31 - 1, description="after this step; default: where the plan stands; 0: the base")
]
NO_SUCH = {404: "No such plan or step"}


class StepQuery(Strictly):
    """At which step."""

    step: Step = None


class GroundQuery(StepQuery):
    """Where."""

    bbox: Bbox = None


class GridsQuery(GroundQuery):
    """Which grids."""

    changed: Annotated[bool, Field(description="only those that differ from the base")] = False


class CompareQuery(Strictly):
    """Two steps."""

    from_: Annotated[QueryInteger, Field(alias="from", ge=0, le=2**31 - 1)] = 0
    to: Step = None


class TopologyAnswer(BaseModel):
    """A TopoJSON topology with `arc_ids` and `sides` beside `arcs`; see docs/planning.md."""

    type: str
    arcs: list[list[list[float]]]
    arc_ids: list[str]
    sides: list[list[str]]
    objects: Json
    plan: Json


class ProblemsAnswer(BaseModel):
    """What is wrong or unfinished, the worst first."""

    version: int
    step: int
    problems: list[ProblemAnswer]


class StepAnswer(BaseModel):
    """One step: after which other, when, by whom, what."""

    step: int
    parent: int
    version: int
    at: datetime
    by: str
    deed: str
    body: Json
    codes: list[str]
    zones: list[str] = Field(description="special zones it drew, changed or ended")


class StepsAnswer(BaseModel):
    """All steps of all branches, in the order they were made."""

    current: int
    undo: int | None
    redo: int | None
    steps: list[StepAnswer]


class Difference(BaseModel):
    """A grid or a special zone that is not the same at two steps; null: it was not there."""

    code: str
    before: Json | None
    after: Json | None


class CompareAnswer(BaseModel):
    """What differs."""

    differences: list[Difference]
    zones: list[Difference] = Field(description="special zones that differ")


def _within(state: State, ground: str, bbox: str | None) -> list[str]:
    box = bounds(bbox)
    return list(state.near(shapely.box(*box)) if box else state.around(state.children(ground)))


@bp.get(f"/{ID}/topology")
@needs(READ)
@bp.input(GroundQuery, location="query", arg_name="query")
@bp.output(TopologyAnswer)
@bp.doc(summary="A plan's shared arcs as TopoJSON", responses=NO_SUCH)
def get_topology(plan_id: int, query: GroundQuery) -> Response:
    """The arcs of the grids in a box, or of all the plan's ground and its neighbours."""
    plan = read(plan_id)
    state = lookup.state(db(), plan, query.step)
    return tagged(answer(topology_told(state, plan, _within(state, plan.ground, query.bbox))), plan)


@bp.get(f"/{ID}/grids.geojson")
@needs(READ)
@bp.input(GridsQuery, location="query", arg_name="query")
@bp.output(FeatureCollection, content_type=GEOJSON)
@bp.doc(summary="A plan's micro-grids as GeoJSON", responses=NO_SUCH)
def get_plan_grids(plan_id: int, query: GridsQuery) -> Response:
    """The grids as they would be."""
    plan = read(plan_id)
    state = lookup.state(db(), plan, query.step)
    touched = set(state.touched())
    there = _within(state, plan.ground, query.bbox)
    shown = [code for code in there if code.startswith(plan.ground) and (code in touched or not query.changed)]
    features = [feature(state.grid(code), changed=code in touched, sources=list(state.origin(code))) for code in shown]
    return tagged(answer(collection(features), mimetype=GEOJSON), plan)


@bp.get(f"/{ID}/zones.geojson")
@needs(READ)
@bp.input(StepQuery, location="query", arg_name="query")
@bp.output(FeatureCollection, content_type=GEOJSON)
@bp.doc(
    summary="A plan's special zones as GeoJSON",
    description="`changed`: the plan changes it; `drawn`: it lies on the plan's ground, so the plan may; `version`: the plan's.",
    responses=NO_SUCH,
)
def get_plan_zones(plan_id: int, query: StepQuery) -> Response:
    """All the zones as they would be."""
    plan = read(plan_id)
    state = lookup.state(db(), plan, query.step)
    features = [zone_told(state, zone) for zone in state.zones.values()]
    return tagged(answer(collection(features, version=plan.version), mimetype=GEOJSON), plan)


@bp.get(f"/{ID}/problems")
@needs(READ)
@bp.input(StepQuery, location="query", arg_name="query")
@bp.output(ProblemsAnswer)
@bp.doc(summary="What is wrong with a plan", responses=NO_SUCH)
def get_problems(plan_id: int, query: StepQuery) -> Response:
    """Every problem of what the plan changed."""
    plan = read(plan_id)
    found = worst_first(problems(lookup.state(db(), plan, query.step), Limits.of(settings())))
    step = plan.step if query.step is None else query.step
    return tagged(answer({"version": plan.version, "step": step, "problems": [problem_told(one) for one in found]}), plan)


@bp.get(f"/{ID}/steps")
@needs(READ)
@bp.output(StepsAnswer)
@bp.doc(summary="A plan's steps", description="Those undone too: each names the one it was done after.", responses=NO_SUCH)
def get_steps(plan_id: int) -> Response:
    """Who did what."""
    plan = read(plan_id)
    facts = ("parent", "version", "at", "deed")
    told = [
        {name: getattr(found.step, name) for name in facts}
        | {"step": found.step.seq, "by": found.username, "codes": found.codes, "zones": found.zones, "body": _body(found.step)}
        for found in lookup.steps(db(), plan.id)
    ]
    return tagged(answer({"current": plan.step, **lookup.reach(db(), plan)._asdict(), "steps": told}), plan)


def _body(step: PlanStep) -> Json:
    """What was asked for; who is to head a grid, and their number, only for those who see people there."""
    if step.deed != "head" or may("people.read", Scope(step.body["code"])):
        return step.body
    return {name: value for name, value in step.body.items() if name not in ("head_name", "head_phone")}


@bp.get(f"/{ID}/compare")
@needs(READ)
@bp.input(CompareQuery, location="query", arg_name="query")
@bp.output(CompareAnswer)
@bp.doc(summary="What differs between two steps", responses=NO_SUCH)
def get_compare(plan_id: int, query: CompareQuery) -> Response:
    """The grids and zones that are not the same, each as it was and as it is."""
    plan = read(plan_id)
    before, after = (lookup.state(db(), plan, step) for step in (query.from_, query.to))
    codes = sorted(code for code in {*before.changed, *after.changed} if before.find(code) != after.find(code))
    zones = sorted(code for code in {*before.zoned, *after.zoned} if before.zones.get(code) != after.zones.get(code))
    told = {
        "differences": [_difference(code, _grid(code, before), _grid(code, after)) for code in codes],
        "zones": [_difference(code, _zone(code, before), _zone(code, after)) for code in zones],
    }
    return tagged(answer(told), plan)


def _difference(code: str, before: Json | None, after: Json | None) -> Json:
    return {"code": code, "before": before, "after": after}


def _grid(code: str, state: State) -> Json | None:
    draft = state.find(code)
    return None if draft is None else feature(draft)


def _zone(code: str, state: State) -> Json | None:
    zone = state.zones.get(code)
    return None if zone is None else zone_told(state, zone)
