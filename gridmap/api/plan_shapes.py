"""What answers about plans look like."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
import shapely
from flask import Response
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.accounts.rights import Scope
from gridmap.api.shapes import Json
from gridmap.api.zones import zone_feature
from gridmap.geo.measure import area_m2
from gridmap.grids.change import GridDraft, ZoneDraft
from gridmap.grids.codes import parent_of
from gridmap.http.json import Verbatim, answer
from gridmap.http.problems import tell
from gridmap.http.state import db, settings
from gridmap.http.versions import etag_of
from gridmap.http.who import caller, may
from gridmap.plans import lookup, presence
from gridmap.plans.flaws import Problem
from gridmap.plans.life import Stage, Turn, possible
from gridmap.plans.models import Plan
from gridmap.plans.operations.zoning import lies_within
from gridmap.plans.presence import Present
from gridmap.plans.state import State
from gridmap.plans.topojson import as_topojson
from gridmap.plans.topology import topology

CHANGES = {
    404: "No such plan or grid",
    409: "It is another version than you saw, or not possible at this stage; the body says how it stands",
    428: "If-Match is missing",
}


class PresentAnswer(BaseModel):
    """Somebody who has the plan open just now."""

    username: str
    name: str
    doing: str


class PlanAnswer(BaseModel):
    """A plan and where it stands."""

    id: int
    name: str
    ground: str
    stage: Stage
    version: int
    step: int
    steps: int
    owner: str
    base: int = Field(description="the publication it began with")
    publication: int | None = Field(description="the one that put it in force")
    approved_by: str | None
    made_at: datetime
    changed_at: datetime
    turns: list[str] = Field(description="what may be done with it at this stage; not `approve`, where the caller drew it")
    present: list[PresentAnswer] = Field(description="who has it open just now")


class PlansAnswer(BaseModel):
    """Plans, those changed last first."""

    plans: list[PlanAnswer]


class ProblemAnswer(BaseModel):
    """A problem with its place and size, and the deeds that would mend it."""

    flaw: str
    unfinished: bool = Field(description="no mistake, only something left to do")
    codes: list[str]
    place: list[float] = Field(description="longitude, latitude, WGS-84")
    bounds: list[float]
    length_m: float
    area_m2: float
    words: str
    geometry: Json
    repairs: list[Json] = Field(description="`deed` and `body`, as POST …/ops/{deed} takes it")


class DrawnAnswer(BaseModel):
    """What a deed did."""

    version: int
    step: int
    undo: int | None
    redo: int | None
    codes: list[str]
    ended: list[str]
    zones: list[Json] = Field(description="the zones it drew or changed, as GeoJSON features")
    topology: Json
    problems: list[ProblemAnswer]


def plans_told(plans: Iterable[Plan]) -> list[Json]:
    """Plans as answers tell them."""
    found = list(plans)
    names = lookup.usernames(db(), [one for plan in found for one in (plan.owner_id, plan.approved_by)])
    there = presence.present(db(), [plan.id for plan in found], clock.now())
    facts = ("id", "name", "ground", "stage", "version", "step", "steps", "made_at", "changed_at")
    return [
        {name: getattr(plan, name) for name in facts}
        | {"owner": names[plan.owner_id], "base": plan.base_id, "publication": plan.publication_id}
        | {"approved_by": names.get(plan.approved_by or 0), "turns": _turns(plan)}
        | {"present": [present_told(one) for one in there[plan.id]]}
        for plan in found
    ]


def _turns(plan: Plan) -> list[Turn]:
    """What may be done at this stage; who drew a plan does not approve it where two people are asked for."""
    found = possible(plan.stage)
    barred = Turn.APPROVE in found and settings().plan_two_people and caller().account_id in lookup.authors(db(), plan)
    return [turn for turn in found if not (barred and turn is Turn.APPROVE)]


def present_told(one: Present) -> Json:
    """Somebody who has a plan open."""
    return {"username": one.username, "name": one.name, "doing": one.doing}


def one(plan: Plan, status: int = 200) -> Response:
    """One plan with its ETag."""
    return tagged(answer(plans_told([plan])[0], status), plan)


def tagged(response: Response, plan: Plan) -> Response:
    """The answer with the plan's ETag; drafts are kept by nobody on the way."""
    response.set_etag(etag_of(plan.version))
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def topology_told(state: State, plan: Plan, codes: Iterable[str]) -> Json:
    """The shared arcs of these grids; junctions are those of the whole town."""
    wanted = frozenset(codes)
    made = topology(state.around(wanted)).only(wanted)
    touched = set(state.touched())
    said = {
        code: grid_told(state.grid(code)) | {"changed": code in touched, "drawn": code.startswith(plan.ground)}
        for code in made.faces
    }
    return as_topojson(made, said) | {"plan": {"id": plan.id, "version": plan.version, "step": plan.step}}


def grid_told(draft: GridDraft) -> Json:
    """What a grid is called and, for those who may know, who heads it."""
    seen = may("people.read", Scope(draft.code))
    head = {"name": draft.head_name, "phone": draft.head_phone} if seen else {"name": "", "phone": ""}
    return {"code": draft.code, "name": draft.name, "name_en": draft.name_en, "parent": parent_of(draft.code), "head": head}


def feature(draft: GridDraft, **more: Any) -> Json:
    """A grid as GeoJSON, digit for digit; villages and towns have no geometry of their own here."""
    shape = draft.shape
    size = None if shape is None else round(area_m2(shape), 1)
    text = None if shape is None else shapely.to_geojson(shape)
    properties = grid_told(draft) | {"area_m2": size} | more
    return {"type": "Feature", "id": draft.code, "geometry": Verbatim.of(text), "properties": properties}


def zone_told(state: State, zone: ZoneDraft) -> Json:
    """A special zone of a plan as GeoJSON, with its target's names there, whether the plan changes it, and whether it may."""
    changed = state.base.zones.get(zone.code) != zone
    return zone_feature(zone, state.find(zone.target), changed=changed, drawn=lies_within(state, zone.shape))


def problem_told(problem: Problem) -> Json:
    """A problem in the reader's language."""
    return {
        "flaw": problem.flaw,
        "unfinished": problem.unfinished,
        "codes": list(problem.codes),
        "place": [problem.lon, problem.lat],
        "bounds": list(problem.geometry.bounds),
        "length_m": round(problem.length_m, 3),
        "area_m2": round(problem.area_m2, 3),
        "words": tell(problem.text, problem.values),
        "geometry": orjson.Fragment(shapely.to_geojson(problem.geometry)),
        "repairs": [{"deed": repair.deed, "body": dict(repair.body)} for repair in problem.repairs],
    }
