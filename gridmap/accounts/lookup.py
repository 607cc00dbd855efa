"""Reads accounts: whoever a cookie belongs to, one account, all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from gridmap.accounts.caller import Caller
from gridmap.accounts.models import Account, AccountGrant
from gridmap.accounts.rights import RIGHTS, TOWN_DIGITS, Grant, Role, Scope, allows
from gridmap.errors import NotFound, msg
from gridmap.grids.models import Grid
from gridmap.people.models import Person


@dataclass(frozen=True)
class SignedIn:
    """An account with a session, as its pages show it."""

    account_id: int
    caller: Caller
    username: str
    name: str
    must_change: bool
    second_factor: bool


_IN_FORCE = "g.valid_from <= :now AND (g.valid_until IS NULL OR g.valid_until > :now)"
_SIGNED_IN = text(
    f"""
    SELECT a.username, a.name, a.person_id, a.must_change, a.totp_secret IS NOT NULL AS second_factor,
           coalesce(json_agg(json_build_array(g.role, g.grid_code, g.department_id) ORDER BY g.id)
                    FILTER (WHERE g.id IS NOT NULL), '[]') AS grants
    FROM account a LEFT JOIN account_grant g ON g.account_id = a.id AND {_IN_FORCE}
    WHERE a.id = :id AND a.disabled_at IS NULL
      AND NOT EXISTS (SELECT FROM person n WHERE n.id = a.person_id AND n.left_at <= :now)
      AND (CAST(:sid AS text) IS NULL OR EXISTS (
              SELECT FROM account_session s
              WHERE s.id = :sid AND s.account_id = a.id AND s.epoch = a.session_epoch AND s.ended_at IS NULL))
    GROUP BY a.id
    """
)


def signed_in(session: Session, account_id: int, now: datetime, session_id: str | None = None) -> SignedIn | None:
    """The account with the roles it has now; None when it is disabled, its person has left, or the session that is named
    (None: whichever) is over. One statement: every request asks.

    Who must change the password first has no role until then.
    """
    row = session.execute(_SIGNED_IN, {"id": account_id, "now": now, "sid": session_id}).one_or_none()
    if row is None:
        return None
    grants = () if row.must_change else tuple(Grant(Role(role), grid, department) for role, grid, department in row.grants)
    caller = Caller(f"account:{row.username}", account_id, row.person_id, grants)
    return SignedIn(account_id, caller, row.username, row.name, row.must_change, row.second_factor)


_ALL = text(
    f"""
    SELECT a.id, a.username, a.person_id,
           json_agg(json_build_array(g.role, g.grid_code, g.department_id) ORDER BY g.id) AS grants
    FROM account a JOIN account_grant g ON g.account_id = a.id AND {_IN_FORCE}
    WHERE a.disabled_at IS NULL AND g.role = ANY(CAST(:roles AS text[]))
      AND NOT EXISTS (SELECT FROM person n WHERE n.id = a.person_id AND n.left_at <= :now)
    GROUP BY a.id ORDER BY a.username
    """
)


def able(session: Session, deed: str, scope: Scope, now: datetime) -> dict[str, Caller]:
    """Those who may do a deed in a scope, by username, in order; with the roles by which they may."""
    rows = session.execute(_ALL, {"now": now, "roles": sorted(RIGHTS[deed].roles)})
    found = {row.username: _caller(row) for row in rows}
    return {name: caller for name, caller in found.items() if allows(caller, deed, scope)}


def _caller(row: Row[Any]) -> Caller:
    grants = tuple(Grant(Role(role), grid, department) for role, grid, department in row.grants)
    return Caller(f"account:{row.username}", row.id, row.person_id, grants)


def shut_out(session: Session, account: Account, now: datetime) -> bool:
    """Whether an account lets nobody in: it is disabled, or the person it belongs to has left."""
    left = select(Person.id).where(Person.id == account.person_id, Person.left_at <= now)
    return account.disabled_at is not None or session.scalar(left) is not None


def account(session: Session, username: str, *, lock: bool = False) -> Account:
    """The account of this name; `NotFound` when there is none. `lock` keeps others from changing it meanwhile."""
    query = select(Account).where(Account.username == username)
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound(msg("There is no account '%(username)s'"), username=username)
    return found


def listing(session: Session) -> Sequence[Account]:
    """Every account, by name."""
    return session.scalars(select(Account).order_by(Account.username)).all()


def grants(session: Session, account_ids: Sequence[int], now: datetime) -> dict[int, list[AccountGrant]]:
    """The grants that are in force or still to come, by account."""
    found: dict[int, list[AccountGrant]] = {id_: [] for id_ in account_ids}
    query = select(AccountGrant).where(
        AccountGrant.account_id.in_(account_ids), (AccountGrant.valid_until.is_(None)) | (AccountGrant.valid_until > now)
    )
    for grant in session.scalars(query.order_by(AccountGrant.id)):
        found[grant.account_id].append(grant)
    return found


def person_ref(session: Session, account: Account) -> str:
    """The staff number of whom the account belongs to; empty when it is nobody's."""
    return session.scalar(select(Person.ref).where(Person.id == account.person_id)) or ""


def any_account(session: Session) -> bool:
    """Whether there is any account at all."""
    return session.scalars(select(Account.id).limit(1)).one_or_none() is not None


def towns(session: Session) -> list[str]:
    """The codes of the towns in force."""
    query = select(Grid.code).where(func.length(Grid.code) == TOWN_DIGITS, Grid.retired_at.is_(None))
    return list(session.scalars(query.order_by(Grid.code)))
