"""The wall (大屏): key figures, the live map and rotating views for the big screen of a command centre."""

from apiflask import APIBlueprint
from flask import Response, make_response, render_template, request

from gridmap.errors import Invalid, msg
from gridmap.grids import lookup
from gridmap.http.state import db
from gridmap.http.who import needs
from gridmap.maps.assets import local
from gridmap.web import language

bp = APIBlueprint("wall", __name__, enable_openapi=False)
bp.before_request(language.switch)
SECONDS, LEAST_S, MOST_S = 20, 5, 600


@bp.get("/wall")
@needs("report.read")
def page() -> Response:
    """The wall; `?grid=` narrows it to a grid, `?seconds=` says how long each view stays (5 to 600)."""
    code = request.args.get("grid") or None
    grid = lookup.grid(db(), code) if code else None
    echarts = local("echarts/dist/echarts.min.js")
    return make_response(render_template("wall.html", grid=grid, seconds=_seconds(), echarts=echarts))


def _seconds() -> int:
    text = request.args.get("seconds", str(SECONDS))
    if not (text.isascii() and text.isdigit() and LEAST_S <= int(text[:4]) <= MOST_S):
        raise Invalid(msg("A view stays for 5 to 600 seconds"), field="seconds")
    return int(text)
