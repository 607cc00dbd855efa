"""Who has a plan open just now: each screen says so every few seconds, and is forgotten when it no longer does."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import DateTime, ForeignKey, Text, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from gridmap.accounts.models import Account
from gridmap.db import Base
from gridmap.plans.models import Plan

PRESENT = timedelta(seconds=30)  # A screen says every 10 s that it is still there.


class PlanPresence(Base):
    """Somebody has a plan open on their screen, or had until a moment ago. Unlogged: a crash may forget it."""

    __tablename__ = "plan_presence"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    plan_id: Mapped[int] = mapped_column(ForeignKey(Plan.id), primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id), primary_key=True, autoincrement=False)
    doing: Mapped[str] = mapped_column(Text, server_default="")
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class Present(NamedTuple):
    """Somebody who has a plan open, and what they are at: a grid's code, the name of a deed, or ""."""

    account_id: int
    username: str
    name: str
    doing: str


def come(session: Session, plan_id: int, account_id: int, *, doing: str, at: datetime) -> None:
    """Say that somebody has a plan open."""
    here = insert(PlanPresence).values(plan_id=plan_id, account_id=account_id, doing=doing, seen_at=at)
    keys = [PlanPresence.plan_id, PlanPresence.account_id]
    session.execute(here.on_conflict_do_update(index_elements=keys, set_={"doing": doing, "seen_at": at}))
    session.execute(delete(PlanPresence).where(PlanPresence.seen_at < at - 10 * PRESENT))


def go(session: Session, plan_id: int, account_id: int) -> None:
    """Say that somebody has left; twice is once."""
    session.execute(delete(PlanPresence).where(PlanPresence.plan_id == plan_id, PlanPresence.account_id == account_id))


def present(session: Session, plan_ids: Collection[int], at: datetime) -> dict[int, list[Present]]:
    """Who has these plans open at `at`, by plan; every id is a key."""
    asked = (
        select(PlanPresence.plan_id, Account.id, Account.username, Account.name, PlanPresence.doing)
        .join(Account, Account.id == PlanPresence.account_id)
        .where(PlanPresence.plan_id.in_(plan_ids), PlanPresence.seen_at > at - PRESENT)
        .order_by(Account.username)
    )
    found: dict[int, list[Present]] = {plan_id: [] for plan_id in plan_ids}
    for row in session.execute(asked):
        found[row[0]].append(Present(*row[1:]))
    return found
