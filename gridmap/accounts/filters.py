"""Filters of the case list that somebody keeps under a name."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Text, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from gridmap.accounts.models import Account
from gridmap.db import Base
from gridmap.errors import Conflict, msg

MOST = 50


class SavedFilter(Base):
    """A filter as the page's address writes it (`queue=overdue&grid=…`), under a name of its owner's."""

    __tablename__ = "saved_filter"

    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    filter: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


def saved(session: Session, account_id: int) -> Sequence[SavedFilter]:
    """Somebody's filters by name."""
    return session.scalars(select(SavedFilter).where(SavedFilter.account_id == account_id).order_by(SavedFilter.name)).all()


def save(session: Session, account_id: int, name: str, words: str) -> None:
    """Keep a filter; the same name again replaces it. `Conflict` beyond the most one may keep."""
    known = [one.name for one in saved(session, account_id)]
    if name not in known and len(known) >= MOST:
        raise Conflict(msg("You keep %(most)s filters, which is the most; remove some"), most=MOST)
    made = insert(SavedFilter).values(account_id=account_id, name=name, filter=words)
    session.execute(
        made.on_conflict_do_update(
            index_elements=[SavedFilter.account_id, SavedFilter.name], set_={"filter": words, "at": func.now()}
        )
    )


def remove(session: Session, account_id: int, name: str) -> None:
    """Forget a filter, if there is one of this name."""
    session.execute(delete(SavedFilter).where(SavedFilter.account_id == account_id, SavedFilter.name == name))
