"""Plans, their steps with the grids each one changed, who reviews them and what is said of them."""

from datetime import datetime
from typing import Any

from shapely.geometry import MultiPolygon, Point
from sqlalchemy import CheckConstraint, DateTime, ForeignKey, ForeignKeyConstraint, Identity, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.accounts.models import Account
from gridmap.db import Base
from gridmap.geo.shapes import Shape
from gridmap.grids.models import Grid, Publication
from gridmap.grids.zones import CODE_DIGITS
from gridmap.plans.life import Stage


class Plan(Base):
    """A draft of new boundaries.

    `step` is where it stands among its steps (0: the base), `steps` how many were ever made, `version` counts every change
    of what it says: who changes it names the version they saw.
    """

    __tablename__ = "plan"
    __table_args__ = (
        CheckConstraint(f"stage IN ({', '.join(repr(str(stage)) for stage in Stage)})", name="stage"),
        CheckConstraint("step BETWEEN 0 AND steps", name="step"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    ground: Mapped[str] = mapped_column(ForeignKey(Grid.code))
    owner_id: Mapped[int] = mapped_column(ForeignKey(Account.id), index=True)
    base_id: Mapped[int] = mapped_column(ForeignKey(Publication.id))
    stage: Mapped[Stage] = mapped_column(Text, server_default=Stage.DRAFT.value)
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    step: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    steps: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    approved_by: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    publication_id: Mapped[int | None] = mapped_column(ForeignKey(Publication.id))


class PlanStep(Base):
    """One deed of a plan. `parent` is the step it was done after: an undo followed by another deed begins a branch.

    `base_id`: the publication on whose boundaries it was drawn; null: on those the plan began with.
    """

    __tablename__ = "plan_step"
    __table_args__ = (CheckConstraint("parent >= 0 AND parent < seq", name="parent"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey(Plan.id), primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    parent: Mapped[int]
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id))
    deed: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    base_id: Mapped[int | None] = mapped_column(ForeignKey(Publication.id))


class _Drawn:
    """What a step says of anything that is drawn, grid or zone."""

    plan_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    ended: Mapped[bool] = mapped_column(server_default=text("false"))
    name: Mapped[str] = mapped_column(Text, server_default="")
    name_en: Mapped[str] = mapped_column(Text, server_default="")
    shape: Mapped[MultiPolygon | None] = mapped_column(Shape("MULTIPOLYGON", spatial_index=False))


class PlanGrid(_Drawn, Base):
    """A grid as a step left it. `ended`: it is no more; `shape` is null for villages and towns, which are not drawn."""

    __tablename__ = "plan_grid"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "seq"], ["plan_step.plan_id", "plan_step.seq"]),
        CheckConstraint("code ~ '^([0-9]{9}|[0-9]{12}|[0-9]{15})$'", name="code_digits"),
    )

    head_name: Mapped[str] = mapped_column(Text, server_default="")
    head_phone: Mapped[str] = mapped_column(Text, server_default="")
    sources: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'::text[]"))


class PlanZone(_Drawn, Base):
    """A special zone as a step left it. `ended`: it is no more, and the rest says nothing."""

    __tablename__ = "plan_zone"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "seq"], ["plan_step.plan_id", "plan_step.seq"]),
        CheckConstraint(f"code ~ '{CODE_DIGITS}'", name="code_digits"),
        CheckConstraint("ended = (shape IS NULL)", name="ended"),
    )

    kind: Mapped[str] = mapped_column(Text, server_default="")
    target: Mapped[str] = mapped_column(Text, server_default="")
    takes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'::text[]"))


class PlanReviewer(Base):
    """Who is asked to look at a plan."""

    __tablename__ = "plan_reviewer"

    plan_id: Mapped[int] = mapped_column(ForeignKey(Plan.id), primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id), primary_key=True, autoincrement=False, index=True)


class PlanComment(Base):
    """What somebody said of a plan, at a step, if they like about a place."""

    __tablename__ = "plan_comment"

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey(Plan.id), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    step: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    place: Mapped[Point | None] = mapped_column(Shape("POINT", spatial_index=False))
