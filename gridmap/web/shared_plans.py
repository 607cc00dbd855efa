"""A plan for whoever has a link to it: its map, its steps, what it would change. No account, no names of people, no deeds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import shapely
from apiflask import APIBlueprint
from flask import Response, abort, make_response, render_template
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.desk.redrawing.enact import enact
from gridmap.desk.redrawing.impact import Change as GridChange
from gridmap.desk.redrawing.impact import Impact, preview
from gridmap.desk.redrawing.planning import change_of
from gridmap.errors import GridmapError, msg
from gridmap.grids import lookup as grids
from gridmap.grids.change import ZoneDraft
from gridmap.grids.zones import lying_on
from gridmap.http.links import Leads, fits, link_id_of
from gridmap.http.pace import Pace
from gridmap.http.problems import tell
from gridmap.http.state import db, settings
from gridmap.http.who import public
from gridmap.maps.sheet import Sheet, sheet
from gridmap.plans import lookup, sharing
from gridmap.plans.life import OPEN
from gridmap.plans.lookup import Stepped
from gridmap.plans.models import Plan
from gridmap.plans.operations.drawn import only_corners
from gridmap.plans.sharing import PlanLink, Standing
from gridmap.plans.state import State
from gridmap.web import language
from gridmap.web.plans import STAGES

bp = APIBlueprint("shared_plans", __name__, enable_openapi=False)
bp.before_request(language.switch)
# What a plan would change is found out by trying it: whoever holds a link can't keep everybody else from publishing.
_pace = Pace(most=12, seconds=60)
DEEDS: Mapping[str, str] = {
    "import": msg("A set came from a file"),
    "mend": msg("The set was mended"),
    "move": msg("Corners moved"),
    "add_vertex": msg("A corner was added"),
    "remove_vertex": msg("A corner was taken away"),
    "reshape": msg("A border got another course"),
    "split": msg("A grid was split"),
    "divide": msg("A grid was divided evenly"),
    "propose": msg("A village was divided anew"),
    "merge": msg("Neighbours became one"),
    "redraw": msg("An outline was redrawn"),
    "assign": msg("A piece went to a neighbour"),
    "absorb": msg("Ground was taken in"),
    "trim": msg("What lay outside was taken away"),
    "node": msg("Neighbours got the same corners"),
    "untangle": msg("An outline was untangled"),
    "rename": msg("A grid was renamed"),
    "head": msg("Somebody was named to head a grid"),
    "renumber": msg("Grids got new numbers"),
    "rehome": msg("A grid went to another village"),
    "zone": msg("A special zone was drawn or changed"),
    "unzone": msg("A special zone ended"),
}


@dataclass(frozen=True)
class _Change:
    """What publishing would change, or why that can't be said."""

    impact: Impact | None
    why: str = ""

    @property
    def grids(self) -> list[GridChange]:
        """The grids of which some figure would be another."""
        return [one for one in self.impact.grids if one.before != one.after] if self.impact else []


@bp.get("/shared/plans/<token>")
@public("the link itself lets in, to look at one plan")
def page(token: str) -> Response:
    """The plan as it stands."""
    link = _found(token)
    if sharing.standing(link, clock.now()) is not Standing.OPEN:
        return _nothing(410)
    if _pace.wait_s(link.id) > 0:
        return _nothing(429)
    plan = lookup.plan(db(), link.plan_id)
    state = lookup.state(db(), plan)
    before, after = _pictures(state)
    response = make_response(
        render_template(
            "shared_plan.html",
            plan=plan,
            link=link,
            ground=grids.names(db(), [plan.ground])[plan.ground],
            stage=STAGES[plan.stage],
            before=before,
            after=after,
            touched={code for code in state.touched() if not _only_corners(state, code)},
            steps=_way(lookup.steps(db(), plan.id), plan.step),
            deeds=DEEDS,
            change=_change(db(), plan, state),
        )
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _found(token: str) -> PlanLink:
    told = link_id_of(token, leads=Leads.PLAN)
    link = sharing.link(db(), told[0]) if told else None
    if told is None or link is None or not fits(link, told[1]):
        abort(_nothing(404))
    return link


def _nothing(status: int) -> Response:
    return make_response(render_template("shared_plan.html", plan=None, status=status), status)


def _pictures(state: State) -> tuple[Sheet, Sheet]:
    """The plan's ground as it is in force, and as it would be."""
    was, will_be = State(state.base, state.ground).children(state.ground), state.children(state.ground)
    ground = shapely.box(*shapely.total_bounds([*was.values(), *will_be.values()]))
    beside = {code: shape for code, shape in state.near(ground).items() if not code.startswith(state.ground)}
    return sheet(was, beside, zones=_on(was, state.base.zones)), sheet(will_be, beside, zones=_on(will_be, state.zones))


def _on(grids: Mapping[str, BaseGeometry], zones: Mapping[str, ZoneDraft]) -> dict[str, BaseGeometry]:
    return {zone.code: zone.shape for zone in lying_on(zones.values(), grids.values())}


def _only_corners(state: State, code: str) -> bool:
    """Whether a neighbour's new border put corners on this grid's, and nothing else."""
    before, after = (begun.shapes([code]).get(code) for begun in (State(state.base, state.ground), state))
    return before is not None and after is not None and before != after and only_corners(before, after)


def _way(steps: list[Stepped], current: int) -> list[Stepped]:
    """The steps that led to where the plan stands; those undone are left out."""
    known, way = {one.step.seq: one for one in steps}, []
    while current:
        way.append(known[current])
        current = known[current].step.parent
    return way[::-1]


def _change(session: Session, plan: Plan, state: State) -> _Change | None:
    if plan.stage not in OPEN or not (state.touched() or state.touched_zones()):
        return None
    try:
        change = change_of(session, plan)
        deed = partial(enact, session, change, actor="", nearest_limit_m=settings().nearest_limit_m)
        return _Change(preview(session, deed))
    except GridmapError as error:
        return _Change(None, tell(error.text, error.values))
