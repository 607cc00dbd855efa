"""Grids, their boundaries over time, and the shapes tiles are cut from."""

from datetime import datetime

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
    func,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
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
    """A boundary in force, simplified together with all its neighbours for the zooms up to `zoom`.

    EPSG:3857. Simplified as one coverage (never polygon by polygon), so that two neighbours keep one common edge.
    """

    __tablename__ = "tile_shape"
    __table_args__ = (Index("ix_tile_shape_zoom_geom", "zoom", "geom", postgresql_using="gist"),)

    boundary_id: Mapped[int] = mapped_column(ForeignKey("boundary.id", ondelete="CASCADE"), primary_key=True)
    zoom: Mapped[int] = mapped_column(Integer, primary_key=True)
    level: Mapped[Level] = mapped_column(Text)
    grid_code: Mapped[str] = mapped_column(ForeignKey("grid.code"))
    geom: Mapped[object] = mapped_column(Geometry("MULTIPOLYGON", srid=3857, spatial_index=False))
