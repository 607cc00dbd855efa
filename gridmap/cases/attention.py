"""Who keeps an eye on which case: favourites, which last, and who has it open just now, which does not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import BigInteger, DateTime, ForeignKey, Text, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from gridmap.accounts.models import Account
from gridmap.cases.models import Case
from gridmap.db import Base
from gridmap.errors import Conflict, msg

MOST_FAVOURITES = 500
LOOKING = timedelta(seconds=45)  # A screen says every 20 s that it is still there.


class Favourite(Base):
    """A case somebody has marked for themselves."""

    __tablename__ = "favourite"

    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id), primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Case.id), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class CasePresence(Base):
    """Somebody has a case open on their screen, or had until a moment ago. Unlogged: a crash may forget it."""

    __tablename__ = "case_presence"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Case.id), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id), primary_key=True)
    doing: Mapped[str] = mapped_column(Text, server_default="")
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class Looking(NamedTuple):
    """Somebody else who looks at a case: who, and the action whose form they have open ("" for none)."""

    username: str
    name: str
    doing: str


def favour(session: Session, account_id: int, case_id: int) -> None:
    """Mark a case; twice is once. `Conflict` beyond what anybody can keep an eye on."""
    kept = select(func.count()).select_from(Favourite).where(Favourite.account_id == account_id)
    if (session.scalar(kept) or 0) >= MOST_FAVOURITES:
        raise Conflict(msg("You have %(most)s favourites, which is the most; let some go"), most=MOST_FAVOURITES)
    session.execute(insert(Favourite).values(account_id=account_id, case_id=case_id).on_conflict_do_nothing())


def let_go(session: Session, account_id: int, case_id: int) -> None:
    """Take the mark away, if there is one."""
    session.execute(delete(Favourite).where(Favourite.account_id == account_id, Favourite.case_id == case_id))


def favourites(session: Session, account_id: int) -> Sequence[str]:
    """The numbers of the cases somebody marked, the newest mark first."""
    asked = select(Case.number).join(Favourite, Favourite.case_id == Case.id).where(Favourite.account_id == account_id)
    return session.scalars(asked.order_by(Favourite.at.desc(), Case.id.desc())).all()


def look(session: Session, account_id: int, case_id: int, *, doing: str, at: datetime) -> list[Looking]:
    """Say that somebody has the case open, and hear who else has."""
    here = insert(CasePresence).values(case_id=case_id, account_id=account_id, doing=doing, seen_at=at)
    keys = [CasePresence.case_id, CasePresence.account_id]
    session.execute(here.on_conflict_do_update(index_elements=keys, set_={"doing": doing, "seen_at": at}))
    session.execute(text("DELETE FROM case_presence WHERE seen_at < :before"), {"before": at - 10 * LOOKING})
    asked = (
        select(Account.username, Account.name, CasePresence.doing)
        .join(CasePresence, CasePresence.account_id == Account.id)
        .where(CasePresence.case_id == case_id, CasePresence.account_id != account_id, CasePresence.seen_at > at - LOOKING)
    )
    return [Looking(*row) for row in session.execute(asked.order_by(CasePresence.seen_at.desc()))]


def leave(session: Session, account_id: int, case_id: int) -> None:
    """Say that somebody has closed it."""
    here = delete(CasePresence).where(CasePresence.case_id == case_id, CasePresence.account_id == account_id)
    session.execute(here)
