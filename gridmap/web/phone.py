"""The phone page of members and heads: its HTML holds no data; what it shows and sends goes through the API."""

from apiflask import APIBlueprint
from flask import Response, make_response, render_template

from gridmap.http.who import account, needs
from gridmap.web import language

bp = APIBlueprint("phone", __name__, enable_openapi=False)
bp.before_request(language.switch)


@bp.get("/m")
@needs("tasks.own")
def page() -> Response:
    """My tasks."""
    return make_response(render_template("phone.html", account=account()))
