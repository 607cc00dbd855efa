"""Links by which somebody without an account may look at one plan, until they expire or are taken back."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import DateTime, ForeignKey, Identity, Integer, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from gridmap.accounts.caller import Caller
from gridmap.accounts.models import Account
from gridmap.db import Base
from gridmap.errors import Conflict, Invalid, NotFound, msg
from gridmap.plans.drafting import account_id, tell
from gridmap.plans.models import Plan

LONGEST = timedelta(days=90)
MOST_OPEN = 50  # Links in force of one plan: whoever makes more has lost count of who may look.


class PlanLink(Base):
    """One way to look at a plan; the link itself is signed, and kept nowhere."""

    __tablename__ = "plan_link"

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey(Plan.id), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id))
    label: Mapped[str] = mapped_column(Text, server_default="")
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Standing(StrEnum):
    """How a link stands."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"


def standing(link: PlanLink, now: datetime) -> Standing:
    """How a link stands at `now`."""
    if link.revoked_at is not None:
        return Standing.REVOKED
    return Standing.OPEN if now < link.expires_at else Standing.EXPIRED


def share(session: Session, plan: Plan, *, label: str, expires_at: datetime, now: datetime, caller: Caller) -> PlanLink:
    """Make a link to a plan.

    Raises:
        Invalid: it would expire at once, or in more than 90 days.
        Conflict: the plan has too many links already.
    """
    if not now < expires_at <= now + LONGEST:
        raise Invalid(msg("A link to a plan expires within %(days)s days"), field="expires_at", days=LONGEST.days)
    if sum(standing(one, now) is Standing.OPEN for one in links(session, plan)) >= MOST_OPEN:
        raise Conflict(msg("This plan has %(most)s links, which is the most; take some back"), most=MOST_OPEN)
    link = PlanLink(plan_id=plan.id, account_id=account_id(caller), label=label, made_at=now, expires_at=expires_at)
    session.add(link)
    session.flush()
    tell(session, plan, "plan.shared", caller)
    return link


def links(session: Session, plan: Plan) -> list[PlanLink]:
    """All links ever made to a plan, the newest first."""
    return list(session.scalars(select(PlanLink).where(PlanLink.plan_id == plan.id).order_by(PlanLink.id.desc())))


def revoke(session: Session, plan: Plan, link_id: int, *, now: datetime, caller: Caller) -> PlanLink:
    """Let a link of a plan lead nowhere from now on; twice is once. `NotFound` where the plan has no such link."""
    link = session.get(PlanLink, link_id)
    if link is None or link.plan_id != plan.id:
        raise NotFound(msg("The plan has no link with the number %(number)s"), number=link_id)
    if link.revoked_at is None:
        link.revoked_at = now
        tell(session, plan, "plan.unshared", caller)
    return link


def link(session: Session, link_id: int) -> PlanLink | None:
    """The link with this number, however it stands."""
    return session.get(PlanLink, link_id)
