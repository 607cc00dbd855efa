"""The table as the program asks it: arrays in, arrays out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from shapely.geometry import MultiPolygon, Polygon

from gridmap.routing.cells import lookup
from gridmap.routing.cells.build import table_of
from gridmap.routing.cells.table import Ints


class Cells:
    """A table over n valid (Multi)Polygons in degrees, in the order in which they win; never changed, asked by many threads."""

    def __init__(self, polygons: Sequence[Polygon | MultiPolygon]) -> None:
        self._table = table_of(np.array(polygons, dtype=object))

    @property
    def nbytes(self) -> int:
        """What the table takes of memory."""
        return sum(part.nbytes for part in (self._table.left, self._table.low, self._table.cells, self._table.words))

    def locate(self, lon: ArrayLike, lat: ArrayLike) -> Ints:
        """The first polygon that covers each of n points in degrees, borders included; -1 where none does."""
        x, y = np.ascontiguousarray(lon, np.float64), np.ascontiguousarray(lat, np.float64)
        if x.ndim != 1 or x.shape != y.shape:
            raise ValueError(f"as many longitudes as latitudes, in one row: {x.shape}, {y.shape}")
        found = np.empty(len(x), np.int32)
        lookup.locate(self._table, x, y, found)
        return found

    def locate_one(self, lon: float, lat: float) -> int:
        """The same for one point."""
        return lookup.locate_one(self._table, lon, lat)
