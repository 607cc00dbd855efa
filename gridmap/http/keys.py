"""Machines show an API key: `Authorization: Bearer KEY`."""

from apiflask import HTTPTokenAuth
from flask import request

from gridmap.accounts import keys
from gridmap.accounts.caller import Caller
from gridmap.errors import NotAuthenticated, msg
from gridmap.http.state import db

# Declares the scheme in the OpenAPI document; the check itself is `who.needs`, which answers with our own problems.
bearer = HTTPTokenAuth(scheme="Bearer", description="An API key, made by `gridmap keys create NAME`.")


def by_key() -> Caller | None:
    """The machine whose key came with this request; None when there is none.

    Raises:
        NotAuthenticated: the key is not in force.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        return None
    found = keys.holder(db(), secret.strip())
    if found is None:
        raise NotAuthenticated(msg("This API key is unknown or revoked"))
    return found
