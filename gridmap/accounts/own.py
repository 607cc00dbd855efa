"""What everybody does with their own account: change the password, set up the second factor, end all sessions."""

from datetime import datetime

from sqlalchemy.orm import Session

from gridmap.accounts import guessing, passwords, second_factor
from gridmap.accounts.lookup import account as account_of
from gridmap.accounts.models import Account
from gridmap.accounts.sealing import Seal
from gridmap.accounts.telling import tell
from gridmap.errors import Conflict, Invalid, NotAllowed, msg


def _mine(session: Session, username: str, password: str, *, address: str, now: datetime) -> Account:
    """My account, locked, once I have shown again that I know its password.

    Raises:
        NotAllowed: too many failures; wait.
        Invalid: it is another one. The failure counts: the caller commits it before it lets the error go on.
    """
    account = account_of(session, username, lock=True)
    watch = guessing.watch(session, username, address, now)
    if wait_s := watch.wait_s(now):
        raise NotAllowed(msg("Too many failed tries. Try again in %(seconds)s seconds."), seconds=int(wait_s) + 1)
    if not passwords.matches(password, account.password_hash):
        watch.failed(now)
        raise Invalid(msg("This is not your present password"), field="present")
    watch.succeeded()
    return account


def change_password(session: Session, username: str, present: str, new: str, *, address: str, now: datetime) -> int:
    """Another password; all other sessions end. Answers the new session epoch, for the session that goes on.

    Raises:
        Invalid: `present` is another one, or `new` is too weak or the same. Commit all the same: failures count.
    """
    account = _mine(session, username, present, address=address, now=now)
    if passwords.matches(new, account.password_hash):
        raise Invalid(msg("The new password is the present one"), field="password")
    passwords.check(new, about=(username, account.name))
    account.password_hash, account.must_change = passwords.hashed(new), False
    account.session_epoch += 1
    tell(session, "account.password-changed", username, f"account:{username}")
    return account.session_epoch


def add_second_factor(session: Session, username: str, secret: str, code: str, *, seal: Seal, now: datetime) -> list[str]:
    """Ask for codes of this secret from now on, once one code shows that the authenticator has it. Answers the recovery
    codes, which can't be read again.

    Raises:
        Conflict: there is one already.
        Invalid: it is no code of this secret now.
    """
    account = account_of(session, username, lock=True)
    if account.totp_secret is not None:
        raise Conflict(msg("Your account has a second factor already"))
    step = second_factor.step_of(secret, code, now=now, after=0)
    if step is None:
        raise Invalid(msg("This is not the code of this moment; is the phone's clock right?"), field="code")
    codes = second_factor.recovery_codes()
    account.totp_secret, account.totp_step = seal.close(secret, username), step
    account.recovery = [second_factor.digest(one) for one in codes]
    tell(session, "account.second-factor-added", username, f"account:{username}")
    return codes


def drop_second_factor(session: Session, username: str, present: str, *, address: str, now: datetime) -> None:
    """Ask for no code any more; the password is shown once more. Raises as `change_password`; `Conflict` where there is none."""
    account = _mine(session, username, present, address=address, now=now)
    if account.totp_secret is None:
        raise Conflict(msg("The account '%(username)s' has no second factor"), username=username)
    account.totp_secret, account.recovery = None, []
    tell(session, "account.second-factor-removed", username, f"account:{username}")


def end_sessions(session: Session, username: str) -> int:
    """End every session of the account; answers the new epoch."""
    account = account_of(session, username, lock=True)
    account.session_epoch += 1
    tell(session, "account.signed-out-everywhere", username, f"account:{username}")
    return account.session_epoch
