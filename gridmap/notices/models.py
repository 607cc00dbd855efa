"""Notices and their way out of the house."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.accounts.models import Account
from gridmap.cases.loop_models import RatingLink
from gridmap.cases.models import Case
from gridmap.db import Base
from gridmap.people.models import Person


class Notice(Base):
    """Something that one account, or one person by whatever account is theirs, should know about a case or about grids."""

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("num_nonnulls(account_id, person_id) = 1", name="one_owner"),
        Index("ix_notice_account", "account_id", "id"),
        Index("ix_notice_person", "person_id", "id"),
        Index("ix_notice_unread_account", "account_id", postgresql_where="read_at IS NULL"),
        Index("ix_notice_unread_person", "person_id", postgresql_where="read_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    case_id: Mapped[int | None] = mapped_column(ForeignKey(Case.id), index=True)  # None: it is about grids, see its facts.
    kind: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Delivery(Base):
    """The way out by one channel, of a notice or of a reporter's answer with its link: waiting, sent, or given up.

    With how often it was tried, and what was wrong last.
    """

    __tablename__ = "notice_delivery"
    __table_args__ = (
        UniqueConstraint("notice_id", "channel"),
        UniqueConstraint("link_id", "channel"),
        CheckConstraint("num_nonnulls(notice_id, link_id) = 1", name="of_one"),
        CheckConstraint("channel IN ('webhook', 'mail', 'gateway')", name="channel"),
        CheckConstraint("state IN ('waiting', 'sent', 'given_up')", name="state"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
        Index("ix_notice_delivery_waiting", "next_at", postgresql_where="state = 'waiting'"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey(RatingLink.id))
    channel: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    next_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    error: Mapped[str] = mapped_column(Text, server_default="")
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
