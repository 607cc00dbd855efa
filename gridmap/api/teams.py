"""A grid's teams, who is on duty, and the kinds of posts and duties there are."""

from datetime import datetime

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.api import staff_shapes as shapes
from gridmap.api.fields import QueryMoment, Strictly
from gridmap.api.shapes import Json
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import needs
from gridmap.people import lookup

bp = APIBlueprint("teams", __name__, url_prefix="/api/v1", tag="People")


class AtQuery(Strictly):
    """At which moment; now, unless said otherwise."""

    at: QueryMoment | None = None


class KindsAnswer(BaseModel):
    """The kinds there are."""

    posts: list[Json]
    duties: list[Json]


class TeamsAnswer(BaseModel):
    """A grid's head and teams at a moment, and who was responsible."""

    at: datetime
    grid: str
    head: shapes.PostAnswer | None
    teams: dict[str, list[shapes.PostAnswer]]
    heads: list[shapes.PostAnswer] = Field(description="the heads at that moment, the nearest first")


class DutyAnswer(BaseModel):
    """Who is on duty, best first."""

    at: datetime
    grid: str
    on_duty: list[shapes.OnDutyAnswer]


def _private(body: Json) -> Response:
    response = answer(body)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@bp.get("/kinds")
@needs("map.read")
@bp.output(KindsAnswer)
@bp.doc(summary="Kinds of posts and duties")
def get_kinds() -> Response:
    """What somebody may be and answer for."""
    posts, duties = lookup.kinds(db())
    told = [shapes.kind(kind) | {"team": kind.team, "phone_by_office": kind.phone_by_office} for kind in posts]
    return answer({"posts": told, "duties": [shapes.kind(kind) | {"head_function": kind.head_function} for kind in duties]})


@bp.get("/grids/<code>/teams")
@needs("map.read")
@bp.input(AtQuery, location="query", arg_name="query")
@bp.output(TeamsAnswer)
@bp.doc(
    summary="A grid's head and teams",
    description="At any moment: who was responsible then. Names only in scope.",
    responses={404: "No such grid"},
)
def get_teams(code: str, query: AtQuery) -> Response:
    """Head, teams, and the heads above."""
    found = lookup.teams(db(), code, query.at)
    visible = shapes.sees(code)
    return _private(
        {
            "at": found.at,
            "grid": code,
            "head": shapes.post(found.head, seen=visible) if found.head else None,
            "teams": {team: [shapes.post(held, seen=visible) for held in there] for team, there in found.teams.items()},
            "heads": [shapes.post(held, seen=shapes.sees(held.post.grid_code)) for held in lookup.heads(db(), code, found.at)],
        }
    )


@bp.get("/grids/<code>/on-duty")
@needs("map.read")
@bp.input(AtQuery, location="query", arg_name="query")
@bp.output(DutyAnswer)
@bp.doc(
    summary="Who is on duty",
    description="Nobody on shift: the micro-grid's head, else the village's, else the town's.",
    responses={404: "No such grid"},
)
def get_on_duty(code: str, query: AtQuery) -> Response:
    """Those on duty, best first."""
    at = query.at or clock.now()
    found = lookup.on_duty_in(db(), code, at)
    return _private({"at": at, "grid": code, "on_duty": [shapes.on_duty(one, seen=shapes.sees(code)) for one in found]})
