"""/api/v1/accounts: who may sign in, with which roles. Kept by administrators of the whole town."""

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.accounts import keeping, lookup
from gridmap.accounts.models import Account, AccountGrant
from gridmap.accounts.rights import Grant, Role
from gridmap.api.fields import GRID_CODE, Moment, Strictly, Text
from gridmap.api.shapes import Json
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import check, needs
from gridmap.people import lookup as people

bp = APIBlueprint("accounts", __name__, url_prefix="/api/v1/accounts", tag="Accounts")
_ONE = "/<username>"
_GRANT = f"{_ONE}/grants/<int(max=2147483647):grant_id>/revoke"
_NONE = {404: "No such account"}
GivenRole = Literal["operator", "planner", "member", "micro_head", "grid_head", "handler", "administrator", "auditor"]


class RoleBody(Strictly):
    """A role within a grid or, for handlers, a department."""

    role: GivenRole
    grid: Annotated[Text | None, GRID_CODE] = None
    department: Annotated[Text | None, Field(max_length=40, description="its code")] = None
    since: Moment | None = None
    until: Moment | None = None


class AccountBody(Strictly):
    """Somebody to be let in."""

    username: Annotated[Text, Field(min_length=2, max_length=40)]
    name: Annotated[Text, Field(max_length=100)] = ""
    person: Annotated[Text | None, Field(max_length=40, description="the staff number of whom it belongs to")] = None
    subject: Annotated[Text | None, Field(max_length=255, description="`sub` at the OpenID Connect provider")] = None


class AccountChange(Strictly):
    """The facts as they shall be."""

    name: Annotated[Text, Field(max_length=100)]
    person: Annotated[Text | None, Field(max_length=40)] = None
    subject: Annotated[Text | None, Field(max_length=255)] = None


class AccountAnswer(BaseModel):
    """An account, without any secret."""

    username: str
    name: str
    person_id: int | None
    subject: str | None
    must_change: bool
    second_factor: bool
    created_at: str
    signed_in_at: str | None
    disabled_at: str | None
    roles: list[Json]


class AccountsAnswer(BaseModel):
    """All accounts, by name."""

    accounts: list[AccountAnswer]


class FirstPasswordAnswer(BaseModel):
    """A first password, told only now; it must be changed at the first sign-in."""

    username: str
    password: str


class GrantMade(BaseModel):
    """The number of the role given, to take it away by."""

    id: int


def _told(row: Account, grants: list[AccountGrant]) -> Json:
    names = ("username", "name", "person_id", "subject", "must_change", "created_at", "signed_in_at", "disabled_at")
    facts = {name: getattr(row, name) for name in names}
    return facts | {"second_factor": row.totp_secret is not None, "roles": [_role(grant) for grant in grants]}


def _role(grant: AccountGrant) -> Json:
    where = {"grid": grant.grid_code, "department_id": grant.department_id}
    return {"id": grant.id, "role": grant.role, **where, "since": grant.valid_from, "until": grant.valid_until}


def _person_id(ref: str | None) -> int | None:
    return None if ref is None else people.person(db(), ref).id


@bp.get("")
@needs("accounts.read")
@bp.output(AccountsAnswer)
@bp.doc(summary="Everybody who may sign in")
def get_accounts() -> Response:
    """All accounts with the roles they have or will have."""
    check("accounts.read")
    rows = lookup.listing(db())
    granted = lookup.grants(db(), [row.id for row in rows], clock.now())
    return answer({"accounts": [_told(row, granted[row.id]) for row in rows]})


@bp.get(_ONE)
@needs("accounts.read")
@bp.output(AccountAnswer)
@bp.doc(summary="One account", responses=_NONE)
def get_account(username: str) -> Response:
    """One account with its roles."""
    check("accounts.read")
    row = lookup.account(db(), username)
    return answer(_told(row, lookup.grants(db(), [row.id], clock.now())[row.id]))


