"""GET /api/v1/cases/{number}/advice: whom to hand a case to, and why."""

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.api.shapes import Json
from gridmap.cases.numbered import numbered
from gridmap.desk.acting.askers import scope_of
from gridmap.desk.advising import Pick, Words, advise
from gridmap.http import who
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import needs

bp = APIBlueprint("advice", __name__, url_prefix="/api/v1", tag="Actions")


class PickAnswer(BaseModel):
    """Somebody to hand it to."""

    to: Json = Field(description="as the actions dispatch and transfer take it")
    name: str
    name_en: str
    load: int = Field(description="open tasks they have already")
    distance_m: float | None = Field(description="from the case to their micro-grid; 0 within it")
    reasons: list[dict[str, str]] = Field(description="each in zh and en, the weightiest first")
    has: bool = Field(description="whether a task of this case is theirs already")


class AdviceAnswer(BaseModel):
    """The picks, best first."""

    picks: list[PickAnswer]


@bp.get("/cases/<number>/advice")
@needs("case.advice")
@bp.output(AdviceAnswer)
@bp.doc(summary="Whom to hand a case to", responses={404: "No such case"})
def get_advice(number: str) -> Response:
    """Who is on duty, their load and distance, the department that answers for its category, and why each."""
    case = numbered(db(), number)
    scope = scope_of(db(), case.id, case.grid_code)
    who.check("case.advice", scope)
    personal = who.may("people.read", scope)
    picks = [_told(pick) for pick in advise(db(), case, clock.now()) if personal or not pick.personal]
    response = answer({"picks": picks})
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _told(pick: Pick) -> Json:
    def both(words: Words) -> dict[str, str]:
        return {"zh": words[0], "en": words[1]}

    distance = None if pick.distance_m is None else round(pick.distance_m, 1)
    facts: Json = {"to": pick.to, "name": pick.name[0], "name_en": pick.name[1], "load": pick.load, "has": pick.has}
    return facts | {"distance_m": distance, "reasons": [both(words) for words in pick.reasons]}
