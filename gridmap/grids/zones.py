"""Special zones (专属区域): ground on top of the grids whose cases of some categories go to a micro-grid that is named.

A zone has a lasting code of its own: the town's nine digits, a Z and three more. All it says has one period of validity and
changes by a publish alone. A category is told by its path, `standard/kind/code`; a zone takes those whose path begins with one of
its `takes`, so that a large class (`GB/T 47678.5-2026/matter/09`) is named as a small one is. Without any it takes every case.
"""

from collections.abc import Collection, Container, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Text, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, Session, mapped_column

from gridmap.db import Base
from gridmap.errors import Invalid, msg
from gridmap.geo.shapes import Shape
from gridmap.grids.change import ZoneDraft
from gridmap.grids.models import Grid, Publication

CODE_DIGITS = "^[0-9]{9}Z[0-9]{3}$"
Bounds = tuple[float, float, float, float]


class ZoneKind(StrEnum):
    """What a zone is."""

    SCHOOL = "school"  # 学校
    MARKET = "market"  # 市场
    HOSPITAL = "hospital"  # 医院
    SITE = "site"  # 工地
    PARK = "park"  # 公园
    STATION = "station"  # 车站
    ESTATE = "estate"  # 产业园区
    OTHER = "other"


class Zone(Base):
    """What a zone was over a period of validity, half-open [from, until)."""

    __tablename__ = "zone"
    __table_args__ = (
        ExcludeConstraint(("code", "="), ("valid", "&&"), using="gist", name="ex_zone_one_at_a_time"),
        CheckConstraint(f"code ~ '{CODE_DIGITS}'", name="code_digits"),
        CheckConstraint("kind IN ({})".format(", ".join(f"'{kind}'" for kind in ZoneKind)), name="kind"),
        CheckConstraint("length(target_code) = 15", name="target"),
        CheckConstraint("NOT isempty(valid) AND lower_inc(valid) AND NOT upper_inc(valid)", name="half_open"),
        CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name="sound"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, server_default="")
    kind: Mapped[ZoneKind] = mapped_column(Text)
    takes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'::text[]"))
    target_code: Mapped[str] = mapped_column(ForeignKey(Grid.code), index=True)
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    publication_id: Mapped[int] = mapped_column(ForeignKey(Publication.id), index=True)
    geom: Mapped[MultiPolygon] = mapped_column(Shape("MULTIPOLYGON"))

    @property
    def draft(self) -> ZoneDraft:
        """What it says."""
        return ZoneDraft(self.code, self.name, self.kind, self.target_code, self.geom, self.name_en, tuple(self.takes))


def path(standard_ref: str, kind: str, code: str) -> str:
    """A category, or a large class of them, as zones name it."""
    return f"{standard_ref}/{kind}/{code}"


def next_code(town: str, used: Container[str]) -> str:
    """The first code of a town (its nine digits) that no zone ever had; `Invalid` where none is left. Pure."""
    code = next((free for n in range(1, 1000) if (free := f"{town}Z{n:03d}") not in used), None)
    if code is None:
        raise Invalid(msg("No code is left for another zone in %(town)s"), town=town)
    return code


def takes(zone: ZoneDraft, category: str | None) -> bool:
    """Whether a zone takes cases of the category with this path; None: not known yet."""
    return not zone.takes or (category is not None and category.startswith(zone.takes))


def take_the_same(one: ZoneDraft, other: ZoneDraft) -> bool:
    """Whether there are categories that both take."""
    if not one.takes or not other.takes:
        return True
    return any(a.startswith(b) or b.startswith(a) for a in one.takes for b in other.takes)


def lying_on(zones: Iterable[ZoneDraft], ground: Collection[BaseGeometry]) -> list[ZoneDraft]:
    """The zones that share ground, not only a border, with any of these shapes (degrees). Pure."""
    return [zone for zone in zones if any(shapely.relate_pattern(zone.shape, shape, "T********") for shape in ground)]


def at(session: Session, moment: datetime, bounds: Bounds | None = None) -> list[Zone]:
    """The zones in force at a moment, in the order of their codes; those that touch a box (degrees), where one is given."""
    asked = select(Zone).where(Zone.valid.contains(moment)).order_by(Zone.code.collate("C"))
    if bounds is not None:
        asked = asked.where(Zone.geom.op("&&")(func.ST_MakeEnvelope(*bounds, 4326)))
    return list(session.scalars(asked))


def in_force(session: Session, codes: Iterable[str]) -> dict[str, Zone]:
    """The zones of these codes that are in force."""
    asked = select(Zone).where(func.upper_inf(Zone.valid), Zone.code == func.any(sorted(codes)))
    return {zone.code: zone for zone in session.scalars(asked)}


_SEARCH = text(
    """
    SELECT code, name, name_en, upper(valid) AS retired_at, ST_X(spot) AS lon, ST_Y(spot) AS lat,
           ST_XMin(geom) AS west, ST_YMin(geom) AS south, ST_XMax(geom) AS east, ST_YMax(geom) AS north
    FROM (SELECT DISTINCT ON (code) * FROM zone ORDER BY code, lower(valid) DESC) AS newest, ST_PointOnSurface(geom) AS spot
    WHERE code LIKE :prefix OR name ILIKE :part OR name_en ILIKE :part
    ORDER BY upper(valid) IS NOT NULL, code LIMIT :most
    """
)


def search(session: Session, *, prefix: str, part: str, most: int) -> list[dict[str, Any]]:
    """Zones whose code begins with, or whose last name holds, the LIKE patterns given; ended ones last."""
    return [dict(row) for row in session.execute(_SEARCH, {"prefix": prefix, "part": part, "most": most}).mappings()]
