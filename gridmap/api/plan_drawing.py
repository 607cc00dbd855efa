"""Drawing on a plan: one address for each deed, and undo, redo, go to a step."""

from collections.abc import Callable
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from gridmap.accounts.caller import Caller
from gridmap.api.fields import Strictly
from gridmap.api.plan_bodies import BODIES, HeadBody, ZoneBody, told
from gridmap.api.plan_heads import headed
from gridmap.api.plan_shapes import CHANGES, DrawnAnswer, PlanAnswer, one, problem_told, tagged, topology_told, zone_told
from gridmap.api.plans import DRAW, ID, locked
from gridmap.api.shapes import Json
from gridmap.api.zones import check_categories
from gridmap.http.json import answer
from gridmap.http.state import db, settings
from gridmap.http.who import needs
from gridmap.plans import drafting, lookup
from gridmap.plans.drafting import Drawn
from gridmap.plans.flaws import Limits
from gridmap.plans.models import Plan
from gridmap.plans.problems import problems, worst_first

bp = APIBlueprint("plan_drawing", __name__, url_prefix="/api/v1/plans", tag="Plans")
_SUMMARIES = {
    "move": "Move corners",
    "add_vertex": "Add a corner to an edge",
    "remove_vertex": "Take a corner away",
    "reshape": "Give an arc another course",
    "split": "Split a grid along a line",
    "divide": "Divide a grid into parts of the same weight",
    "propose": "Propose how a village could be divided",
    "merge": "Merge neighbours",
    "redraw": "Redraw a grid's outline",
    "assign": "Give a piece of a grid to a neighbour",
    "absorb": "Let a grid have ground that is nobody's, or several's",
    "trim": "Take away what a grid has beyond the town",
    "node": "Give neighbours the same corners",
    "untangle": "Undo an outline that crosses itself",
    "rename": "Rename a grid",
    "head": "Change who heads a grid",
    "renumber": "Number a village's new grids in order",
    "rehome": "Move a micro-grid to another village",
    "zone": "Draw or change a special zone",
    "unzone": "End a special zone",
}


class DeedQuery(Strictly):
    """Whether to do it or only to show what it would do."""

    preview: Annotated[bool, Field(description="answer in full, and keep nothing")] = False


class GotoBody(Strictly):
    """Which step; 0 is the base."""

    step: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]


def _drawn(plan: Plan, drawn: Drawn) -> Json:
    micros = drawn.state.shapes(drawn.delta.codes)
    found = problems(drawn.state, Limits.of(settings()), [*drawn.delta.codes, *drawn.delta.zones])
    return {
        "version": plan.version,
        "step": plan.step,
        **lookup.reach(db(), plan)._asdict(),
        "codes": drawn.delta.codes,
        "ended": [code for code, draft in sorted({**drawn.delta.drafts, **drawn.delta.zones}.items()) if draft is None],
        "zones": [zone_told(drawn.state, zone) for _, zone in sorted(drawn.delta.zones.items()) if zone],
        "topology": topology_told(drawn.state, plan, drawn.state.around(micros)),
        "problems": [problem_told(problem) for problem in worst_first(found)],
    }


def _post(deed: str, plan_id: int, body: Strictly, query: DeedQuery) -> Response:
    plan, caller = locked(plan_id, DRAW)
    facts = headed(plan, body) if isinstance(body, HeadBody) else told(body)
    if isinstance(body, ZoneBody):
        check_categories(db(), body.takes or ())
    if query.preview:
        return tagged(answer(_drawn(plan, drafting.preview(db(), plan, deed, facts))), plan)
    made = _drawn(plan, drafting.draw(db(), plan, deed, facts, caller=caller))
    db().commit()
    return tagged(answer(made), plan)


def _deed(deed: str) -> None:
    def view(plan_id: int, body: Strictly, query: DeedQuery) -> Response:
        return _post(deed, plan_id, body, query)

    view.__name__ = f"post_{deed}"
    view.__doc__ = f"{_SUMMARIES[deed]}."
    wants: Any = bp.doc(summary=_SUMMARIES[deed], responses=CHANGES)(view)
    wants = bp.input(BODIES[deed], arg_name="body")(bp.output(DrawnAnswer)(wants))
    wants = bp.input(DeedQuery, location="query", arg_name="query")(wants)
    bp.post(f"/{ID}/ops/{deed}")(needs(DRAW)(wants))


for _name in BODIES:
    _deed(_name)


def _went(plan_id: int, go: Callable[[Plan, Caller], None]) -> Response:
    plan, caller = locked(plan_id, DRAW)
    go(plan, caller)
    db().commit()
    return one(plan)


@bp.post(f"/{ID}/undo")
@needs(DRAW)
@bp.output(PlanAnswer)
@bp.doc(summary="Undo the last step", responses=CHANGES)
def post_undo(plan_id: int) -> Response:
    """The step before; the one undone stays."""
    return _went(plan_id, lambda plan, caller: drafting.undo(db(), plan, caller=caller))


@bp.post(f"/{ID}/redo")
@needs(DRAW)
@bp.output(PlanAnswer)
@bp.doc(summary="Redo", responses=CHANGES)
def post_redo(plan_id: int) -> Response:
    """The step made last from here."""
    return _went(plan_id, lambda plan, caller: drafting.redo(db(), plan, caller=caller))


@bp.post(f"/{ID}/goto")
@needs(DRAW)
@bp.input(GotoBody, arg_name="body")
@bp.output(PlanAnswer)
@bp.doc(summary="Go to any step", responses=CHANGES)
def post_goto(plan_id: int, body: GotoBody) -> Response:
    """Any step there ever was, of any branch."""
    return _went(plan_id, lambda plan, caller: drafting.go_to(db(), plan, body.step, caller=caller))
