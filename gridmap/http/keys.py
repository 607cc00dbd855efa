"""Who asks: machines show an API key, `Authorization: Bearer KEY`."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from apiflask import HTTPTokenAuth
from flask import g, request

from gridmap.errors import NotAuthenticated, msg
from gridmap.http.state import db
from gridmap.people import keys

# Declares the scheme in the OpenAPI document; the check itself is `authenticate`, which answers with our own problems.
bearer = HTTPTokenAuth(scheme="Bearer", description="An API key, made by `gridmap keys create NAME`.")


P = ParamSpec("P")
R = TypeVar("R")


def needs_key(view: Callable[P, R]) -> Callable[P, R]:
    """A view that asks for the key before it looks at anything else; stands right below the route."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        authenticate()
        return view(*args, **kwargs)

    return guarded


def authenticate() -> str:
    """The caller as the journal names it (`key:NAME`).

    Raises:
        NotAuthenticated: no key, or none that is in force.
    """
    if "actor" in g:
        return str(g.actor)
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise NotAuthenticated(msg("This needs an API key: send the header 'Authorization: Bearer KEY'"))
    name = keys.holder(db(), secret.strip())
    if name is None:
        raise NotAuthenticated(msg("This API key is unknown or revoked"))
    g.actor = f"key:{name}"
    return str(g.actor)
