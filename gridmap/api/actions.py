"""POST /api/v1/cases/{number}/actions/{action}: one address for each action of the workflow, with its own body."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request
from flask_babel import get_locale, gettext
from pydantic import BaseModel
from sqlalchemy import select

from gridmap import clock
from gridmap.accounts.named import names_of
from gridmap.accounts.rights import RIGHTS, Role, Scope
from gridmap.accounts.words import ROLES
from gridmap.api.action_bodies import BODIES, told
from gridmap.api.fields import Strictly
from gridmap.api.shapes import Json
from gridmap.cases.models import Case
from gridmap.cases.numbered import numbered
from gridmap.cases.states import State
from gridmap.cases.tasks import HELD
from gridmap.cases.workflow import TABLE, Action
from gridmap.desk.acting import act as acting
from gridmap.desk.acting.adjusting import request_kind
from gridmap.desk.acting.askers import asker_of, scope_of
from gridmap.desk.acting.doing import standing_of, tasks_of
from gridmap.desk.acting.offering import View, offered, pending_of
from gridmap.errors import Conflict, Invalid, NotAllowed, msg
from gridmap.http import who
from gridmap.http.json import answer
from gridmap.http.state import db, settings
from gridmap.http.versions import etag_of, expected

bp = APIBlueprint("actions", __name__, url_prefix="/api/v1", tag="Actions")
# What only adds something needs not have seen the newest version.
_ADDING = frozenset({Action.COMMENT, Action.ATTACH})


class DoneAnswer(BaseModel):
    """What became of an action."""

    number: str
    state: str
    version: int
    fresh: bool
    allowed: list[str]


def _expected(action: Action) -> int | None:
    """The version the caller saw, from If-Match."""
    return None if action in _ADDING and not request.if_match else expected()


def allowed(case: Case, scope: Scope) -> list[str]:
    """The actions the caller may do now."""
    return [action.value for action in offered(view_of(case, scope))]


def view_of(case: Case, scope: Scope) -> View:
    """The case as the caller looks at it."""
    caller, now = who.caller(), clock.now()
    asker, standing = asker_of(db(), caller, scope, now), standing_of(db(), case.id, State(case.state))
    return View(case, standing, pending_of(db(), [case.id])[case.id], caller, asker, scope, now)


def _post(action: Action, body: Strictly, number: str) -> Response:
    case = acting.locked(db(), number, action, beside=getattr(body, "into", "") or "")
    scope = scope_of(db(), case.id, case.grid_code)
    caller = who.check(_deed(action, body), scope)
    asker = asker_of(db(), caller, scope, clock.now())
    call = acting.Call(_expected(action), _key())
    try:
        limit_m = settings().nearest_limit_m
        done = acting.act(db(), case, action, told(body, db()), asker, call=call, nearest_limit_m=limit_m)
    except Conflict as error:
        db().rollback()
        error.facts |= _instead(case, scope)
        raise
    db().commit()
    facts = {"number": done.number, "state": done.state.value, "version": done.version, "fresh": done.fresh}
    response = answer(facts | {"allowed": allowed(case, scope)})
    response.set_etag(etag_of(done.version))
    return response


def _deed(action: Action, body: Strictly) -> str:
    """The line of the rights table an action falls under; what is reviewed decides who may review it."""
    kind = request_kind(db(), getattr(body, "request", 0)) if action is Action.REVIEW else None
    return f"case.{action.value}_{kind}" if kind else f"case.{action.value}"


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= 200:
        raise Invalid(msg("An Idempotency-Key has 1 to 200 characters"), field="Idempotency-Key")
    return key


def _instead(case: Case, scope: Scope) -> Json:
    """What the caller may do instead, and who may do what: told with a refusal."""
    db().refresh(case)
    state = State(case.state)
    fitting = [action.value for action, row in TABLE.items() if state in row.paths]
    return {
        "state": state.value,
        "version": case.version,
        "holder": _holder(case, scope),
        "allowed": allowed(case, scope),
        "who": {action: [gettext(ROLES[role]) for role in ROLES if role in _roles(action)] for action in fitting},
    }


def _explained(view: Callable[..., Response]) -> Callable[..., Response]:
    """A refusal for want of a right says as much as one by the table: how the case stands, what may be done, and by whom."""

    @wraps(view)
    def explained(number: str, *args: Any, **kwargs: Any) -> Response:
        try:
            return view(number, *args, **kwargs)
        except NotAllowed as error:
            case = db().scalars(select(Case).where(Case.number == number)).one_or_none() if who.may("case.read") else None
            if case is not None:
                error.facts |= _instead(case, scope_of(db(), case.id, case.grid_code))
            raise

    return explained


def _holder(case: Case, scope: Scope) -> str | None:
    """Who has it, for those who may know."""
    held = [str(task.holder) for task in tasks_of(db(), case.id) if task.state in HELD]
    if not held or not who.may("people.read", scope):
        return None
    names, english = names_of(db(), held), str(get_locale()).startswith("en")
    return ", ".join(names[one].spoken(english=english) if one in names else one.partition(":")[2] for one in held)


def _roles(action: str) -> frozenset[Role]:
    return RIGHTS[f"case.{action}"].roles


def _view(action: Action) -> Callable[..., Response]:
    def view(number: str, body: Strictly) -> Response:
        return _post(action, body, number)

    view.__name__ = f"post_{action.value}"
    view.__doc__ = f"{action.value} a case."
    return view


def _register(action: Action) -> None:
    row = TABLE[action]
    wants: Any = _view(action)
    wants = bp.doc(
        summary=action.value.replace("_", " ").capitalize(),
        description="From " + ", ".join(f"`{state.value}`" for state in row.paths) + ". If-Match carries the case's ETag;"
        " with an Idempotency-Key a repeat changes nothing.",
        responses={
            401: "Nobody asks",
            403: "Not with your role here",
            404: "No such case",
            409: "Not as the case stands now",
            428: "No If-Match",
        },
    )(wants)
    wants = bp.output(DoneAnswer)(wants)
    wants = bp.input(BODIES[action], arg_name="body")(wants)
    wants = _explained(who.needs(f"case.{action.value}")(wants))  # Outermost: before the body is looked at.
    bp.post(f"/cases/<number>/actions/{action.value}")(wants)


for _action in BODIES:
    _register(_action)


@bp.post("/cases/<number>/actions/<action>")
@who.needs("case.read")
@bp.doc(hide=True)
def post_unknown(number: str, action: str) -> Response:
    """Any other action: there is none, and this is what there is."""
    case = numbered(db(), number)
    facts = _instead(case, scope_of(db(), case.id, case.grid_code))
    raise Conflict(msg("There is no action '%(action)s'"), facts=facts, action=action[:40])
