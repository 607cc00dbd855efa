"""Keep accounts: make them, give and take roles, reset, disable. Each deed is told to the journal; the caller commits."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.accounts import guessing, passwords
from gridmap.accounts.lookup import account as account_of
from gridmap.accounts.models import Account, AccountGrant
from gridmap.accounts.rights import ACCOUNT_ROLES, TOWN_DIGITS, Grant, Role
from gridmap.accounts.telling import tell
from gridmap.errors import Conflict, Invalid, NotFound, msg
from gridmap.grids.models import Grid
from gridmap.people import registering
from gridmap.people.models import Department, Person

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


def create(
    session: Session, username: str, *, name: str = "", person_id: int | None = None, subject: str | None = None, actor: str
) -> tuple[Account, str]:
    """Make an account without a role, and its first password, which can't be read again and must be changed.

    Raises:
        Invalid: the name has other letters than a-z, 0-9, ".", "_", "-", or there is no such person.
        Conflict: the name, the person or the subject has an account.
    """
    username = username.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise Invalid(msg("A username has 2 to 40 letters: a-z, 0-9, '.', '_', '-', a letter or digit first"), field="username")
    if session.scalar(select(Account.id).where(Account.username == username)) is not None:
        raise Conflict(msg("There is an account '%(username)s' already"), username=username)
    password = passwords.made_up()
    account = Account(username=username, name=name.strip(), password_hash=passwords.hashed(password), must_change=True)
    _belongs(session, account, person_id, subject)
    session.add(account)
    session.flush()
    tell(session, "account.created", username, actor, name=account.name, person_id=person_id, subject=subject)
    return account, password


def change(session: Session, username: str, *, name: str, person_id: int | None, subject: str | None, actor: str) -> Account:
    """Give an account another name, person or subject at the provider; raises as `create`."""
    account = account_of(session, username, lock=True)
    account.name, before = name.strip(), account.person_id
    _belongs(session, account, person_id, subject)
    session.flush()
    if account.disabled_at is not None and before != person_id:
        _bar_another(session, before, account, actor)
    tell(session, "account.changed", username, actor, name=account.name, person_id=person_id, subject=account.subject)
    return account


def _bar_another(session: Session, before: int | None, account: Account, actor: str) -> None:
    """A disabled account is somebody else's now."""
    if before is not None:
        registering.unbar(session, before, actor=actor)
    if account.person_id is not None and account.disabled_at is not None:
        registering.bar(session, account.person_id, at=account.disabled_at, actor=actor)


def _belongs(session: Session, account: Account, person_id: int | None, subject: str | None) -> None:
    subject = subject.strip() if subject else None
    if person_id is not None and session.get(Person, person_id) is None:
        raise Invalid(msg("There is no such person"), field="person_id")
    for column, value in ((Account.person_id, person_id), (Account.subject, subject or None)):
        if value is None:
            continue
        other = session.scalar(select(Account.username).where(column == value, Account.username != account.username))
        if other is not None:
            raise Conflict(msg("'%(value)s' belongs to the account '%(username)s'"), value=value, username=other)
    account.person_id, account.subject = person_id, subject or None


def grant(
    session: Session, username: str, given: Grant, *, since: datetime, until: datetime | None = None, actor: str
) -> AccountGrant:
    """Give an account a role within a scope.

    Raises:
        Invalid: no account may have this role, its scope is of the wrong kind or does not exist, or it ends before it begins.
    """
    account = account_of(session, username, lock=True)
    _check_scope(session, given)
    if until is not None and until <= since:
        raise Invalid(msg("A role ends after it begins"), field="until")
    made = AccountGrant(
        account_id=account.id,
        role=given.role,
        grid_code=given.grid_code,
        department_id=given.department_id,
        valid_from=since,
        valid_until=until,
    )
    session.add(made)
    session.flush()
    tell(session, "account.granted", username, actor, **_told(made))
    return made


def _check_scope(session: Session, given: Grant) -> None:
    if given.role not in ACCOUNT_ROLES:
        raise Invalid(msg("No account has this role"), field="role")
    if given.role is Role.HANDLER:
        if given.grid_code is not None or given.department_id is None:
            raise Invalid(msg("This role holds within a department"), field="department_id")
        department = session.get(Department, given.department_id)
        if department is None or department.closed_at is not None:
            raise Invalid(msg("There is no such department"), field="department_id")
        return
    if given.department_id is not None or given.grid_code is None:
        raise Invalid(msg("This role holds within a grid"), field="grid_code")
    grid = session.get(Grid, given.grid_code)
    if grid is None or grid.retired_at is not None:
        raise Invalid(msg("There is no grid %(code)s"), field="grid_code", code=given.grid_code)


