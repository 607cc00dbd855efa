"""Grids, their boundaries over time, and the shapes tiles are cut from."""

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry
from shapely.geometry import MultiPolygon, Point
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSON, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.db import Base
from gridmap.geo.shapes import Shape
from gridmap.grids.codes import Level


class Grid(Base):
    """A grid: its lasting code, its name, who heads it. Where it lies is told by its boundaries."""

    __tablename__ = "grid"
    __table_args__ = (
        CheckConstraint("code ~ '^([0-9]{9}|[0-9]{12}|[0-9]{15})$'", name="code_digits"),
        CheckConstraint(
            "level = CASE length(code) WHEN 9 THEN 'town' WHEN 12 THEN 'village' ELSE 'micro' END",
            name="code_level",
        ),
        CheckConstraint(
            "parent_code IS NOT DISTINCT FROM CASE WHEN length(code) > 9 THEN left(code, -3) END",
            name="parent",
        ),
    )

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    level: Mapped[Level] = mapped_column(Text)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("grid.code"), index=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, server_default="")
    head_name: Mapped[str] = mapped_column(Text, server_default="")
    head_phone: Mapped[str] = mapped_column(Text, server_default="")
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Publication(Base):
    """One publish: the moment from which a set of new boundaries holds."""

    __tablename__ = "publication"

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    actor: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
    undoes: Mapped[int | None] = mapped_column(ForeignKey("publication.id"), unique=True)  # The publish this one rolled back.


class Renaming(Base):
    """What a grid was called, and who headed it, until a publish changed that."""

    __tablename__ = "renaming"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    grid_code: Mapped[str] = mapped_column(ForeignKey("grid.code"), primary_key=True, index=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    head_name: Mapped[str] = mapped_column(Text)
    head_phone: Mapped[str] = mapped_column(Text)


class Lineage(Base):
    """Ground that a publish took from one grid to another, with the cases on it; to itself: what a grid kept.

    `area_share` is the share (0 to 1) of the ground of `from_code`, `case_share` of its open cases and those of 90 days; None
    where nobody counted them. No `to_code`: the ground is nobody's any more.
    """

    __tablename__ = "lineage"
    __table_args__ = (
        UniqueConstraint("publication_id", "from_code", "to_code", postgresql_nulls_not_distinct=True),
        CheckConstraint("kind IN ('split', 'merge', 'reshape', 'renumber', 'retire')", name="kind"),
        CheckConstraint("(kind = 'retire') = (to_code IS NULL)", name="retire"),
        CheckConstraint("area_share > 0 AND area_share <= 1", name="area_share"),
        CheckConstraint("case_share BETWEEN 0 AND 1", name="case_share"),
        Index("ix_lineage_from", "from_code", "publication_id"),
        Index("ix_lineage_to", "to_code", "publication_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    from_code: Mapped[str] = mapped_column(ForeignKey("grid.code"))
    to_code: Mapped[str | None] = mapped_column(ForeignKey("grid.code"))
    kind: Mapped[str] = mapped_column(Text)
    area_m2: Mapped[float]
    area_share: Mapped[float]
    cases: Mapped[int | None]
    case_share: Mapped[float | None]


class Scheduled(Base):
    """A change that is to be published at a moment to come, and what became of it."""

    __tablename__ = "scheduled_publish"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'published', 'refused', 'cancelled')", name="state"),
        CheckConstraint("(state = 'published') = (publication_id IS NOT NULL)", name="published"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended"),
        Index("ix_scheduled_publish_due", "at", postgresql_where="state = 'waiting'"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
    plan_id: Mapped[int | None] = mapped_column(BigInteger, index=True)  # No foreign key: plans stand on a floor above.
    change: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publication.id"))
    reason: Mapped[str] = mapped_column(Text, server_default="")


class Boundary(Base):
    """One grid's polygon over a period of validity, half-open [from, until)."""

    __tablename__ = "boundary"
    __table_args__ = (
        ExcludeConstraint(
            ("grid_code", "="),
            ("valid", "&&"),
            using="gist",
            name="ex_boundary_one_at_a_time",
        ),
        CheckConstraint(
            "NOT isempty(valid) AND lower_inc(valid) AND NOT upper_inc(valid)",
            name="half_open",
        ),
        CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name="sound"),
        Index(
            "ix_boundary_in_force",
            "level",
            "grid_code",
            postgresql_where="upper_inf(valid)",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    grid_code: Mapped[str] = mapped_column(ForeignKey("grid.code"), index=True)
    level: Mapped[Level] = mapped_column(Text)
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), index=True)
    geom: Mapped[MultiPolygon] = mapped_column(Shape("MULTIPOLYGON"))
    label: Mapped[Point] = mapped_column(Shape("POINT", spatial_index=False))
    area_m2: Mapped[float]


class TileShape(Base):
    """A boundary, simplified together with all its neighbours for the zooms up to `zoom`, over a period of validity.

    EPSG:3857. Both sides of a border have the same vertices, so that two neighbours keep one common edge. A boundary that stays
    may look different once a neighbour's has changed: then it has another row from that moment on.
    """

    __tablename__ = "tile_shape"
    __table_args__ = (
        Index("ix_tile_shape_in_force", "zoom", "level", "geom", postgresql_using="gist", postgresql_where="upper_inf(valid)"),
        Index(
            "ix_tile_shape_past",
            "zoom",
            "level",
            "geom",
            "valid",
            postgresql_using="gist",
            postgresql_where="NOT upper_inf(valid)",
        ),
        Index("uq_tile_shape_in_force", "boundary_id", "zoom", unique=True, postgresql_where="upper_inf(valid)"),
        CheckConstraint("NOT isempty(valid) AND lower_inc(valid) AND NOT upper_inc(valid)", name="half_open"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    boundary_id: Mapped[int] = mapped_column(ForeignKey("boundary.id", ondelete="CASCADE"))
    zoom: Mapped[int] = mapped_column(Integer)
    level: Mapped[Level] = mapped_column(Text)
    grid_code: Mapped[str] = mapped_column(ForeignKey("grid.code"))
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    geom: Mapped[object] = mapped_column(Geometry("MULTIPOLYGON", srid=3857, spatial_index=False))
