"""Sign in: name and password, then the second factor where there is one; or by the word of a configured provider.

Nothing here tells whether an account exists: a wrong name, a wrong password and a disabled account get the same answer
after the same work. Failures are outcomes, not errors, because their count must be committed too.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.accounts import guessing, passwords, second_factor
from gridmap.accounts.lookup import shut_out
from gridmap.accounts.models import Account
from gridmap.accounts.sealing import Seal
from gridmap.accounts.telling import tell


class Result(Enum):
    """How a try ended."""

    IN = auto()
    SECOND = auto()  # The password is right; the second factor is asked next.
    REFUSED = auto()
    WAIT = auto()  # Too many failures; nothing was looked at.


@dataclass(frozen=True)
class Outcome:
    """How a try ended, whose it was (for IN and SECOND), and how long to wait (for WAIT)."""

    result: Result
    account: Account | None = None
    wait_s: float = 0.0


def by_password(session: Session, username: str, password: str, *, address: str, now: datetime) -> Outcome:
    """Try a name and a password. The caller commits, whatever the outcome."""
    username = username.strip().lower()
    watch = guessing.watch(session, username, address, now)
    if wait_s := watch.wait_s(now):
        return Outcome(Result.WAIT, wait_s=wait_s)
    account = session.scalars(select(Account).where(Account.username == username)).one_or_none()
    right = passwords.matches(password, account.password_hash if account else None)
    if account is None or not right or shut_out(session, account, now):
        return _failed(session, watch, account, address, now)
    if account.password_hash and passwords.outdated(account.password_hash):
        account.password_hash = passwords.hashed(password)
    if account.totp_secret is not None:
        return Outcome(Result.SECOND, account)
    return _succeeded(session, watch, account, "password", now)


def by_second_factor(session: Session, account_id: int, code: str, *, seal: Seal, address: str, now: datetime) -> Outcome:
    """Try a code of the authenticator or a recovery code, after the password was right. The caller commits."""
    account = session.get_one(Account, account_id)
    watch = guessing.watch(session, account.username, address, now)
    session.refresh(account, with_for_update=True)
    if wait_s := watch.wait_s(now):
        return Outcome(Result.WAIT, wait_s=wait_s)
    if account.totp_secret is None or shut_out(session, account, now):
        return _failed(session, watch, account, address, now)
    secret = seal.open(account.totp_secret, account.username)
    step = second_factor.step_of(secret, code, now=now, after=account.totp_step)
    if step is not None:
        account.totp_step = step
        return _succeeded(session, watch, account, "second factor", now)
    recovery = second_factor.digest(code)
    if recovery in account.recovery:
        account.recovery = [kept for kept in account.recovery if kept != recovery]
        return _succeeded(session, watch, account, "recovery code", now)
    return _failed(session, watch, account, address, now)


def by_provider(session: Session, subject: str, now: datetime) -> Account | None:
    """The account that belongs to this subject (`sub`) of the configured provider; its second factor is the provider's
    business. None when there is none, or it is shut out. The caller commits."""
    account = session.scalars(select(Account).where(Account.subject == subject)).one_or_none()
    if account is None or shut_out(session, account, now):
        return None
    account.signed_in_at = now
    tell(session, "account.opened", account.username, f"account:{account.username}", by="provider")
    return account


def _succeeded(session: Session, watch: guessing.Watch, account: Account, by: str, now: datetime) -> Outcome:
    watch.succeeded()
    account.signed_in_at = now
    tell(session, "account.opened", account.username, f"account:{account.username}", by=by)
    return Outcome(Result.IN, account)


def _failed(session: Session, watch: guessing.Watch, account: Account | None, address: str, now: datetime) -> Outcome:
    watch.failed(now)
    if account is not None:  # A name nobody has may be a password typed into the wrong field: it is not written down.
        tell(session, "account.refused", account.username, "system", address=address, failures=watch.name.failures)
    return Outcome(Result.REFUSED)
