"""/api/v1/me: one's own account, for those who are signed in; machines have none."""

from datetime import datetime
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, request, session
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.accounts import own, second_factor
from gridmap.accounts import sessions as signed_in_at
from gridmap.accounts.rights import RIGHTS, allows_somewhere
from gridmap.api.fields import Strictly, Text
from gridmap.errors import Conflict, GridmapError, msg
from gridmap.http import sessions
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import account, needs

bp = APIBlueprint("me", __name__, url_prefix="/api/v1/me", tag="My account")
_PENDING = "second_factor_pending"  # as the page's
_Password = Annotated[Text, Field(min_length=1, max_length=1000)]


class RoleHeld(BaseModel):
    """A role and where it holds."""

    role: str
    grid: str | None
    department_id: int | None


class MeAnswer(BaseModel):
    """Who one is, and what one may do somewhere."""

    username: str
    name: str
    person_id: int | None
    must_change: bool
    second_factor: bool
    roles: list[RoleHeld]
    deeds: list[str]
    csrf_token: str = Field(description="what changes carry in the header X-CSRFToken")


class PasswordBody(Strictly):
    """The present password and the new one."""

    present: _Password
    password: _Password


class PresentBody(Strictly):
    """The present password."""

    present: _Password


class CodeBody(Strictly):
    """Six digits of the authenticator."""

    code: Annotated[Text, Field(min_length=6, max_length=10)]


class SecretAnswer(BaseModel):
    """What the authenticator takes in; proved by a code."""

    secret: str
    address: str


class CodesAnswer(BaseModel):
    """Recovery codes, each good once, told only now."""

    recovery_codes: list[str]


class SessionTold(BaseModel):
    """Somewhere one is signed in."""

    id: str
    device: str = Field(description="browser and system, as far as it told them")
    began_at: datetime
    seen_at: datetime = Field(description="when it was last used, to the minute")
    this_one: bool


class SessionsAnswer(BaseModel):
    """Where one is signed in."""

    sessions: list[SessionTold]


@bp.get("")
@needs("account.own")
@bp.output(MeAnswer)
@bp.doc(summary="Who am I, and what may I do")
def get_me() -> Response:
    """The account with its roles."""
    me = account()
    roles = [{"role": one.role, "grid": one.grid_code, "department_id": one.department_id} for one in me.caller.grants]
    facts = {"username": me.username, "name": me.name, "person_id": me.caller.person_id, "must_change": me.must_change}
    deeds = [deed for deed in RIGHTS if allows_somewhere(me.caller, deed)]
    more = {"second_factor": me.second_factor, "roles": roles, "deeds": deeds, "csrf_token": sessions.csrf_token()}
    return answer(facts | more)


@bp.post("/password")
@needs("account.own")
@bp.input(PasswordBody, arg_name="body")
@bp.doc(summary="Change my password", responses={204: "Changed; all other sessions have ended", 403: "Too many failed tries"})
def post_password(body: PasswordBody) -> Response:
    """Another password; this session goes on."""
    address, now = request.remote_addr or "", clock.now()
    try:
        epoch = own.change_password(db(), account().username, body.present, body.password, address=address, now=now)
    except GridmapError:
        db().commit()  # A wrong present password counts as a try.
        raise
    sessions.go_on(epoch)
    db().commit()
    return Response(status=204)


@bp.post("/second-factor")
@needs("account.own")
@bp.output(SecretAnswer)
@bp.doc(summary="Begin to set up the second factor", responses={409: "There is one already"})
def post_second_factor() -> Response:
    """A new secret; nothing holds until a code proves that it was taken in."""
    me = account()
    if me.second_factor:
        raise Conflict(msg("Your account has a second factor already"))
    secret = session[_PENDING] = second_factor.fresh_secret()
    return answer({"secret": secret, "address": second_factor.address(secret, me.username)})


@bp.post("/second-factor/confirm")
@needs("account.own")
@bp.input(CodeBody, arg_name="body")
@bp.output(CodesAnswer)
@bp.doc(summary="Turn on the second factor", responses={409: "Not begun, or there is one already"})
def post_second_factor_code(body: CodeBody) -> Response:
    """From now on signing in asks for codes."""
    me, secret = account(), session.get(_PENDING)
    if not secret:
        raise Conflict(msg("Begin to set up the second factor first"))
    codes = own.add_second_factor(db(), me.username, secret, body.code, seal=sessions.seal(), now=clock.now())
    db().commit()
    session.pop(_PENDING)
    return answer({"recovery_codes": codes})


@bp.post("/second-factor/remove")
@needs("account.own")
@bp.input(PresentBody, arg_name="body")
@bp.doc(summary="Turn off the second factor", responses={204: "Off", 403: "Too many failed tries", 409: "There is none"})
def post_second_factor_off(body: PresentBody) -> Response:
    """Ask for no code any more."""
    address, now = request.remote_addr or "", clock.now()
    try:
        own.drop_second_factor(db(), account().username, body.present, address=address, now=now)
    except GridmapError:
        db().commit()  # same
        raise
    db().commit()
    return Response(status=204)


@bp.get("/sessions")
@needs("account.own")
@bp.output(SessionsAnswer)
@bp.doc(summary="Where I am signed in")
def get_sessions() -> Response:
    """My sessions that hold, the last used first."""
    account()
    names = ("id", "device", "began_at", "seen_at")
    told = [{name: getattr(one, name) for name in names} | {"this_one": one.id == sessions.this_one()} for one in sessions.mine()]
    return answer({"sessions": told})


@bp.post("/sessions/<session_id>/end")
@needs("account.own")
@bp.doc(summary="Sign out there", responses={204: "Ended; that browser is refused from now on", 404: "No session of mine"})
def post_session_end(session_id: str) -> Response:
    """One session of mine less."""
    signed_in_at.end(db(), account().account_id, session_id, now=clock.now())
    db().commit()
    return Response(status=204)


@bp.post("/sign-out-everywhere")
@needs("account.own")
@bp.doc(summary="End every session of mine", responses={204: "Ended, this one too"})
def post_sign_out_everywhere() -> Response:
    """This one included."""
    own.end_sessions(db(), account().username)
    sessions.end()
    db().commit()
    return Response(status=204)
