"""What every page has at hand, and errors as pages for those who look at pages."""

from urllib.parse import urlencode

from flask import Flask, Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from gridmap.accounts.rights import Grant
from gridmap.accounts.words import ROLES
from gridmap.clock import local
from gridmap.errors import GridmapError, NotAllowed, NotAuthenticated
from gridmap.http import problems, sessions, who
from gridmap.http.problems import status_of, tell
from gridmap.web import language
from gridmap.web.security import nonce


def furnish(app: Flask) -> None:
    """Give the templates of `app` their tools, and its errors their page."""
    app.context_processor(_at_hand)
    app.add_template_filter(local, "local")
    app.register_error_handler(GridmapError, _told)
    app.after_request(_nowhere)


def _at_hand() -> dict[str, object]:
    spoken = language.chosen(current_app.config["LANGUAGE"])
    return {
        "nonce": nonce(),
        "language": spoken,
        "in_the_other_language": _in_the_other(spoken),
        "me": sessions.here(),
        "may": who.may,
        "may_somewhere": who.may_somewhere,
        "csrf_token": sessions.csrf_token,
        "roles": ROLES,
        "roles_of": _roles_of,
    }


def _in_the_other(language: str) -> str:
    """This page's address in the other language, with whatever else was asked."""
    asked = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    return f"?{urlencode([*asked, ('lang', 'en' if language == 'zh' else 'zh')])}"


def _roles_of(grants: tuple[Grant, ...]) -> list[str]:
    """The words for the roles among the grants, each once, in the table's order."""
    held = {grant.role for grant in grants}
    return [words for role, words in ROLES.items() if role in held]


def looks() -> bool:
    """Whether a person looks at this answer in a browser, not a program."""
    return not request.path.startswith("/api/v") and "text/html" in request.headers.get("Accept", "")


def _told(error: GridmapError) -> AnyResponse:
    if not looks():
        return problems.told(error)
    if isinstance(error, NotAuthenticated):
        return redirect(url_for("sign_in.page", next=request.full_path.rstrip("?")), 303)
    me = sessions.here()
    if isinstance(error, NotAllowed) and me is not None and me.must_change:
        return redirect(url_for("own.page"), 303)
    return page_of(error)


def _nowhere(response: Response) -> Response:
    """An address where nothing is, as a page: no route was found, so no error of ours was raised."""
    if response.status_code != 404 or response.mimetype != problems.PROBLEM or not looks():
        return response
    return make_response(render_template("error.html", words=response.get_json(force=True)["detail"]), 404)


def page_of(error: GridmapError) -> Response:
    """The error as a page of its own."""
    return make_response(render_template("error.html", words=tell(error.text, error.values)), status_of(error))
