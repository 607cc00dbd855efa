"""Publishing a plan: what it would change, now, or at a set time."""

from datetime import datetime
from functools import partial
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap.api.fields import Moment, Strictly, Text
from gridmap.api.impact_shapes import ImpactAnswer, as_csv, impact_told
from gridmap.api.plan_shapes import CHANGES, tagged
from gridmap.api.plans import ID, READ, locked, read
from gridmap.api.publications import CSV, EnactedAnswer, ImpactQuery, enacted_told
from gridmap.api.shapes import Json, Responses, raw
from gridmap.desk.redrawing.enact import enact
from gridmap.desk.redrawing.impact import preview
from gridmap.desk.redrawing.planning import change_of, publish_plan
from gridmap.grids import scheduling
from gridmap.grids.models import Scheduled
from gridmap.http.json import answer
from gridmap.http.state import db, settings
from gridmap.http.who import caller, needs
from gridmap.plans.life import Turn, after, check_open

PUBLISH = "grids.publish"
_IMPACT: Responses = {
    200: raw(CSV, "With `format=csv`: a row for each grid, before and after side by side"),
    404: "No such plan",
    409: "Others have redrawn the same grids since it began; `codes` names them. Or it is over: published, or given up",
    422: "Something is wrong with it",
}
bp = APIBlueprint("plan_publishing", __name__, url_prefix="/api/v1/plans", tag="Plans")


class PublishBody(Strictly):
    """What the publication says of itself."""

    note: Annotated[Text, Field(max_length=500)] = ""


class ScheduleBody(PublishBody):
    """When it shall be in force."""

    at: Moment


class ScheduledAnswer(BaseModel):
    """A publish with a moment of its own."""

    id: int
    at: datetime
    state: str
    note: str
    publication: int | None
    reason: str = Field(description="why it was refused")


class ScheduledListAnswer(BaseModel):
    """Those of a plan, the latest first."""

    scheduled: list[ScheduledAnswer]


@bp.get(f"/{ID}/impact")
@needs(READ)
@bp.input(ImpactQuery, location="query", arg_name="query")
@bp.output(ImpactAnswer)
@bp.doc(
    summary="What publishing a plan would change",
    description="The publish itself, done and taken back: the numbers are those that will stand there after it.",
    responses=_IMPACT,
)
def get_impact(plan_id: int, query: ImpactQuery) -> Response:
    """The preview, of a draft as of an approved plan."""
    plan = read(plan_id)
    check_open(plan.stage)
    deed = partial(enact, db(), change_of(db(), plan), actor=caller().name, nearest_limit_m=settings().nearest_limit_m)
    found = preview(db(), deed)
    return Response(as_csv(found), mimetype=CSV) if query.format == "csv" else answer(impact_told(found))


@bp.post(f"/{ID}/publish")
@needs(PUBLISH)
@bp.input(PublishBody, arg_name="body")
@bp.output(EnactedAnswer)
@bp.doc(
    summary="Put an approved plan in force",
    description="Open cases go with the ground, people are told, maps follow: one transaction. If-Match carries the plan's ETag.",
    responses={**CHANGES, 422: "Something is wrong with it"},
)
def post_publish(plan_id: int, body: PublishBody) -> Response:
    """Now."""
    plan, me = locked(plan_id, PUBLISH)
    done = publish_plan(db(), plan, caller=me, nearest_limit_m=settings().nearest_limit_m, note=body.note)
    db().commit()
    return tagged(answer(enacted_told(done)), plan)


@bp.get(f"/{ID}/schedule")
@needs(READ)
@bp.output(ScheduledListAnswer)
@bp.doc(summary="When a plan is to be published, and what became of that", responses={404: "No such plan"})
def get_schedule(plan_id: int) -> Response:
    """The plan's scheduled publishes."""
    plan = read(plan_id)
    return answer({"scheduled": [_told(one) for one in scheduling.scheduled(db(), plan_id=plan.id)]})


@bp.post(f"/{ID}/schedule")
@needs(PUBLISH)
@bp.input(ScheduleBody, arg_name="body")
@bp.output(ScheduledAnswer, status_code=201)
@bp.doc(
    summary="Put an approved plan in force at a set time",
    description="The worker does it, also after a restart. It is refused, and you get a notice, where others have redrawn"
    " the same grids by then, or the plan is no longer approved.",
    responses={**CHANGES, 422: "The moment is past"},
)
def post_schedule(plan_id: int, body: ScheduleBody) -> Response:
    """Later."""
    plan, me = locked(plan_id, PUBLISH)
    after(plan.stage, Turn.PUBLISH)
    note = body.note or plan.name
    made = scheduling.schedule(db(), change_of(db(), plan), body.at, actor=me.name, note=note, plan_id=plan.id)
    db().commit()
    return answer(_told(made), 201)


@bp.delete(f"/{ID}/schedule")
@needs(PUBLISH)
@bp.output(ScheduledAnswer)
@bp.doc(summary="Don't publish a plan at the set time after all", responses={**CHANGES, 404: "No such plan, or nothing waits"})
def delete_schedule(plan_id: int) -> Response:
    """Take the waiting one back."""
    plan, _ = locked(plan_id, PUBLISH)
    done = scheduling.cancel_plan(db(), plan.id)
    db().commit()
    return answer(_told(done))


def _told(one: Scheduled) -> Json:
    facts = {name: getattr(one, name) for name in ("id", "at", "state", "note", "reason")}
    return facts | {"publication": one.publication_id}
