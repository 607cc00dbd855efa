"""Pages of plans: all of them, and the desk at which one is drawn. What the desk shows and does goes through the API."""

from collections.abc import Mapping

from apiflask import APIBlueprint
from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from gridmap.accounts.lookup import towns
from gridmap.accounts.rights import Scope
from gridmap.errors import msg
from gridmap.geo.datum import Datum
from gridmap.grids import lookup as grids
from gridmap.grids.codes import LENGTHS, Level
from gridmap.grids.lookup import Name
from gridmap.http.state import db
from gridmap.http.who import account, check, may, needs
from gridmap.journal.feed import last_position
from gridmap.maps.shell import plan_shell
from gridmap.plans import drafting, lookup
from gridmap.plans.life import Stage
from gridmap.web import language, typed
from gridmap.web.security import nonce
from gridmap.web.typed import FINE, Refusal

READ, DRAW = "plan.read", "grids.plan"
MOST = 500
WHOLE = 800  # A plan of more micro-grids is fetched as far as it is looked at.
STAGES: Mapping[Stage, str] = {
    Stage.DRAFT: msg("Draft"),
    Stage.IN_REVIEW: msg("In review"),
    Stage.APPROVED: msg("Approved"),
    Stage.PUBLISHED: msg("Published"),
    Stage.ABANDONED: msg("Abandoned"),
}
DATUMS: Mapping[Datum, str] = {Datum.WGS84: "WGS-84", Datum.CGCS2000: "CGCS2000", Datum.GCJ02: "GCJ-02", Datum.BD09: "BD-09"}
bp = APIBlueprint("plans_pages", __name__, enable_openapi=False, url_prefix="/plans")
bp.before_request(language.switch)


@bp.get("")
@needs(READ)
def plans_page() -> Response:
    """The plans; `?mine` only one's own, `?stage=` only those there. What was abandoned is shown only where asked for."""
    return _all()


def _all(refusal: Refusal = FINE) -> Response:
    stage = request.args.get("stage", "")
    stages = [Stage(stage)] if stage in list(Stage) else [one for one in Stage if one is not Stage.ABANDONED]
    there = lookup.plans(db(), stages=stages, most=MOST)
    seen = [one for one in there if may(READ, Scope(one.ground))]
    mine = "mine" in request.args
    shown = [one for one in seen if one.owner_id == account().caller.account_id] if mine else seen
    page = render_template(
        "plans.html",
        plans=shown,
        owners=lookup.usernames(db(), [one.owner_id for one in shown]),
        names=grids.names(db(), [one.ground for one in shown]),
        grounds=_grounds(),
        datums=DATUMS,
        stages=STAGES,
        stage=stage if stage in list(Stage) else "",
        mine=mine,
        cut=len(there) == MOST,
        refusal=refusal,
        typed=request.form,
    )
    return make_response(page, refusal.status)


def _grounds() -> list[Name]:
    """The towns and villages one may draw in, each town before its villages."""
    there = [Name(one.code, one.name, one.name_en) for town in towns(db()) for one in _with_villages(town)]
    return [one for one in there if may(DRAW, Scope(one.code))]


def _with_villages(town: str) -> list[Name]:
    return [grids.names(db(), [town])[town], *(Name(one.code, one.name, one.name_en) for one in grids.children(db(), town))]


@bp.post("")
@needs(DRAW)
def make() -> AnyResponse:
    """A plan that changes nothing yet; then to its desk."""
    ground, made = typed.text("ground"), []
    caller = check(DRAW, Scope(ground))
    refusal = typed.attempt("make", lambda: made.append(drafting.make(db(), typed.needed("name"), ground, caller=caller).id))
    return _all(refusal) if refusal.form else redirect(url_for("plans_pages.plan_page", plan_id=made[0]), 303)


@bp.get("/<int(max=2147483647):plan_id>")
@needs(READ)
def plan_page(plan_id: int) -> Response:
    """The desk of one plan. Its HTML says where the plan is and what one may do with it; the grids come by the API."""
    plan = lookup.plan(db(), plan_id)
    check(READ, Scope(plan.ground))
    position = last_position(db())  # Before the page reads the plan: what happens between the two is told rather than missed.
    rights = ("grids.plan", "plan.comment", "plan.approve", "grids.publish")
    page = render_template(
        "plan.html",
        plan=plan,
        ground=grids.names(db(), [plan.ground])[plan.ground],
        allowed=[deed for deed in rights if may(deed, Scope(plan.ground))],
        position=position,
        town=plan.ground[: LENGTHS[Level.TOWN]],
        whole=sum(code.startswith(plan.ground) for code in lookup.base(db(), lookup.base_id(db(), plan)).micros) <= WHOLE,
        shell=plan_shell(current_app.config["BASE_MAPS"]).with_nonce(nonce()),
    )
    return make_response(page)
