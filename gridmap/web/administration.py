"""Administration: accounts with their roles, and keys of machines. What is shown once is shown in the answer itself."""

from collections.abc import Callable

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gridmap import clock
from gridmap.accounts import keeping, keys, lookup, scopes
from gridmap.accounts.models import AccountGrant
from gridmap.accounts.rights import ACCOUNT_ROLES, Grant, KeyScope, Role
from gridmap.accounts.words import KEY_SCOPES, ROLES
from gridmap.errors import GridmapError, Invalid, msg
from gridmap.http.problems import status_of, tell
from gridmap.http.state import db
from gridmap.http.who import check, needs
from gridmap.people import lookup as people
from gridmap.web import language, typed

bp = APIBlueprint("administration", __name__, enable_openapi=False, url_prefix="/admin")
bp.before_request(language.switch)


@bp.get("/accounts")
@needs("accounts.read")
def accounts_page() -> Response:
    """Everybody who may sign in."""
    check("accounts.read")
    return _accounts()


@bp.post("/accounts")
@needs("accounts.manage")
def create_account() -> Response:
    """A new account; its first password is shown this once."""
    actor, given = check("accounts.manage").name, request.form
    try:
        name, person_id = given.get("name", ""), _person_id()
        account, password = keeping.create(db(), given.get("username", ""), name=name, person_id=person_id, actor=actor)
        if given.get("role"):
            _give(account.username, actor)
    except GridmapError as error:
        db().rollback()
        return _accounts(tell(error.text, error.values), status=status_of(error))
    db().commit()
    return _account(account.username, password=password)


@bp.get("/accounts/<username>")
@needs("accounts.read")
def account_page(username: str) -> Response:
    """One account."""
    check("accounts.read")
    return _account(username)


@bp.post("/accounts/<username>/change")
@needs("accounts.manage")
def change_account(username: str) -> Response:
    """Another name, another subject at the provider."""
    actor, given = check("accounts.manage").name, request.form
    name, subject = given.get("name", ""), given.get("subject") or None
    return _do(username, lambda: keeping.change(db(), username, name=name, person_id=_person_id(), subject=subject, actor=actor))


@bp.post("/accounts/<username>/grants")
@needs("accounts.manage")
def give_role(username: str) -> Response:
    """One more role."""
    actor = check("accounts.manage").name
    return _do(
        username, lambda: keeping.grant(db(), username, _grant(), since=clock.now(), until=typed.end_of_day("until"), actor=actor)
    )


@bp.post("/accounts/<username>/grants/<int:grant_id>/revoke")
@needs("accounts.manage")
def take_role(username: str, grant_id: int) -> Response:
    """One role less."""
    actor = check("accounts.manage").name
    return _do(username, lambda: keeping.revoke(db(), username, grant_id, now=clock.now(), actor=actor))


@bp.post("/accounts/<username>/reset")
@needs("accounts.manage")
def reset_password(username: str) -> Response:
    """A new first password, shown this once."""
    actor = check("accounts.manage").name
    password = keeping.reset(db(), username, actor=actor)
    db().commit()
    return _account(username, password=password)


@bp.post("/accounts/<username>/second-factor/remove")
@needs("accounts.manage")
def remove_second_factor(username: str) -> Response:
    """For a lost phone."""
    actor = check("accounts.manage").name
    return _do(username, lambda: keeping.remove_second_factor(db(), username, actor=actor))


@bp.post("/accounts/<username>/disable")
@needs("accounts.manage")
def disable_account(username: str) -> Response:
    """Refuse it from now on."""
    actor = check("accounts.manage").name
    return _do(username, lambda: keeping.disable(db(), username, now=clock.now(), actor=actor))


@bp.post("/accounts/<username>/enable")
@needs("accounts.manage")
def enable_account(username: str) -> Response:
    """Let it in again."""
    actor = check("accounts.manage").name
    return _do(username, lambda: keeping.enable(db(), username, actor=actor))


@bp.get("/keys")
@needs("keys.read")
def keys_page() -> Response:
    """The keys of machines."""
    check("keys.read")
    return _keys()


