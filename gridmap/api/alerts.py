"""POST /api/v1/alerts: one alert."""

from datetime import timedelta

from apiflask import APIBlueprint
from flask import Response, current_app, request
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.api.alert_body import AlertBody, in_wgs84
from gridmap.api.shapes import AlertAnswer, case_answer, fresh_answer
from gridmap.api.together import Together
from gridmap.cases import lookup
from gridmap.desk.alerts import Incoming, Outcome, Relation, receive
from gridmap.http.json import answer, only_json
from gridmap.http.state import db, policy, settings
from gridmap.http.who import caller, needs

bp = APIBlueprint("alerts", __name__, url_prefix="/api/v1", tag="Alerts")


bp.before_request(only_json)


@bp.post("/alerts")
@needs("alerts.send")
@bp.input(AlertBody, arg_name="body")
@bp.output(AlertAnswer, status_code=201, description="A case was opened")
@bp.doc(
    summary="Send one alert",
    description="201: it opened a case. 200: it was known already, or it joined an open case near by.",
    responses={
        200: "Known already, or joined an open case",
        400: "Not JSON in UTF-8",
        413: "Too large",
        415: "Not sent as JSON",
        422: "A field is wrong",
    },
)
def post_alert(body: AlertBody) -> Response:
    """Take one alert, answer with its case and the whole route."""
    actor = caller().name
    ahead = timedelta(minutes=settings().future_minutes)
    (at,) = in_wgs84([body.location])
    alert = body.incoming(request.get_data(as_text=True), at, now=clock.now(), ahead=ahead)
    outcome = _together().receive(db(), alert, actor=actor)
    case = fresh_answer(outcome.fresh) if outcome.fresh else case_answer(db(), lookup.detail(db(), outcome.number))
    told = {"relation": outcome.relation.value, **case}
    response = answer(told, 201 if outcome.relation is Relation.OPENED else 200)
    response.headers["Location"] = f"/api/v1/cases/{outcome.number}"
    return response


def _together() -> Together:
    """This application's queue."""
    found = current_app.extensions.setdefault("gridmap.together", Together(_take))
    assert isinstance(found, Together)  # noqa: S101  # only this function writes there
    return found


def _take(session: Session, alerts: list[Incoming], actor: str) -> list[Outcome]:
    outcomes = receive(session, alerts, actor=actor, policy=policy())
    session.commit()
    return outcomes
