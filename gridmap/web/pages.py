"""The pages: the operator's map, a link to one case, the API's own page, and the files they load."""

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
    static_folder=str(resources.static_dir()),
    static_url_path="/static",
)
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


@bp.get("/assets/<path:path>")
@public("other people's programs, the same for everybody")
def asset(path: str) -> Response:
    """A third-party file from the whitelist, from this machine."""
    if path not in assets.vendored():
        abort(404)
    response = send_from_directory(resources.vendor_dir(), path)
    response.headers["Content-Disposition"] = "inline"
    return response
