"""Pages of what publishing does: what a plan will change, and what was published. What they show and do goes through the API."""

from apiflask import APIBlueprint
from flask import Response, make_response, render_template

from gridmap.accounts.rights import Scope
from gridmap.grids import lookup as grids
from gridmap.http.state import db
from gridmap.http.who import check, may, may_somewhere, needs
from gridmap.journal.feed import last_position
from gridmap.maps.assets import local
from gridmap.plans import lookup
from gridmap.web import language

READ = "plan.read"
RIGHTS = ("grids.plan", "plan.approve", "grids.publish")
bp = APIBlueprint("publishing_pages", __name__, enable_openapi=False)
bp.before_request(language.switch)


@bp.get("/plans/<int(max=2147483647):plan_id>/review")
@needs(READ)
def review_page(plan_id: int) -> Response:
    """What a plan will change, and its way to the boundaries in force."""
    position = last_position(db())  # Before the plan: what happens between the two is told again rather than missed.
    plan = lookup.plan(db(), plan_id)
    check(READ, Scope(plan.ground))
    page = render_template(
        "review.html",
        plan=plan,
        ground=grids.names(db(), [plan.ground])[plan.ground],
        allowed=[deed for deed in RIGHTS if may(deed, Scope(plan.ground))],
        position=position,
        leaflet=leaflet(),
    )
    return make_response(page)


@bp.get("/publications")
@needs("map.read")
def publications_page() -> Response:
    """The history of boundaries; those who publish roll back here."""
    position = last_position(db())
    publishes = may_somewhere("grids.publish")
    return make_response(render_template("publications.html", position=position, publishes=publishes, leaflet=leaflet()))


def leaflet() -> dict[str, str]:
    """Where a page finds Leaflet."""
    return {"script": local("leaflet/dist/leaflet.js"), "style": local("leaflet/dist/leaflet.css")}
