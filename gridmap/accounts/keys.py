"""Make, check and revoke the keys of machines."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts.caller import Caller
from gridmap.accounts.models import ApiKey
from gridmap.accounts.rights import KeyScope
from gridmap.db import run
from gridmap.errors import Conflict, Invalid, NotFound, msg
from gridmap.journal.write import Event, write
from gridmap.recent import Recent

PREFIX = "gmk_"
USUAL = (KeyScope.ALERTS, KeyScope.READ, KeyScope.ROUTE)


_Held = tuple[Caller, datetime | None]  # Whose it is, and until when.
_recent: Recent[bytes, _Held] = Recent()


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _in_force(session: Session, name: str) -> ApiKey | None:
    return session.scalars(select(ApiKey).where(ApiKey.name == name, ApiKey.revoked_at.is_(None))).one_or_none()


def create(
    session: Session,
    name: str,
    *,
    scopes: Collection[str] = USUAL,
    expires_at: datetime | None = None,
    actor: str,
) -> str:
    """Make a key called `name`, good for `scopes` until `expires_at`, and answer its secret, which can't be read again later.

    Raises:
        Invalid: the name is empty or too long, there is no such scope or none is named, or it would have expired.
        Conflict: a key of this name is in force.
    """
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise Invalid(msg("A key needs a name of 1 to 100 printable characters"), field="name")
    if not scopes or not set(scopes) <= set(KeyScope):
        raise Invalid(msg("A key is good for one or more of: %(scopes)s"), field="scopes", scopes=", ".join(KeyScope))
    if expires_at is not None and expires_at <= clock.now():
        raise Invalid(msg("A key expires in the future"), field="expires_at")
    if _in_force(session, name):
        raise Conflict(
            msg("A key named '%(name)s' is in force; revoke it first or choose another name"),
            name=name,
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    session.add(ApiKey(name=name, digest=_digest(secret), scopes=sorted(scopes), expires_at=expires_at))
    data = {"scopes": sorted(scopes), "expires_at": expires_at and expires_at.isoformat()}
    write(session, [Event("keys", "key.created", name, actor, data)])
    return secret


def revoke(session: Session, name: str, *, actor: str) -> None:
    """Refuse the key called `name` from now on, in other processes within a second; `NotFound` when none is in force."""
    key = _in_force(session, name)
    if key is None:
        raise NotFound(msg("No key named '%(name)s' is in force"), name=name)
    key.revoked_at = clock.now()
    _recent.forget()
    write(session, [Event("keys", "key.revoked", name, actor, {})])


_HOLDER = "SELECT name, scopes, expires_at FROM api_key WHERE digest = %(digest)s AND revoked_at IS NULL"


def holder(session: Session, secret: str) -> Caller | None:
    """Whose key this is, if it is in force or was so within the last second: every alert asks it."""
    digest = _digest(secret)
    held = _recent.get(session, digest)
    if held is None:
        rows = run(session, _HOLDER, {"digest": digest})
        if not rows:
            return None
        ((name, scopes, expires_at),) = rows
        held = Caller(f"key:{name}", key_scopes=frozenset(scopes)), expires_at
        _recent.keep(session, {digest: held})
    caller, until = held
    return caller if until is None or until > clock.now() else None


def listing(session: Session) -> list[ApiKey]:
    """Every key ever made, newest first."""
    return list(session.scalars(select(ApiKey).order_by(ApiKey.id.desc())))
