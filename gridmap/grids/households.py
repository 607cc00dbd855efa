"""How many households a micro-grid has, as somebody counted them on a day: optional, and kept as it was counted.

A count belongs to the ground a grid had on that day. When ground changes hands the households go with it by shares of ground,
until somebody counts anew: an estimate, and called one.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

import shapely
from shapely.geometry import MultiPolygon, Point
from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, Text, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped, Session, mapped_column

from gridmap.db import Base
from gridmap.grids.models import Boundary, Grid


class HouseholdCount(Base):
    """One count."""

    __tablename__ = "household_count"
    __table_args__ = (CheckConstraint("households >= 0", name="households"),)

    grid_code: Mapped[str] = mapped_column(ForeignKey(Grid.code), primary_key=True)
    counted_on: Mapped[date] = mapped_column(Date, primary_key=True)
    households: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(Text, server_default="")


class Counted(NamedTuple):
    """The newest count of a micro-grid in force, and a place in it: degrees WGS-84."""

    code: str
    households: int
    counted_on: date
    place: Point


def newest(session: Session, codes: Collection[str], on: date) -> dict[str, int]:
    """The households of these grids by the last count until a day, that day included; those never counted are left out."""
    asked = (
        select(HouseholdCount.grid_code, HouseholdCount.households)
        .where(HouseholdCount.grid_code == func.any(sorted(codes)), HouseholdCount.counted_on <= on)
        .order_by(HouseholdCount.grid_code, HouseholdCount.counted_on.desc())
        .ext(distinct_on(HouseholdCount.grid_code))
    )
    return {row[0]: row[1] for row in session.execute(asked)}


def counted(session: Session, within: str, on: date) -> list[Counted]:
    """The newest counts until a day of the micro-grids in force whose code begins with `within`, in their order."""
    asked = (
        select(HouseholdCount.grid_code, HouseholdCount.households, HouseholdCount.counted_on, Boundary.label)
        .join(Boundary, Boundary.grid_code == HouseholdCount.grid_code)
        .where(func.upper_inf(Boundary.valid), HouseholdCount.counted_on <= on)
        .where(HouseholdCount.grid_code.startswith(within, autoescape=True))
        .order_by(HouseholdCount.grid_code.collate("C"), HouseholdCount.counted_on.desc())
        .ext(distinct_on(HouseholdCount.grid_code.collate("C")))
    )
    return [Counted(*row) for row in session.execute(asked)]


def shared_out(
    counts: Mapping[str, int], before: Mapping[str, MultiPolygon], after: Mapping[str, MultiPolygon]
) -> dict[str, int]:
    """How many households grids have after ground changed hands, by shares of ground; shapes in degrees. Pure.

    Left out is who has ground of a grid that was never counted: what is not known is not guessed.
    """
    found: dict[str, int] = {}
    codes, tree = list(before), shapely.STRtree(list(before.values()))
    for code, shape in after.items():
        givers = {codes[i]: before[codes[i]].intersection(shape).area for i in tree.query(shape, predicate="intersects").tolist()}
        parts = {giver: area / before[giver].area for giver, area in givers.items() if area > _NO_GROUND * shape.area}
        if parts and parts.keys() <= counts.keys():
            found[code] = round(sum(counts[giver] * share for giver, share in parts.items()))
    return found


_NO_GROUND = 1e-6  # Less than this share of a grid is a rounded corner.
