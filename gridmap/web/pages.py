"""The pages: the operator's map, a link to one case, the API's own page, and the files they load."""

from urllib.parse import urlencode

from apiflask import APIBlueprint
from flask import Response, abort, current_app, make_response, redirect, render_template, request, send_from_directory, url_for
from werkzeug.wrappers import Response as AnyResponse

from gridmap import resources
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


@bp.before_request
def switch_language() -> AnyResponse | None:
    """`?lang=en` on any page: remember it and come back without it."""
    wanted = request.args.get("lang")
    if wanted is None:
        return None
    rest = urlencode([(key, value) for key, value in request.args.items(multi=True) if key != "lang"])
    response = redirect(f"{request.path}?{rest}" if rest else request.path, 303)
    if wanted in language.LANGUAGES:
        language.remember(response, wanted)
    return response


@bp.get("/")
def map_page() -> Response:
    """The operator's map. Its HTML holds no data, so it is as small for a city as for a village."""
    shell = operator_shell(current_app.config["BASE_MAPS"]).with_nonce(nonce())
    return make_response(render_template("map.html", shell=shell, nonce=nonce(), language=_language()))


@bp.get("/case/<number>")
def case_link(number: str) -> AnyResponse:
    """A lasting link to one case: the map, with its card open."""
    return redirect(url_for("web.map_page", _anchor=f"sel=case:{number}"), 303)


@bp.get("/api/docs")
def api_page() -> Response:
    """The page that reads /api/openapi.json aloud."""
    return make_response(render_template("api.html", nonce=nonce(), language=_language()))


@bp.get("/assets/<path:path>")
def asset(path: str) -> Response:
    """A third-party file from the whitelist, from this machine."""
    if path not in assets.vendored():
        abort(404)
    response = send_from_directory(resources.vendor_dir(), path)
    response.headers["Content-Disposition"] = "inline"
    return response


def _language() -> language.Language:
    return language.chosen(current_app.config["LANGUAGE"])
