"""Who may head a grid of a plan: those with a post on its ground, told by what may hang on a wall of them."""

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap.api.fields import Strictly
from gridmap.api.plan_bodies import Code, HeadBody
from gridmap.api.plans import DRAW, ID, read
from gridmap.api.shapes import Json
from gridmap.api.staff_shapes import Kind, kind
from gridmap.errors import Invalid, msg
from gridmap.grids.codes import parent_of
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import needs
from gridmap.people import lookup as people
from gridmap.people.lookup import Held
from gridmap.people.published import published
from gridmap.plans import lookup
from gridmap.plans.models import Plan

bp = APIBlueprint("plan_heads", __name__, url_prefix="/api/v1/plans", tag="Plans")


class HeadsQuery(Strictly):
    """For which grid."""

    code: Annotated[Code, Field(description="a grid of the plan, as it stands")]


class HeadCandidate(BaseModel):
    """Somebody with a post; published fields only, so no number and no telephone."""

    post: int
    grid: str
    kind: Kind
    name: str
    name_en: str


class HeadsAnswer(BaseModel):
    """Who could head a grid, heads first."""

    candidates: list[HeadCandidate]


@bp.get(f"/{ID}/heads")
@needs(DRAW)
@bp.input(HeadsQuery, location="query", arg_name="query")
@bp.output(HeadsAnswer)
@bp.doc(
    summary="Who could head a grid of a plan",
    description="Those with a post in it, in the grids it was made of or in its village, by what is published of them.",
    responses={404: "No such plan, or it has no such grid"},
)
def get_heads(plan_id: int, query: HeadsQuery) -> Response:
    """The candidates."""
    return answer({"candidates": [_told(held) for held in _candidates(read(plan_id, DRAW), query.code)]})


def headed(plan: Plan, body: HeadBody) -> dict[str, Any]:
    """The deed `head` as steps keep it: whoever was chosen by a post is named by what is published of them.

    Raises:
        Invalid: the post is none of those offered.
    """
    if body.post is None:
        return {"code": body.code, "head_name": body.head_name or "", "head_phone": body.head_phone}
    held = next((one for one in _candidates(plan, body.code) if one.post.id == body.post), None)
    if held is None:
        raise Invalid(msg("Nobody on this grid's ground holds that post"), field="post")
    there = published(held)
    return {"code": body.code, "head_name": there.name, "head_phone": there.phone}


def _candidates(plan: Plan, code: str) -> list[Held]:
    state = lookup.state(db(), plan)
    draft = state.grid(code)
    codes = [code, *state.origin(code), *filter(None, [parent_of(draft.code)])]
    teams = people.teams_of(db(), list(dict.fromkeys(codes))).values()
    heads = [there.head for there in teams if there.head is not None]
    return heads + [held for there in teams for members in there.teams.values() for held in members]


def _told(held: Held) -> Json:
    there = published(held)
    facts = {"post": held.post.id, "grid": held.post.grid_code, "kind": kind(held.kind)}
    return facts | {"name": there.name, "name_en": there.name_en}
