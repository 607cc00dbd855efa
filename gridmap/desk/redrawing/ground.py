"""The ground a publish touches: the micro-grids on it before and after, and an index of who has which spot now."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.geo.measure import half_box
from gridmap.grids import zones
from gridmap.grids.lookup import Bounds, InForce, Name, Span
from gridmap.grids.publishing import Published
from gridmap.routing.index import GridIndex

_TOUCHED = text(
    """
    SELECT grid_code AS code, upper(valid) = :at AS ended, ST_AsBinary(geom) AS wkb
    FROM boundary
    WHERE level = 'micro' AND grid_code = ANY(CAST(:codes AS text[])) AND (upper(valid) = :at OR lower(valid) = :at)
    UNION ALL
    SELECT code, NULL, ST_AsBinary(geom) FROM zone
    WHERE code = ANY(CAST(:zones AS text[])) AND (upper(valid) = :at OR lower(valid) = :at)
    """
)
_AROUND = text(
    """
    SELECT b.grid_code AS code, b.id, b.publication_id, lower(b.valid) AS since, ST_AsBinary(b.geom) AS wkb, g.name, g.name_en
    FROM boundary b JOIN grid g ON g.code = b.grid_code
    WHERE b.level = 'micro' AND upper_inf(b.valid) AND b.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
    ORDER BY b.grid_code COLLATE "C"
    """
)


def as_values(bounds: Bounds) -> dict[str, float]:
    """A box as the values :west, :south, :east and :north of a statement."""
    return dict(zip(("west", "south", "east", "north"), bounds, strict=True))


@dataclass(frozen=True)
class Ground:
    """What a publish touched: the codes of its micro-grids before and after, its zones, and the box around them all, degrees.

    `boxes` are those around each of their shapes, before and after, (n, 4).
    """

    publication: int
    at: datetime
    before: frozenset[str]
    after: frozenset[str]
    bounds: Bounds
    boxes: NDArray[np.float64]
    zones: frozenset[str] = frozenset()

    @property
    def box(self) -> dict[str, float]:
        """The box as values of a statement."""
        return as_values(self.bounds)

    def wider(self, metres: float) -> Bounds:
        """The box with a margin."""
        west, south, east, north = self.bounds
        wide, high = self._margin(metres)
        return west - wide, south - high, east + wide, north + high

    def around(self, metres: float) -> dict[str, list[float]]:
        """The boxes of its shapes, each with a margin, as values :west, :south, :east and :north of a statement."""
        wide, high = self._margin(metres)
        wider = self.boxes + np.array([-wide, -high, wide, high])
        return dict(zip(("west", "south", "east", "north"), wider.T.tolist(), strict=True))

    def _margin(self, metres: float) -> tuple[float, float]:
        return half_box(max(abs(self.bounds[1]), abs(self.bounds[3])), metres)

    def holding(self, spots: Iterable[tuple[float, float]]) -> "Ground":
        """The same with a box that also holds these spots: cases that zones send to its grids lie elsewhere."""
        west, south, east, north = self.bounds
        lon, lat = zip((west, south), (east, north), *spots, strict=True)
        return replace(self, bounds=(min(lon), min(lat), max(lon), max(lat)))


def touched(session: Session, done: Published) -> Ground | None:
    """The ground of a publish; None where it touched names alone."""
    if done.publication is None:
        return None
    rows = session.execute(_TOUCHED, {"at": done.at, "codes": sorted({*done.opened, *done.closed}), "zones": done.zones}).all()
    if not rows:
        return None
    shapes = shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object))
    west, south, east, north = (float(side) for side in shapely.total_bounds(shapes))
    before, after = (frozenset(row.code for row in rows if row.ended is ended) for ended in (True, False))
    return Ground(
        done.publication, done.at, before, after, (west, south, east, north), shapely.bounds(shapes), frozenset(done.zones)
    )


def index_of(session: Session, ground: Ground, reach_m: float) -> GridIndex:
    """An index of the micro-grids in force now on and around the ground, exact for every spot on it.

    Who is nearest to a spot, and second, is among them: nobody's neighbour is further off than the ground is wide.
    """
    west, south, east, north = ground.bounds
    across = float(np.hypot(east - west, north - south)) * 111_400
    return GridIndex(_in_force(session, ground, ground.wider(across + reach_m)))


def _in_force(session: Session, ground: Ground, bounds: Bounds) -> InForce:
    rows = session.execute(_AROUND, as_values(bounds)).all()
    codes = [row.code for row in rows]
    spans = [Span(row.id, row.publication_id, row.since, None) for row in rows]
    shapes = [shapely.from_wkb(bytes(row.wkb)) for row in rows]
    called = {row.code: Name(row.code, row.name, row.name_en) for row in rows}
    there = [zone.draft for zone in zones.at(session, ground.at, bounds)]
    return InForce(ground.publication, ground.at, codes, spans, shapes, called, there)
