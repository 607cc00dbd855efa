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

    def __bool__(self) -> bool:
        return bool(self._zones)

    def taking(self, lon: Floats, lat: Floats, categories: Sequence[str | None]) -> list[ZoneDraft | None]:
        """For each of n points in degrees the zone that takes cases of its category (a path; None: not known yet) there."""
        found: list[ZoneDraft | None] = [None] * len(categories)
        point, zone = self._tree.query(shapely.points(lon, lat))
        hit = shapely.intersects_xy(self._shapes[zone], lon[point], lat[point])
        for i, z in sorted(zip(point[hit].tolist(), zone[hit].tolist(), strict=True)):
            if found[i] is None and takes(self._zones[z], categories[i]):
                found[i] = self._zones[z]
        return found
