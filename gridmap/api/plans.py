"""Plans: make, list, read; their way from draft to approval."""

from collections.abc import Callable
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from gridmap.accounts.caller import Caller
from gridmap.accounts.rights import Scope
from gridmap.api.fields import Name, Strictly, Text
from gridmap.api.plan_bodies import Code
from gridmap.api.plan_shapes import CHANGES, PlanAnswer, PlansAnswer, one, plans_told
from gridmap.desk import plan_turns
from gridmap.http.json import answer
from gridmap.http.state import db, settings
from gridmap.http.versions import expected
from gridmap.http.who import check, may, needs
from gridmap.plans import drafting, lookup, reviewing
from gridmap.plans.flaws import Limits
from gridmap.plans.life import Stage
from gridmap.plans.models import Plan

READ, DRAW, COMMENT, APPROVE = "plan.read", "grids.plan", "plan.comment", "plan.approve"
ID = "<int(max=2147483647):plan_id>"
MOST_LISTED = 500
bp = APIBlueprint("plans", __name__, url_prefix="/api/v1/plans", tag="Plans")


class PlansQuery(Strictly):
    """Which plans; all when nothing is said."""

    stage: Stage | None = None
    ground: Annotated[Code | None, Field(description="those for this town or village")] = None


class PlanBody(Strictly):
    """A plan to be made."""

    name: Name
    ground: Annotated[Code, Field(description="the town or village whose ground it may draw")]


class SendBackBody(Strictly):
    """Why it goes back."""

    reason: Annotated[Text, Field(max_length=2000, description="stands among the comments then")] = ""


def read(plan_id: int, deed: str = READ) -> Plan:
    """A plan the caller may read."""
    plan = lookup.plan(db(), plan_id)
    check(deed, Scope(plan.ground))
    return plan


def locked(plan_id: int, deed: str) -> tuple[Plan, Caller]:
    """A plan the caller may change, as they saw it (If-Match), and the caller."""
    read(plan_id, deed)
    plan = drafting.locked(db(), plan_id, expected())
    return plan, check(deed, Scope(plan.ground))


@bp.get("")
@needs(READ)
@bp.input(PlansQuery, location="query", arg_name="query")
@bp.output(PlansAnswer)
@bp.doc(summary="Plans", description="Those in whose scope the caller is, changed last first.")
def get_plans(query: PlansQuery) -> Response:
    """The plans."""
    stages = () if query.stage is None else (query.stage,)
    there = lookup.plans(db(), stages=stages, ground=query.ground, most=MOST_LISTED)
    found = [plan for plan in there if may(READ, Scope(plan.ground))]
    return answer({"plans": plans_told(found)})


@bp.post("")
@needs(DRAW)
@bp.input(PlanBody, arg_name="body")
@bp.output(PlanAnswer, status_code=201)
@bp.doc(summary="Make a plan", description="It begins with the boundaries in force.")
def post_plan(body: PlanBody) -> Response:
    """A plan that changes nothing yet."""
    plan = drafting.make(db(), body.name, body.ground, caller=check(DRAW, Scope(body.ground)))
    db().commit()
    return one(plan, 201)


@bp.get(f"/{ID}")
@needs(READ)
@bp.output(PlanAnswer)
@bp.doc(summary="One plan", description="ETag: what If-Match of a change names.", responses={404: "No such plan"})
def get_plan(plan_id: int) -> Response:
    """Where it stands."""
    return one(read(plan_id))


def _submit(plan: Plan, caller: Caller) -> None:
    plan_turns.submit(db(), plan, Limits.of(settings()), caller=caller)


def _approve(plan: Plan, caller: Caller) -> None:
    plan_turns.approve(db(), plan, Limits.of(settings()), two_people=settings().plan_two_people, caller=caller)


def _abandon(plan: Plan, caller: Caller) -> None:
    reviewing.abandon(db(), plan, caller=caller)


def _register(turn: str, deed: str, do: Callable[[Plan, Caller], None], summary: str) -> None:
    def view(plan_id: int) -> Response:
        plan, caller = locked(plan_id, deed)
        do(plan, caller)
        db().commit()
        return one(plan)

    view.__name__ = f"post_{turn}"
    view.__doc__ = f"{summary}."
    wants: Any = bp.doc(summary=summary, responses=CHANGES)(view)
    bp.post(f"/{ID}/{turn}")(needs(deed)(bp.output(PlanAnswer)(wants)))


_register("submit", DRAW, _submit, "Give a plan to its reviewers")
_register("approve", APPROVE, _approve, "Approve a plan")
_register("abandon", DRAW, _abandon, "Give a plan up")


@bp.post(f"/{ID}/send_back")
@needs(APPROVE)
@bp.input(SendBackBody, arg_name="body")
@bp.output(PlanAnswer)
@bp.doc(summary="Make a plan a draft again", responses=CHANGES)
def post_send_back(plan_id: int, body: SendBackBody) -> Response:
    """Back to who draws, with the reason among the comments."""
    plan, caller = locked(plan_id, APPROVE)
    plan_turns.send_back(db(), plan, reason=body.reason, caller=caller)
    db().commit()
    return one(plan)