@bp.post("/keys")
@needs("keys.manage")
def create_key() -> Response:
    """A new key; its secret is shown this once."""
    actor, given = check("keys.manage").name, request.form
    try:
        until, scopes_given = typed.end_of_day("until"), given.getlist("scopes")
        secret = keys.create(db(), given.get("name", ""), scopes=scopes_given, expires_at=until, actor=actor)
    except GridmapError as error:
        db().rollback()
        return _keys(tell(error.text, error.values), status=status_of(error))
    db().commit()
    return _keys(secret=secret, made=given.get("name", ""))


@bp.post("/keys/revoke")
@needs("keys.manage")
def revoke_key() -> Response:
    """Refuse a key from now on. Its name comes in the form: it may hold a slash."""
    actor = check("keys.manage").name
    try:
        keys.revoke(db(), request.form.get("name", ""), actor=actor)
    except GridmapError as error:
        return _keys(tell(error.text, error.values), status=status_of(error))
    db().commit()
    return redirect(url_for("administration.keys_page"), 303)


def _do(username: str, deed: Callable[[], object]) -> Response:
    """Do it, commit it, and show the account again; what was refused is told above it."""
    try:
        deed()
    except GridmapError as error:
        db().rollback()
        return _account(username, tell(error.text, error.values), status=status_of(error))
    db().commit()
    return redirect(url_for("administration.account_page", username=username), 303)


def _person_id() -> int | None:
    """Whom the staff number that was typed names; nobody where none was."""
    ref = request.form.get("person", "").strip()
    return people.person(db(), ref).id if ref else None


def _give(username: str, actor: str) -> None:
    """The role that was typed, to the end of the day that was."""
    keeping.grant(db(), username, _grant(), since=clock.now(), until=typed.end_of_day("until"), actor=actor)


def _grant() -> Grant:
    given = request.form
    try:
        role = Role(given.get("role", ""))
    except ValueError:
        raise Invalid(msg("No account has this role"), field="role") from None
    if role is Role.HANDLER:
        chosen = given.get("department", "")
        return Grant(role, department_id=int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else None)
    return Grant(role, given.get("grid", "").strip() or None)


def _accounts(wrong: str = "", *, status: int = 200) -> Response:
    rows = lookup.listing(db())
    granted = lookup.grants(db(), [row.id for row in rows], clock.now())
    text = render_template(
        "accounts.html", wrong=wrong, accounts=rows, granted=granted, names=_named(granted), typed=request.form, **_choices()
    )
    return make_response(text, status)


def _account(username: str, wrong: str = "", *, password: str = "", status: int = 200) -> Response:
    row = lookup.account(db(), username)
    granted = lookup.grants(db(), [row.id], clock.now())
    text = render_template(
        "account_kept.html",
        wrong=wrong,
        account=row,
        grants=granted[row.id],
        names=_named(granted),
        password=password,
        person=lookup.person_ref(db(), row),
        typed=request.form,
        **_choices(),
    )
    return make_response(text, status)


def _choices() -> dict[str, object]:
    # In the order of the words, but the one who keeps the accounts first.
    given = sorted(ACCOUNT_ROLES, key=lambda role: (role is not Role.ADMINISTRATOR, list(ROLES).index(role)))
    return {"roles_given": given, "grids": scopes.grids(db()), "departments": scopes.departments(db())}


def _named(granted: dict[int, list[AccountGrant]]) -> dict[int, scopes.Place]:
    return scopes.named(db(), [grant for grants in granted.values() for grant in grants])


def _keys(wrong: str = "", *, secret: str = "", made: str = "", status: int = 200) -> Response:
    text = render_template(
        "keys.html",
        wrong=wrong,
        keys=keys.listing(db()),
        now=clock.now(),
        secret=secret,
        made=made,
        wall=secret and KeyScope.WALL in request.form.getlist("scopes"),
        scopes=KeyScope,
        scope_words=KEY_SCOPES,
        typed=request.form,
    )
    return make_response(text, status)
