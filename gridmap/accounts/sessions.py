"""Sessions: where somebody is signed in, since when, and the end of one. A cookie names its row, else it opens nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from gridmap.accounts.models import Account, AccountSession
from gridmap.accounts.telling import tell
from gridmap.errors import NotFound, msg

_KEPT = timedelta(days=31)  # Longer than any session may last; the journal goes on knowing who signed in when.
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device(agent: str) -> str:
    """A browser and a system as their owner knows them, from what the browser calls itself; "" where it says neither."""
    found = (next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS))
    return " · ".join(filter(None, found))


def begin(session: Session, account: Account, *, agent: str, now: datetime) -> str:
    """A fresh session of an account; answers its id."""
    over = or_(AccountSession.ended_at.is_not(None), AccountSession.began_at < now - _KEPT)
    session.execute(delete(AccountSession).where(AccountSession.account_id == account.id, over))
    made = AccountSession(id=uuid4().hex, account_id=account.id, epoch=account.session_epoch, device=device(agent))
    made.began_at = made.seen_at = now
    session.add(made)
    session.flush()
    return made.id


def noted(session: Session, session_id: str, now: datetime) -> None:
    """Somebody used it just now."""
    session.execute(update(AccountSession).where(AccountSession.id == session_id).values(seen_at=now))


def go_on(session: Session, session_id: str, epoch: int) -> None:
    """Let it outlive the end of all others."""
    session.execute(update(AccountSession).where(AccountSession.id == session_id).values(epoch=epoch))


def standing(session: Session, account_id: int, *, began: datetime, seen: datetime) -> Sequence[AccountSession]:
    """The sessions that hold: none begun before `began`, none unused since `seen`; the last used first."""
    query = select(AccountSession).join(Account, Account.id == AccountSession.account_id)
    query = query.where(
        AccountSession.account_id == account_id,
        AccountSession.epoch == Account.session_epoch,
        AccountSession.ended_at.is_(None),
        AccountSession.began_at >= began,
        AccountSession.seen_at >= seen,
    )
    return session.scalars(query.order_by(AccountSession.seen_at.desc(), AccountSession.id)).all()


def end(session: Session, account_id: int, session_id: str, *, now: datetime) -> None:
    """End one of somebody's own sessions; `NotFound` when they have none of this id."""
    query = select(AccountSession).where(AccountSession.id == session_id, AccountSession.account_id == account_id)
    found = session.scalars(query.with_for_update()).one_or_none()
    if found is None or found.ended_at is not None:
        raise NotFound(msg("You have no such session"))
    found.ended_at = now
    username = session.get_one(Account, account_id).username
    tell(session, "account.signed-out", username, f"account:{username}", device=found.device)
