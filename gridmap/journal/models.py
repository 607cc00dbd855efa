"""The journal and the feed that is derived from it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Index, Text, func, text
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.db import Base


class JournalEntry(Base):
    """One thing that happened. Written in the transaction of the deed itself, never changed after."""

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_subject", "topic", "subject", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    topic: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, server_default=text("'{}'::json"))


class PendingEntry(Base):
    """A committed journal row the relay has not placed yet; a trigger on the journal writes it.

    No foreign key here or in the feed: journal rows can't vanish, and checking that would cost each alert two locks.
    """

    __tablename__ = "journal_pending"
    __table_args__ = (
        # Each chunk of alerts asks whether one of these waits, and need not read through all others that do.
        Index("ix_journal_pending_people", "journal_id", postgresql_where="topic IN ('people', 'rosters')"),
    )

    journal_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    topic: Mapped[str] = mapped_column(Text)


class FeedEntry(Base):
    """A journal row's place in the feed: 1, 2, 3 … without a gap, in the order the relay saw them committed."""

    __tablename__ = "feed"
    __table_args__ = (Index("ix_feed_topic", "topic", "position"),)

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    journal_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    topic: Mapped[str] = mapped_column(Text)
