"""POST /api/v1/cases/bulk: one action on several cases, each with a savepoint and an outcome of its own."""

from typing import Annotated, Any, Literal

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import BaseModel, Field, ValidationError

from gridmap import clock
from gridmap.accounts.rights import allows
from gridmap.api.action_bodies import BODIES, told
from gridmap.api.fields import Strictly, Text
from gridmap.api.shapes import Json
from gridmap.cases.workflow import Action
from gridmap.desk.acting import act as acting
from gridmap.desk.acting.askers import asker_of, scope_of
from gridmap.desk.acting.told import Told
from gridmap.errors import Fault, GridmapError, Invalid, NotAllowed, msg
from gridmap.faults import faults
from gridmap.http import problems, who
from gridmap.http.json import answer
from gridmap.http.state import db, settings
from gridmap.http.who import needs

bp = APIBlueprint("bulk", __name__, url_prefix="/api/v1", tag="Actions")
MOST = 200


class Chosen(Strictly):
    """A case, and its version as the caller saw it."""

    number: Annotated[Text, Field(max_length=40)]
    version: Annotated[int, Field(ge=0, le=2**31)]


class BulkBody(Strictly):
    """One action, what it is told, and the cases."""

    action: Literal["dispatch", "verify", "rework", "close", "void", "supervise"]
    cases: Annotated[list[Chosen], Field(min_length=1, max_length=MOST)]
    told: dict[str, Any] = Field(default_factory=dict, description="the action's own fields")


class OutcomeAnswer(BaseModel):
    """What became of one case."""

    number: str
    status: int = Field(description="as the action alone would have answered")
    state: str | None
    version: int | None
    detail: str = Field(description="why not, in the reader's language")


class BulkAnswer(BaseModel):
    """What became of each, in the order asked."""

    done: int
    outcomes: list[OutcomeAnswer]


@bp.post("/cases/bulk")
@needs("case.bulk")
@bp.input(BulkBody, arg_name="body")
@bp.output(BulkAnswer)
@bp.doc(
    summary="One action on several cases",
    description="Needs the right to the action itself, too. One case that can't be changed holds up no other.",
)
def post_bulk(body: BulkBody) -> Response:
    """Do one action to several cases."""
    if len({one.number for one in body.cases}) < len(body.cases):
        raise Invalid(msg("A case is named twice"), field="cases")
    action = Action(body.action)
    meant = _told(action, body.told)
    # By number, so that two such calls that cross wait for each other instead of locking each other out.
    found = {one.number: _one(action, one, meant) for one in sorted(body.cases, key=lambda one: one.number)}
    db().commit()
    outcomes = [found[one.number] for one in body.cases]
    return answer({"done": sum(one["status"] == 200 for one in outcomes), "outcomes": outcomes})


def _told(action: Action, given: dict[str, Any]) -> Told:
    try:
        return told(BODIES[action].model_validate(given), db())
    except ValidationError as error:
        named = [Fault(f"told.{fault.field}", fault.text, fault.values) for fault in faults(error)]
        raise Invalid(named[0].text, faults=named, **named[0].values) from error


def _one(action: Action, chosen: Chosen, meant: Told) -> Json:
    try:
        with db().begin_nested():
            done = _act(action, chosen, meant)
    except GridmapError as error:
        refused: Json = {"number": chosen.number, "status": problems.status_of(error), "state": None, "version": None}
        return refused | {"detail": problems.tell(error.text, error.values)}
    return {"number": done.number, "status": 200, "state": done.state.value, "version": done.version, "detail": ""}


def _act(action: Action, chosen: Chosen, meant: Told) -> acting.Done:
    case = acting.locked(db(), chosen.number, action)
    scope, caller = scope_of(db(), case.id, case.grid_code), who.caller()
    for deed in ("case.bulk", f"case.{action.value}"):
        if not allows(caller, deed, scope):
            raise NotAllowed(msg("This case lies outside of your scope"))
    call = acting.Call(chosen.version, _key(chosen.number))
    asker = asker_of(db(), caller, scope, clock.now())
    return acting.act(db(), case, action, meant, asker, call=call, nearest_limit_m=settings().nearest_limit_m)


def _key(number: str) -> str | None:
    key = request.headers.get("Idempotency-Key")
    return f"{key[:150]}:{number}" if key else None
