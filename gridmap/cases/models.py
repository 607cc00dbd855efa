"""Categories with their time limits, alerts as received, and cases."""

from datetime import datetime
from typing import Any

from shapely.geometry import Point
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.cases.deadlines import Unit
from gridmap.cases.ground import strip_sql
from gridmap.cases.states import ENDED_STATES, State
from gridmap.db import Base
from gridmap.geo.shapes import Shape
from gridmap.grids.codes import Level

OPEN_SQL = "closed_at IS NULL"  # As the check "closed" has it; conditions of indexes need not know the states.
# Past its limit, and not handled within it; what then waits to be verified or rated waits for others than its handlers.
LATE_SQL = "due_at < :now AND coalesce(handled_at, 'infinity') > due_at"
_ENDED_SQL = "state IN ({})".format(", ".join(f"'{state}'" for state in ENDED_STATES))
DAY_SQL = "to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD')"
COUNTED_SQL = "to_char(nextval('case_number'), 'FM999999999999000000')"  # Six digits, and more when there are more.
NUMBER_SQL = f"{DAY_SQL} || '-' || {COUNTED_SQL}"


class Category(Base):
    """A small class (小类) of a published standard. Standards stand side by side; none is built in."""

    __tablename__ = "category"
    __table_args__ = (
        UniqueConstraint("standard_ref", "kind", "code"),
        CheckConstraint("kind IN ('component', 'matter')", name="kind"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    standard_ref: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    group_zh: Mapped[str] = mapped_column(Text)
    group_en: Mapped[str] = mapped_column(Text, server_default="")
    name_zh: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, server_default="")


class TimeLimit(Base):
    """How long handling may take, for a category under a condition, in one city. At most one is the default."""

    __tablename__ = "time_limit"
    __table_args__ = (
        UniqueConstraint("category_id", "city", "condition_zh"),
        Index(
            "uq_time_limit_default",
            "category_id",
            unique=True,
            postgresql_where="is_default",
        ),
        CheckConstraint(
            "unit IN ('urgent_hour', 'working_hour', 'working_day', 'calendar_day')",
            name="unit",
        ),
        CheckConstraint("value > 0", name="value"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    city: Mapped[str] = mapped_column(Text)
    condition_zh: Mapped[str] = mapped_column(Text, server_default="")
    condition_en: Mapped[str] = mapped_column(Text, server_default="")
    limit_class: Mapped[str] = mapped_column(Text, server_default="")
    value: Mapped[float]
    unit: Mapped[str] = mapped_column(Text)
    is_default: Mapped[bool]
    source: Mapped[str] = mapped_column(Text, server_default="")


class SourceCode(Base):
    """What a vendor's own code means in a standard's words."""

    __tablename__ = "source_code"

    vendor: Mapped[str] = mapped_column(Text, primary_key=True)
    vendor_code: Mapped[str] = mapped_column(Text, primary_key=True)
    vendor_name: Mapped[str] = mapped_column(Text, server_default="")
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))


class Move(Base):
    """One step from state to state that the workflow's table knows; a trigger refuses every other."""

    __tablename__ = "case_move"

    before: Mapped[str] = mapped_column(Text, primary_key=True)
    after: Mapped[str] = mapped_column(Text, primary_key=True)


class Case(Base):
    """A case: what, where, since when, how it stands, and which grid it was routed to and why.

    Category, grid and person are references that triggers guard by the statement, as is an alert's case: decision 41.
    """

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint(
            "state IN ({})".format(", ".join(f"'{state}'" for state in State)),
            name="state",
        ),
        CheckConstraint(f"(closed_at IS NULL) <> ({_ENDED_SQL})", name="closed"),
        CheckConstraint("accuracy_m >= 0", name="accuracy"),
        CheckConstraint("(limit_value IS NULL) = (limit_unit IS NULL)", name="limit"),
        CheckConstraint("(state = 'merged') = (merged_into IS NOT NULL) AND merged_into <> id", name="merged"),
        CheckConstraint("consulted_at IN ('micro', 'village', 'town')", name="consulted_at"),
        CheckConstraint("verified_by <> handled_by", name="verified_by_another"),
        Index("ix_cases_open_place", sql(f"({strip_sql()})"), sql("ST_Y(location)"), "category_id", postgresql_where=OPEN_SQL),
        Index("ix_cases_open_recent", "received_at", "id", postgresql_where=OPEN_SQL),
        Index("ix_cases_recent", "received_at", "id"),
        Index("ix_cases_closed", "closed_at", postgresql_where="closed_at IS NOT NULL"),  # What a period's reports begin with.
        Index(
            "ix_cases_grid",
            "grid_code",
            "received_at",
            postgresql_ops={"grid_code": "text_pattern_ops"},
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True, server_default=sql(NUMBER_SQL))
    source: Mapped[str] = mapped_column(Text)
    source_id: Mapped[str] = mapped_column(Text)
    category_id: Mapped[int | None]
    source_code: Mapped[str | None] = mapped_column(Text)
    location: Mapped[Point | None] = mapped_column(Shape("POINT", spatial_index=False))
    accuracy_m: Mapped[float | None]
    address: Mapped[str] = mapped_column(Text, server_default="")
    text: Mapped[str] = mapped_column(Text, server_default="")
    camera_id: Mapped[str | None] = mapped_column(Text)
    media: Mapped[list[Any]] = mapped_column(JSON, server_default=sql("'[]'::json"))
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    state: Mapped[State] = mapped_column(Text, server_default=State.DISCOVERED)
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    grid_code: Mapped[str | None] = mapped_column(Text)
    ambiguous: Mapped[bool] = mapped_column(server_default=sql("false"))
    route: Mapped[dict[str, Any]] = mapped_column(JSON)
    alerts: Mapped[int] = mapped_column(server_default=sql("1"))
    version: Mapped[int] = mapped_column(server_default=sql("0"))
    person_id: Mapped[int | None]  # The member on duty when it opened.
    limit_value: Mapped[float | None]
    limit_unit: Mapped[Unit | None] = mapped_column(Text)
    consulted_at: Mapped[Level | None] = mapped_column(Text)  # Whose head consults: the micro-grid's, the village's, the town's.
    handled_by: Mapped[str | None] = mapped_column(Text)
    handled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    verified_by: Mapped[str | None] = mapped_column(Text)
    verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reply: Mapped[str] = mapped_column(Text, server_default="")  # What reporters are told of the outcome; names nobody.
    rounds: Mapped[int] = mapped_column(server_default=sql("0"))  # How often it was handled anew: rework and reopening.
    clock_round: Mapped[int] = mapped_column(server_default=sql("0"))  # Counts when its limit changes or it is handled anew.
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    exempt: Mapped[bool] = mapped_column(server_default=sql("false"))  # Its overtime is excused by an appeal; times stay.


class Alert(Base):
    """An alert exactly as a source sent it, and the case it opened or joined."""

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        CheckConstraint("relation IN ('opened', 'joined')", name="relation"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    source_id: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    actor: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)  # json, not jsonb: to the letter, key order and number format included.
    case_id: Mapped[int] = mapped_column(BigInteger, index=True)
    relation: Mapped[str] = mapped_column(Text)
