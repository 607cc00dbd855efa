"""The pages: the operator's map, a link to one case, the API's own page, and the files they load."""

from functools import cache
from pathlib import Path
from typing import Any

from apiflask import APIBlueprint
from flask import Response, abort, current_app, make_response, redirect, render_template, send_from_directory, url_for
from werkzeug.wrappers import Response as AnyResponse

from gridmap import resources
from gridmap.http.who import needs, public
from gridmap.maps import assets
from gridmap.maps.shell import operator_shell
from gridmap.web import language
from gridmap.web.security import nonce

bp = APIBlueprint(
    "web",
    __name__,
    enable_openapi=False,
    template_folder=str(resources.templates_dir()),
)
_A_YEAR_S = 365 * 86_400
bp.before_request(language.switch)


@bp.get("/")
@needs("map.read")
def map_page() -> Response:
    """The operator's map. Its HTML holds no data, so it is as small for a city as for a village."""
    shell = operator_shell(current_app.config["BASE_MAPS"]).with_nonce(nonce())
    return make_response(render_template("map.html", shell=shell))


@bp.get("/case/<number>")
@needs("case.read")
def case_link(number: str) -> AnyResponse:
    """A lasting link to one case: the map, with its card open."""
    return redirect(url_for("web.map_page", _anchor=f"sel=case:{number}"), 303)


@bp.get("/grid/<code>")
@needs("map.read")
def grid_link(code: str) -> AnyResponse:
    """A lasting link to one grid, also under a code that has ended: the map, with its card open."""
    return redirect(url_for("web.map_page", _anchor=f"sel=grid:{code}"), 303)


@bp.get("/api/docs")
@public("tells how to ask, not what the answer is")
def api_page() -> Response:
    """The page that reads /api/openapi.json aloud."""
    return make_response(render_template("api.html"))


@bp.get("/static/v/<version>/<path:filename>", endpoint="static")
@public("our own scripts and styles, the same for everybody")
def own(version: str, filename: str) -> Response:
    """A script or style of ours; by an address without a version Flask serves them. Scripts name each other beside themselves, so
    the version reaches them all."""
    return _file(resources.static_dir(), filename, lasting=version == own_version())


@bp.get("/assets/<path:path>")
@bp.get("/assets/v/<version>/<path:path>")
@public("other people's programs, the same for everybody")
def asset(path: str, version: str | None = None) -> Response:
    """A third-party file from the whitelist, from this machine."""
    if path not in assets.vendored():
        abort(404)
    response = _file(resources.vendor_dir(), path, lasting=version == assets.version())
    response.headers["Content-Disposition"] = "inline"
    return response


def _file(folder: Path, path: str, *, lasting: bool) -> Response:
    """A file that browsers ask for once, where its address says which it is, and else each time whether it is still the same."""
    response = send_from_directory(folder, path, max_age=_A_YEAR_S if lasting else None)
    if lasting:
        response.cache_control.immutable = True
    return response


@cache
def own_version() -> str:
    """Another one when one of our scripts or styles is another."""
    folder = resources.static_dir()
    return resources.digest(folder, (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()))


@bp.app_url_defaults
def _with_version(endpoint: str, values: dict[str, Any]) -> None:
    """Pages name the files as they are now."""
    if endpoint == "web.static":
        values.setdefault("version", own_version())
    elif endpoint == "web.asset":
        values.setdefault("version", assets.version())
