"""Pages about people: a grid's teams, the departments, and the notice that hangs on the wall of a service point."""

from datetime import datetime

import shapely
from apiflask import APIBlueprint
from flask import Response, make_response, render_template, request

from gridmap import clock
from gridmap.accounts.rights import Scope
from gridmap.clock import TOWN_ZONE, local
from gridmap.errors import Invalid, msg
from gridmap.grids import lookup as grids
from gridmap.grids.codes import LENGTHS, Level
from gridmap.grids.lookup import Name
from gridmap.grids.models import Boundary
from gridmap.http.state import db
from gridmap.http.who import may, needs
from gridmap.maps.outline import Outline, outline
from gridmap.people import lookup
from gridmap.people.duty import Reason
from gridmap.people.models import Team
from gridmap.people.published import published
from gridmap.places import lookup as places
from gridmap.web import language

READ = "people.read"
bp = APIBlueprint("staff", __name__, enable_openapi=False)
bp.before_request(language.switch)
SIZES = ("a4", "a3")
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
    grid, at = grids.grid(db(), code), _moment()
    moment = at or clock.now()
    below = grids.children(db(), code)
    boundary = grids.latest_boundary(db(), code)
    return make_response(
        render_template(
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
            functions=[kind for kind in lookup.kinds(db())[1] if kind.head_function],
            words={"teams": TEAMS, "levels": LEVELS, "reasons": REASONS},
            scope_of=Scope,
        )
    )


def _moment() -> datetime | None:
    """The moment asked for, by the town's clock."""
    text = request.args.get("at", "").strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(msg("This must be a day or a moment, such as 2026-03-03 or 2026-03-03T09:00"), field="at") from None
    if not 1949 < found.year < 9990:
        raise Invalid(msg("This must be a day or a moment, such as 2026-03-03 or 2026-03-03T09:00"), field="at")
    return found if found.tzinfo else found.replace(tzinfo=TOWN_ZONE)


@bp.get("/departments")
@needs("map.read")
def departments_page() -> Response:
    """The line departments with their contacts."""
    found = lookup.departments(db())
    staff = lookup.staff(db(), [one.id for one in found], clock.now())
    visible = {one.id for one in found if may(READ, Scope(None, frozenset({one.id})))}
    return make_response(render_template("departments.html", departments=found, staff=staff, visible=visible))


@bp.get("/notices/<code>")
@needs("map.read")
def notice_page(code: str) -> Response:
    """The public notice of a service point, to be printed; it shows published fields only, so every account may make it."""
    point = places.service_point(db(), code)
    size = request.args.get("size", SIZES[0])
    if size not in SIZES:
        raise Invalid(msg("A notice is printed on A4 or A3"), field="size")
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
            sizes=SIZES,
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
