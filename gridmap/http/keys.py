"""Machines show an API key: `Authorization: Bearer KEY`. A wall keeps its own in a cookie, good for looking and nothing else."""

from flask import request

from gridmap.accounts import keys
from gridmap.accounts.caller import Caller
from gridmap.accounts.rights import KeyScope
from gridmap.errors import NotAuthenticated, msg
from gridmap.http.state import state

WALL_COOKIE = "gridmap_wall"


def _shown() -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def shows_key() -> bool:
    """Whether this request comes with a key, good or not."""
    return bool(_shown())


def by_key() -> Caller:
    """The machine whose key came with this request.

    Raises:
        NotAuthenticated: the key is not in force.
    """
    # Given back at once: who waits for its turn, or for the rest of its body, holds no connection.
    with state().looks() as session:
        found = keys.holder(session, _shown())
    if found is None:
        raise NotAuthenticated(msg("This API key is unknown, revoked or expired"))
    return found


def by_wall() -> Caller | None:
    """The wall whose browser keeps this key; it may look, whatever else the key is good for. None where it is not in force."""
    secret = request.cookies.get(WALL_COOKIE, "")
    if not secret or request.method not in ("GET", "HEAD"):
        return None
    with state().looks() as session:
        found = keys.holder(session, secret)
    if found is None or KeyScope.WALL not in found.key_scopes:
        return None
    return Caller(found.name, key_scopes=frozenset({KeyScope.WALL}))
