"""Pages about people: a grid's teams, and the notice that hangs on the wall of a service point."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

import shapely
from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from gridmap import clock
from gridmap.accounts.rights import TOWN_WIDE, Scope
from gridmap.clock import local
from gridmap.errors import msg
from gridmap.grids import lookup as grids
from gridmap.grids.codes import LENGTHS, Level
from gridmap.grids.lookup import Name
from gridmap.grids.models import Boundary
from gridmap.http.staff import CHANGE
from gridmap.http.state import db
from gridmap.http.who import caller, check, may, needs
from gridmap.maps.outline import Outline, outline
from gridmap.people import appointing, ending, lookup
from gridmap.people.duty import Reason
from gridmap.people.models import PostKind, Team
from gridmap.people.published import published
from gridmap.places import lookup as places
from gridmap.web import language, paper, typed
from gridmap.web.typed import FINE, Refusal

READ = "people.read"
bp = APIBlueprint("staff", __name__, enable_openapi=False)
bp.before_request(language.switch)
_AROUND = 0.35  # How much of its surroundings a notice shows, by the grid's own size.
TEAMS = {Team.MANAGEMENT: msg("Management team"), Team.WORK: msg("Work team"), Team.VOLUNTEER: msg("Volunteer team")}
LEVELS = {Level.TOWN: msg("Town grid"), Level.VILLAGE: msg("Village grid"), Level.MICRO: msg("Micro-grid")}
REASONS = {
    Reason.SHIFT: msg("on shift"),
    Reason.SWAP: msg("standing in"),
    Reason.HEAD: msg("nobody is on shift: the micro-grid's head"),
    Reason.VILLAGE_HEAD: msg("nobody is on shift: the village's head"),
    Reason.TOWN_HEAD: msg("nobody is on shift: the town's head"),
}


def path_to(code: str) -> list[Name]:
    """The grids from the town down to this one."""
    codes = [code[:digits] for digits in LENGTHS.values() if digits <= len(code)]
    found = grids.names(db(), codes)
    return [found[one] for one in codes if one in found]


@bp.get("/grids/<code>/people")
@needs("map.read")
def teams_page(code: str) -> Response:
    """A grid's head, its teams and who is on duty, now or at any moment."""
    return _teams(code, typed.moment_of(request.args.get("at", "").strip(), "at"))


def _teams(code: str, at: datetime | None = None, refusal: Refusal = FINE) -> Response:
    grid, moment = grids.grid(db(), code), at or clock.now()
    below = grids.children(db(), code)
    boundary = grids.latest_boundary(db(), code)
    post_kinds, duty_kinds = lookup.kinds(db())
    page = render_template(
        "teams.html",
        grid=grid,
        path=path_to(code),
        at=at,
        moment=moment,
        seen=may(READ, Scope(code)),
        here=lookup.teams(db(), code, moment),
        heads=lookup.heads(db(), code, moment),
        on_duty=lookup.on_duty_in(db(), code, moment) if grid.level == Level.MICRO else [],
        below=below,
        heads_below=lookup.teams_of(db(), [one.code for one in below], moment),
        points=places.service_points_in(db(), boundary.id) if boundary and grid.level == Level.MICRO else [],
        functions=[kind for kind in duty_kinds if kind.head_function],
        words={"teams": TEAMS, "levels": LEVELS, "reasons": REASONS},
        scope_of=Scope,
        appoints=at is None and grid.retired_at is None and may(CHANGE, Scope(code)),
        post_kinds=by_team([kind for kind in post_kinds if appointing.fits(grid, kind)]),
        duty_kinds=duty_kinds,
        reach=reach(),
        refusal=refusal,
        typed=request.form,
        done=request.args.get("done", ""),
    )
    return make_response(page, refusal.status)


def by_team(kinds: Iterable[PostKind]) -> list[tuple[Team | None, list[PostKind]]]:
    """Kinds of posts as a list to choose from shows them: heads, then team by team; they come in that order."""
    return [(team, list(there)) for team, there in groupby(kinds, key=lambda kind: kind.team)]


def reach() -> str:
    """The grid in which whoever asks sees people, for pages that look them up; "" is the whole town."""
    grids = [grant.grid_code for grant in caller().grants if grant.grid_code]
    return "" if may(READ, TOWN_WIDE) else min((code for code in grids if may(READ, Scope(code))), key=len, default="")


@bp.post("/grids/<code>/people")
@needs(CHANGE)
def give_post(code: str) -> AnyResponse:
    """A post in this grid for whoever was typed."""
    actor, ref = check(CHANGE, Scope(code)).name, typed.text("ref")
    refusal = typed.attempt("appoint", lambda: appoint(ref, code, actor))
    return _teams(code, None, refusal) if refusal.form else redirect(url_for("staff.teams_page", code=code, done=ref), 303)


def appoint(ref: str, grid: str, actor: str) -> None:
    """Give the post that was typed, on a grid's page or on somebody's card."""
    deed = ending.succeed if typed.ticked("instead") else appointing.appoint
    since, until = typed.moment("since"), typed.moment("until")
    duties, reason = request.form.getlist("duties"), typed.text("reason")
    deed(db(), ref, grid, typed.needed("kind"), since=since, until=until, duties=duties, reason=reason, actor=actor)


@bp.get("/notices/<code>")
@needs("map.read")
def notice_page(code: str) -> Response:
    """The public notice of a service point, to be printed; it shows published fields only, so every account may make it."""
    point = places.service_point(db(), code)
    size = paper.asked_size()
    now = clock.now()
    grid = point["grid"]
    path = path_to(grid) if grid else []
    boundary = grids.latest_boundary(db(), grid) if grid else None
    heads = lookup.heads(db(), grid, now) if grid else []
    teams = lookup.teams(db(), grid, now).teams if grid else {}
    return make_response(
        render_template(
            "notice.html",
            point=point,
            size=size,
            sizes=paper.addresses("staff.notice_page", code=code),
            path=path,
            area_m2=boundary.area_m2 if boundary else None,
            heads=[(held.post.grid_code, published(held)) for held in reversed(heads)],
            teams={team: [published(held) for held in there] for team, there in teams.items()},
            picture=_picture(boundary) if boundary else outline({}),
            printed=local(now),
            words={"teams": TEAMS},
        )
    )


def _picture(boundary: Boundary) -> Outline:
    """A micro-grid among its neighbours, so that people find theirs."""
    west, south, east, north = boundary.geom.bounds
    wide, high = (east - west) * _AROUND, (north - south) * _AROUND
    box = (west - wide, south - high, east + wide, north + high)
    rows = grids.features(db(), level=Level.MICRO, bounds=box)
    return outline({row["code"]: shapely.from_geojson(row["geometry"]) for row in rows}, box)
