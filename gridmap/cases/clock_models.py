"""What clocks need beside the cases: the town's own days, limits of stages, what to look at when, what was reminded of."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.cases.deadlines import Unit
from gridmap.db import Base


class WorkDay(Base):
    """A day that this town works, or does not, whatever the calendar of the State Council says."""

    __tablename__ = "work_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    works: Mapped[bool]
    note: Mapped[str] = mapped_column(Text, server_default="")


class StageLimit(Base):
    """How long one stage may take before those who are to act, and those above them, are reminded."""

    __tablename__ = "stage_limit"
    __table_args__ = (
        CheckConstraint("stage IN ('dispatch', 'accept', 'verify')", name="stage"),
        CheckConstraint("unit IN ({})".format(", ".join(f"'{unit}'" for unit in Unit)), name="unit"),
        CheckConstraint("value > 0", name="value"),
    )

    stage: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[float]
    unit: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, server_default="")


class Watch(Base):
    """When an open case must be looked at next. Derived from the case by the worker, and can be made again.

    No foreign key: checking it would make the worker wait for everybody who has the case locked.
    """

    __tablename__ = "case_watch"
    __table_args__ = (Index("ix_case_watch_next", "next_at"),)

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    next_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Reminder(Base):
    """That something was reminded of: once a case, round of its clock, and step; whoever tries again finds this row."""

    __tablename__ = "case_reminder"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Followed(Base):
    """How far a reader of the feed has come; it holds its row while it reads, so that one reads at a time."""

    __tablename__ = "followed"

    reader: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
