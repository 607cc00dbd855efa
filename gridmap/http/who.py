"""Who asks, and whether they may: every view says which deed it is, or that it is everybody's, and why.

    @bp.get("/cases/<number>")
    @needs("case.read")          # right below the route: asked before anything else is looked at
    def get_case(number): ...

`needs` lets in whoever may do the deed somewhere; a view that knows where it happens asks `check` too. A test walks all
views: one without a rule fails the build.
"""

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from typing import ParamSpec, TypeVar

from flask import g, request
from flask_babel import gettext

from gridmap.accounts.caller import Caller
from gridmap.accounts.lookup import SignedIn
from gridmap.accounts.rights import RIGHTS, TOWN_WIDE, Scope, allows, allows_somewhere
from gridmap.accounts.words import ROLES
from gridmap.errors import NotAllowed, NotAuthenticated, msg
from gridmap.http import sessions
from gridmap.http.keys import by_key, by_wall, shows_key

P = ParamSpec("P")
R = TypeVar("R")


def caller() -> Caller:
    """Whoever asks, by the key they show, the session they have, or the key a wall keeps; in this order.

    Raises:
        NotAuthenticated: nobody, or a key that is not in force.
    """
    found = caller_or_none()
    if found is None:
        raise NotAuthenticated(msg("This needs a session (sign in) or an API key ('Authorization: Bearer KEY')"))
    return found


def caller_or_none() -> Caller | None:
    """Whoever asks, or None where nobody says who they are; `NotAuthenticated` for a key that is not in force."""
    if "caller" not in g:
        g.caller = by_key() if shows_key() else _by_session()
    found: Caller | None = g.caller
    return found


def _by_session() -> Caller | None:
    who = sessions.here()
    return by_wall() if who is None else who.caller


def account() -> SignedIn:
    """Whoever is signed in; `NotAuthenticated` when nobody is, or a machine asks."""
    who = None if shows_key() else sessions.here()
    if who is None:
        raise NotAuthenticated(msg("This needs a session: sign in"))
    return who


def needs(deed: str, *, unless: Callable[[], bool] = lambda: False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A view that is a deed of the table; stands right below the route. `unless` lets in nobody knows whom."""
    assert deed in RIGHTS, f"no such deed: {deed}"  # noqa: S101  # a slip of ours, not of the caller's

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not unless() and not allows_somewhere(caller(), deed):
                raise _refusal(deed)
            return view(*args, **kwargs)

        guarded.deed = deed  # type: ignore[attr-defined]  # for the test that walks all views
        return guarded

    return guard


def public(why: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A view that is everybody's, and why; stands right below the route."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        view.public = why  # type: ignore[attr-defined]  # same
        return view

    return mark


def check(deed: str, scope: Scope = TOWN_WIDE) -> Caller:
    """Whoever asks, who may do `deed` in `scope`.

    Raises:
        NotAuthenticated: nobody asks.
        NotAllowed: they may not; says who may.
    """
    asking = caller()
    if not allows(asking, deed, scope):
        raise _refusal(deed)
    return asking


def may(deed: str, scope: Scope = TOWN_WIDE) -> bool:
    """Whether whoever asks may do `deed` in `scope`; nobody may nothing."""
    asking = caller_or_none()
    return asking is not None and allows(asking, deed, scope)


def _refusal(deed: str) -> NotAllowed:
    right = RIGHTS[deed]
    who = gettext(msg(", ")).join(gettext(ROLES[role]) for role in ROLES if role in right.roles)
    if right.key_scopes:
        return NotAllowed(
            msg("You may not do this here (%(deed)s). These may, each within their scope: %(roles)s; or a key for '%(scope)s'"),
            deed=deed,
            roles=who,
            scope=right.key_scopes[0].value,
        )
    return NotAllowed(
        msg("You may not do this here (%(deed)s). These may, each within their scope: %(roles)s"), deed=deed, roles=who
    )


def asked_from_here() -> bool:
    """Whether this machine itself asks: over loopback, and not for somebody else as a proxy does."""
    forwarded = {"X-Forwarded-For", "Forwarded"} & set(request.headers.keys())
    try:
        return not forwarded and ip_address(request.remote_addr or "").is_loopback
    except ValueError:  # a unix socket's
        return False


def sees(deed: str) -> str:
    """The scopes in which whoever asks may do `deed`, as a word: answers that differ by it differ in their ETag."""
    right, asking = RIGHTS[deed], caller()
    scopes = {
        grant.grid_code if grant.grid_code is not None else f"d{grant.department_id}"
        for grant in asking.grants
        if grant.role in right.roles
    }
    return ".".join(sorted(scopes)) or "-"


def may_somewhere(deed: str) -> bool:
    """Whether whoever asks may do `deed` in any scope at all: whether a page shows a way to it."""
    asking = caller_or_none()
    return asking is not None and allows_somewhere(asking, deed)
