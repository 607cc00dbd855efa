"""The table as the program asks it: arrays in, arrays out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry import MultiPolygon, Polygon

from gridmap.grids.redrawn import Redrawn
from gridmap.routing.cells import lookup
from gridmap.routing.cells.build import table_of
from gridmap.routing.cells.patch import Now, Room, patched
from gridmap.routing.cells.table import NOBODY, Floats, Ints, Table


@dataclass(frozen=True)
class Cells:
    """A table over n valid (Multi)Polygons in degrees, in the order in which they win; never changed, asked by many threads.

    The table calls each polygon by a number that stays its own from patch to patch.

    Attributes:
        numbers: (n,), that of each polygon.
        places: where the polygon of each number stands, `NOBODY` last; None where they are the same.
        bounds: (n, 4), the polygons' boxes in degrees.
    """

    table: Table
    room: Room
    bounds: Floats
    numbers: Ints
    places: Ints | None = None

    @classmethod
    def build(cls, polygons: Sequence[Polygon | MultiPolygon]) -> "Cells":
        """The table of these polygons."""
        shapes = np.array(polygons, dtype=object)
        table, used = table_of(shapes)
        bounds = np.asarray(shapely.bounds(shapes)).reshape(-1, 4)
        return cls(table, Room(table.words, used), bounds, np.arange(len(shapes), dtype=np.int32))

    def patched(self, redrawn: Redrawn) -> "Cells | None":
        """The table after a change; None where it is quicker to build one. This one stays as it is."""
        new = np.asarray(shapely.bounds([redrawn.held.shapes[place] for place in redrawn.fresh])).reshape(-1, 4)
        called = len(self.numbers) if self.places is None else len(self.places) - 1
        bounds = redrawn.carried(self.bounds, new)
        numbers = redrawn.carried(self.numbers, called + np.arange(len(new), dtype=np.int32))
        changed = np.vstack([self.bounds[redrawn.gone], new])
        table = patched(self.table, self.room, Now(redrawn.held.shapes, bounds, numbers), changed)
        if table is None:
            return None
        places = np.full(called + len(new) + 1, NOBODY, np.int32)
        places[numbers] = np.arange(len(numbers), dtype=np.int32)
        return Cells(table, self.room, bounds, numbers, places)

    @property
    def nbytes(self) -> int:
        """What the table takes of memory."""
        return self.table.left.nbytes + self.table.low.nbytes + self.table.cells.nbytes + 8 * self.room.used

    def locate(self, lon: ArrayLike, lat: ArrayLike) -> Ints:
        """The first polygon that covers each of n points in degrees, borders included; -1 where none does."""
        x, y = np.ascontiguousarray(lon, np.float64), np.ascontiguousarray(lat, np.float64)
        if x.ndim != 1 or x.shape != y.shape:
            raise ValueError(f"as many longitudes as latitudes, in one row: {x.shape}, {y.shape}")
        found = np.empty(len(x), np.int32)
        lookup.locate(self.table, x, y, found)
        return found if self.places is None else self.places[found]

    def alone(self, boxes: Floats) -> NDArray[np.bool_]:
        """Whether each box (n, 4: west, south, east, north, in degrees) surely touches one polygon alone, which covers it."""
        found = np.empty(len(boxes), dtype=bool)
        lookup.alone(self.table, boxes, found)
        return found

    def deserted(self, boxes: Floats) -> NDArray[np.bool_]:
        """Whether each box (n, 4: west, south, east, north, in degrees) surely touches no polygon."""
        found = np.empty(len(boxes), dtype=bool)
        lookup.deserted(self.table, boxes, found)
        return found

    def locate_one(self, lon: float, lat: float) -> int:
        """The same for one point."""
        found = lookup.locate_one(self.table, lon, lat)
        return found if self.places is None else int(self.places[found])
