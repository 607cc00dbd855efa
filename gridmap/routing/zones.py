"""The special zones in force at one moment, held in memory: which one takes a case of a category seen at a point. Pure.

Covers as for grids (`routing/index.py`): GEOS point-in-polygon with exact orientation tests; on a border that zones of the same
categories share the lowest code takes it. The SQL function `zone_at` answers the same.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.grids.change import ZoneDraft
from gridmap.grids.zones import takes

Floats = NDArray[np.float64]
_SIDE = 128  # Squares of the raster along each side.


class Sent(NamedTuple):
    """The second step of a route: the zone that sends a case on, and the micro-grid it lies in all the same."""

    zone: ZoneDraft
    lies_in: str

    def facts(self) -> dict[str, Any]:
        """The step as JSON-ready facts, with the zone's names of that moment."""
        zone = self.zone
        return {"code": zone.code, "name": zone.name, "name_en": zone.name_en, "kind": zone.kind, "lies_in": self.lies_in}


class ZoneIndex:
    """The zones in force at one moment, their codes ascending (bytewise)."""

    def __init__(self, zones: Sequence[ZoneDraft]) -> None:
        self._zones = list(zones)
        self._shapes = np.array([zone.shape for zone in zones], dtype=object)
        self._tree = shapely.STRtree(self._shapes)
        self._ground = _Ground(shapely.bounds(self._shapes))

    def __bool__(self) -> bool:
        return bool(self._zones)

    def taking(self, lon: Floats, lat: Floats, categories: Sequence[str | None]) -> dict[int, ZoneDraft]:
        """Which of n points in degrees a zone takes that takes their category (a path; None: not known yet), and which zone."""
        near = self._ground.near(lon, lat)
        point, zone = self._tree.query(shapely.points(lon[near], lat[near]))
        point = near[point]
        hit = shapely.intersects_xy(self._shapes[zone], lon[point], lat[point])
        found: dict[int, ZoneDraft] = {}
        for i, z in sorted(zip(point[hit].tolist(), zone[hit].tolist(), strict=True)):
            if i not in found and takes(self._zones[z], categories[i]):
                found[i] = self._zones[z]
        return found


class _Ground:
    """Squares of a raster over all zones that one of them may touch: of a million points few lie there, and making geometries of
    all would cost more than everything else that routes them.

    Args:
        bounds: (n, 4) west, south, east, north of each zone in degrees.
    """

    def __init__(self, bounds: Floats) -> None:
        self._west, self._south = bounds[:, :2].min(axis=0, initial=np.inf).tolist()
        self._east, self._north = bounds[:, 2:].max(axis=0, initial=-np.inf).tolist()
        self._touched = np.zeros((_SIDE, _SIDE), dtype=bool)
        rows, columns = self._squares(bounds[:, 0::2], bounds[:, 1::2])
        for (left, right), (low, high) in zip(columns.tolist(), rows.tolist(), strict=True):
            self._touched[low : high + 1, left : right + 1] = True

    def near(self, lon: Floats, lat: Floats) -> NDArray[np.intp]:
        """The points, by their places, that lie in such a square."""
        among = np.flatnonzero((lon >= self._west) & (lon <= self._east) & (lat >= self._south) & (lat <= self._north))
        return among[self._touched[self._squares(lon[among], lat[among])]]

    def _squares(self, lon: Floats, lat: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Row and column. Each step of this keeps order, so a point between a zone's bounds is never in a square before or behind
        theirs."""
        across = (lon - self._west) * (_SIDE / (self._east - self._west))
        up = (lat - self._south) * (_SIDE / (self._north - self._south))
        return np.minimum(up, _SIDE - 1).astype(np.intp), np.minimum(across, _SIDE - 1).astype(np.intp)
