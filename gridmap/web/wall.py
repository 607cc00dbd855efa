"""The wall (大屏): key figures, the live map and rotating views for the big screen of a command centre.

A screen nobody sits at shows a key of its own (scope `wall`) in place of somebody's session: it comes behind the `#` of the link
that administration shows once, so that no log and no other site hears it, and stays in a cookie that scripts can't read.
"""

from apiflask import APIBlueprint
from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from gridmap.accounts import keys
from gridmap.accounts.rights import KeyScope
from gridmap.errors import Invalid, msg
from gridmap.grids import lookup
from gridmap.http import sessions
from gridmap.http.keys import WALL_COOKIE
from gridmap.http.problems import tell
from gridmap.http.state import db
from gridmap.http.who import needs, public
from gridmap.maps.assets import local
from gridmap.web import language

bp = APIBlueprint("wall", __name__, enable_openapi=False)
bp.before_request(language.switch)
SECONDS, LEAST_S, MOST_S = 20, 5, 600
_KEPT_S = 400 * 86400  # The longest a browser keeps a cookie; each look begins it anew.


@bp.get("/wall")
@needs("wall.read")
def page() -> Response:
    """The wall; `?grid=` narrows it to a grid, `?seconds=` says how long each view stays (5 to 600)."""
    code = request.args.get("grid") or None
    grid = lookup.grid(db(), code) if code else None
    echarts = local("echarts/dist/echarts.min.js")
    response = make_response(render_template("wall.html", grid=grid, seconds=_seconds(), echarts=echarts))
    kept = request.cookies.get(WALL_COOKIE)
    return _keeping(response, kept) if kept and sessions.here() is None else response


def _seconds() -> int:
    text = request.args.get("seconds", str(SECONDS))
    if not (text.isascii() and text.isdigit() and LEAST_S <= int(text[:4]) <= MOST_S):
        raise Invalid(msg("A view stays for 5 to 600 seconds"), field="seconds")
    return int(text)


def _keeping(response: Response, secret: str) -> Response:
    response.set_cookie(
        WALL_COOKIE,
        secret,
        max_age=_KEPT_S,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Strict",
    )
    return response


@bp.get("/wall/key")
@public("the way in of a screen, as signing in is somebody's")
def key_page() -> Response:
    """Takes the key from behind the `#`, or as it is typed."""
    return _key_form()


@bp.post("/wall/key")
@public("the way in of a screen: the key that comes is checked")
def take_key() -> AnyResponse:
    """Keep a key that is in force and good for a wall."""
    secret = request.form.get("key", "").strip()[:200]
    found = keys.holder(db(), secret)
    if found is None or KeyScope.WALL not in found.key_scopes:
        return _key_form(tell(msg("This key is unknown, revoked, expired or not for a wall"), {}), 401)
    wanted = url_for("wall.page", grid=request.args.get("grid"), seconds=request.args.get("seconds"))
    return _keeping(make_response(redirect(wanted, 303)), secret)


def _key_form(wrong: str = "", status: int = 200) -> Response:
    return make_response(render_template("wall_key.html", wrong=wrong), status)