def revoke(session: Session, username: str, grant_id: int, *, now: datetime, actor: str) -> None:
    """Take a role from an account, from now on.

    Raises:
        NotFound: it has no such grant in force or to come.
        Conflict: nobody would be left to keep the accounts.
    """
    account = account_of(session, username, lock=True)
    found = session.get(AccountGrant, grant_id, with_for_update=True)
    if found is None or found.account_id != account.id or (found.valid_until is not None and found.valid_until <= now):
        raise NotFound(msg("The account '%(username)s' has no such role"), username=username)
    with _somebody_left(session, now):
        found.valid_from, found.valid_until = min(found.valid_from, now), now
        session.flush()
    tell(session, "account.revoked", username, actor, **_told(found))


def _told(grant: AccountGrant) -> dict[str, object]:
    return {
        "role": str(grant.role),
        "grid": grant.grid_code,
        "department_id": grant.department_id,
        "since": grant.valid_from.isoformat(),
        "until": grant.valid_until and grant.valid_until.isoformat(),
    }


def disable(session: Session, username: str, *, now: datetime, actor: str) -> None:
    """Refuse an account from now on, sessions included; whose it is, is given no work until it is enabled.

    Raises:
        Conflict: it is disabled already, or nobody would be left to keep the accounts.
    """
    account = account_of(session, username, lock=True)
    if account.disabled_at is not None:
        raise Conflict(msg("The account '%(username)s' is disabled already"), username=username)
    with _somebody_left(session, now):
        account.disabled_at, account.session_epoch = now, account.session_epoch + 1
        session.flush()
    tell(session, "account.disabled", username, actor)
    if account.person_id is not None:
        registering.bar(session, account.person_id, at=now, actor=actor)


def enable(session: Session, username: str, *, actor: str) -> None:
    """Let a disabled account in again, with the password it had; `Conflict` when it is not disabled."""
    account = account_of(session, username, lock=True)
    if account.disabled_at is None:
        raise Conflict(msg("The account '%(username)s' is not disabled"), username=username)
    account.disabled_at = None
    tell(session, "account.enabled", username, actor)
    if account.person_id is not None:
        registering.unbar(session, account.person_id, actor=actor)


def reset(session: Session, username: str, *, actor: str) -> str:
    """A new first password in place of the old one, which must be changed; sessions end, the pause after failures too."""
    account = account_of(session, username, lock=True)
    password = passwords.made_up()
    account.password_hash, account.must_change = passwords.hashed(password), True
    account.session_epoch += 1
    guessing.forget(session, username)
    tell(session, "account.reset", username, actor)
    return password


def remove_second_factor(session: Session, username: str, *, actor: str) -> None:
    """Take the second factor away (a lost phone); sessions end. `Conflict` when there is none."""
    account = account_of(session, username, lock=True)
    if account.totp_secret is None:
        raise Conflict(msg("The account '%(username)s' has no second factor"), username=username)
    account.totp_secret, account.recovery = None, []
    account.session_epoch += 1
    tell(session, "account.second-factor-removed", username, actor)


@contextmanager
def _somebody_left(session: Session, now: datetime) -> Iterator[None]:
    """A change after which nobody could keep the accounts is refused, if somebody could before."""
    # One at a time: two administrators who disable each other at once would both find the other still there.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("gridmap administrators"))))
    before = _administrators(session, now)
    yield
    if before and not _administrators(session, now):
        raise Conflict(msg("Nobody would be left to keep the accounts; make another administrator of the town first"))


def _administrators(session: Session, now: datetime) -> int:
    query = (
        select(func.count())
        .select_from(AccountGrant)
        .join(Account, Account.id == AccountGrant.account_id)
        .where(
            Account.disabled_at.is_(None),
            Account.person_id.not_in(select(Person.id).where(Person.left_at <= now)) | Account.person_id.is_(None),
            AccountGrant.role == Role.ADMINISTRATOR,
            func.length(AccountGrant.grid_code) == TOWN_DIGITS,
            AccountGrant.valid_from <= now,
            (AccountGrant.valid_until.is_(None)) | (AccountGrant.valid_until > now),
        )
    )
    return session.scalar(query) or 0