@bp.post("")
@needs("accounts.manage")
@bp.input(AccountBody, arg_name="body")
@bp.output(FirstPasswordAnswer, status_code=201)
@bp.doc(summary="Make an account", responses={404: "No such person", 409: "The name, the person or the subject has one"})
def post_account(body: AccountBody) -> Response:
    """An account without a role; its first password is told this once."""
    actor = check("accounts.manage").name
    account, password = keeping.create(
        db(), body.username, name=body.name, person_id=_person_id(body.person), subject=body.subject, actor=actor
    )
    db().commit()
    return answer({"username": account.username, "password": password}, 201)


@bp.post(f"{_ONE}/change")
@needs("accounts.manage")
@bp.input(AccountChange, arg_name="body")
@bp.doc(
    summary="Change an account's facts",
    responses={204: "Changed", 404: "No such account or person", 409: "The person or the subject has another account"},
)
def post_change(username: str, body: AccountChange) -> Response:
    """Name, person and subject, as they shall be."""
    actor, person = check("accounts.manage").name, _person_id(body.person)
    keeping.change(db(), username, name=body.name, person_id=person, subject=body.subject, actor=actor)
    db().commit()
    return Response(status=204)


@bp.post(f"{_ONE}/grants")
@needs("accounts.manage")
@bp.input(RoleBody, arg_name="body")
@bp.output(GrantMade, status_code=201)
@bp.doc(summary="Give a role", responses={404: "No such account or department"})
def post_grant(username: str, body: RoleBody) -> Response:
    """One more role, from now on or from `since`."""
    actor = check("accounts.manage").name
    department = None if body.department is None else people.department(db(), body.department).id
    given = Grant(Role(body.role), body.grid, department)
    made = keeping.grant(db(), username, given, since=body.since or clock.now(), until=body.until, actor=actor)
    db().commit()
    return answer({"id": made.id}, 201)


@bp.post(_GRANT)
@needs("accounts.manage")
@bp.doc(
    summary="Take a role away",
    responses={
        204: "Taken away",
        404: "No such account, or it has no such role",
        409: "Nobody would be left to keep the accounts",
    },
)
def post_revoke(username: str, grant_id: int) -> Response:
    """From now on."""
    actor = check("accounts.manage").name
    keeping.revoke(db(), username, grant_id, now=clock.now(), actor=actor)
    db().commit()
    return Response(status=204)


@bp.post(f"{_ONE}/reset")
@needs("accounts.manage")
@bp.output(FirstPasswordAnswer)
@bp.doc(summary="Give a new first password", responses=_NONE)
def post_reset(username: str) -> Response:
    """All its sessions end."""
    actor = check("accounts.manage").name
    password = keeping.reset(db(), username, actor=actor)
    db().commit()
    return answer({"username": username, "password": password})


@bp.post(f"{_ONE}/second-factor/remove")
@needs("accounts.manage")
@bp.doc(summary="Remove a lost second factor", responses={204: "Removed", 404: "No such account", 409: "It has none"})
def post_second_factor_off(username: str) -> Response:
    """All its sessions end."""
    keeping.remove_second_factor(db(), username, actor=check("accounts.manage").name)
    db().commit()
    return Response(status=204)


@bp.post(f"{_ONE}/disable")
@needs("accounts.manage")
@bp.doc(
    summary="Refuse an account from now on",
    responses={204: "Disabled", 404: "No such account", 409: "It is already, or nobody would be left to keep the accounts"},
)
def post_disable(username: str) -> Response:
    """All its sessions end."""
    keeping.disable(db(), username, now=clock.now(), actor=check("accounts.manage").name)
    db().commit()
    return Response(status=204)


@bp.post(f"{_ONE}/enable")
@needs("accounts.manage")
@bp.doc(summary="Let a disabled account in again", responses={204: "Enabled", 404: "No such account", 409: "It is not disabled"})
def post_enable(username: str) -> Response:
    """With the password it had."""
    keeping.enable(db(), username, actor=check("accounts.manage").name)
    db().commit()
    return Response(status=204)
