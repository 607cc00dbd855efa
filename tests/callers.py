"""Mothers of those who ask: accounts of any role and scope, and clients signed in as them."""

from datetime import UTC, datetime
from functools import cache
from itertools import count
from time import time
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session, object_session

from gridmap.accounts import passwords, sessions
from gridmap.accounts.models import Account, AccountGrant
from gridmap.accounts.rights import Grant, Role
from gridmap.http.state import state
from gridmap.people import lookup
from tests.town import FOUNDED, TOWN

PASSWORD = "brown-kettle-sings-2026"
_TOKEN = "the same for all tests"
_numbers = count(1)


@cache
def _hash() -> str:
    """Made once: a hash takes as long as it is meant to."""
    return passwords.hashed(PASSWORD)


def account(session: Session, *grants: Grant, username: str | None = None, **facts: object) -> Account:
    """An account with these roles, its password being PASSWORD; flushed."""
    facts = {"name": "", "password_hash": _hash(), "must_change": False} | facts
    made = Account(username=username or f"somebody-{next(_numbers):05}", **facts)
    session.add(made)
    session.flush()
    for grant in grants:
        one = AccountGrant(account_id=made.id, role=grant.role, valid_from=FOUNDED)
        one.grid_code, one.department_id = grant.grid_code, grant.department_id
        session.add(one)
    session.flush()
    return made


def anonymous(app: Flask) -> FlaskClient:
    """A client nobody has signed in at, that asks in English."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def signed_in(
    app: Flask, role: Role = Role.OPERATOR, grid_code: str | None = None, department_id: int | None = None
) -> FlaskClient:
    """A client signed in as a fresh account with one role: within a department, a grid, or else the whole tiny town."""
    scope = (None, department_id) if department_id is not None else (grid_code if grid_code is not None else TOWN, None)
    with state(app).sessions.begin() as session:
        made = account(session, Grant(role, *scope))
    return signed_in_as(app, made)


def signed_in_person(app: Flask, role: Role, grid_code: str, ref: str) -> FlaskClient:
    """A client signed in as the account of somebody with this staff number, with one role in a grid."""
    with state(app).sessions.begin() as session:
        made = account(session, Grant(role, grid_code), person_id=lookup.person(session, ref).id)
    return signed_in_as(app, made)


def session_of(session: Session, account: Account) -> dict[str, Any]:
    """What the cookie of a session that has just begun holds; it begins in the database."""
    now = int(time())
    sid = sessions.begin(session, account, agent="", now=datetime.fromtimestamp(now, UTC))
    return {"_user_id": str(account.id), "_fresh": True, "sid": sid, "began": now, "seen": now}


def cookie_of(account: Account, secret_key: str) -> str:
    """The cookie itself, for browsers at a server that runs elsewhere with this key; the account's own session commits."""
    session = object_session(account)
    assert session is not None, "the account is nobody's"
    app = Flask("signs cookies")
    app.secret_key = secret_key
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return str(signer.dumps(session_of(session, account)))


def signed_in_as(app: Flask, account: Account) -> FlaskClient:
    """A client with the cookie of a session that has just begun; what it changes carries the session's token."""
    client = anonymous(app)
    with state(app).sessions.begin() as session:
        begun = session_of(session, account)
    with client.session_transaction() as cookie:
        cookie.update(begun | {"csrf_token": _TOKEN})
    signer = URLSafeTimedSerializer(str(app.config["SECRET_KEY"]), salt="wtf-csrf-token")
    client.environ_base["HTTP_X_CSRFTOKEN"] = str(signer.dumps(_TOKEN))
    return client


def with_key(app: Flask, secret: str) -> FlaskClient:
    """A machine with a key, that asks in English."""
    client = anonymous(app)
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client
