"""The micro-grids of one moment, held in memory so that points are placed by the million. Pure.

Two things are made of them, each when it is first asked for: a table of cells, which only says where points lie and is the
quickest there is (`cells`), and their surroundings, which tell the distances to borders and neighbours behind a route.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from gridmap.grids.lookup import NOTHING_YET, InForce
from gridmap.grids.redrawn import Redrawn
from gridmap.routing.arcs import NOBODY, Floats, Ints
from gridmap.routing.given import check
from gridmap.routing.surroundings import MOST_OTHERS, Facts, Surroundings
from gridmap.routing.zones import ZoneIndex

if TYPE_CHECKING:
    from gridmap.routing.cells.index import Cells

__all__ = ["MOST_OTHERS", "NOBODY", "Facts", "GridIndex"]

_LEAST_M_PER_DEGREE = 110_500.0  # Of latitude anywhere, of longitude at the equator: a little less than the least of WGS-84.


class GridIndex:
    """The micro-grids in force at one moment.

    Args:
        held: the micro-grids, their codes ascending (bytewise).
    """

    def __init__(self, held: InForce) -> None:
        self.publication = held.publication
        self.at = held.at
        self.codes = held.codes
        self.spans = held.spans
        self.names = held.names
        self.zones = ZoneIndex(held.zones)
        self._held = held
        self._given: NDArray[np.int32] | None = None  # Where the codes stood before they were sorted.
        self._building = Lock()
        self._cells: Cells | None = None
        self._surroundings: Surroundings | None = None

    def __getstate__(self) -> dict[str, Any]:
        """What goes to another process: the grids; it makes its own table of them."""
        return {name: value for name, value in vars(self).items() if name not in ("_building", "_cells", "_surroundings")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _building=Lock(), _cells=None, _surroundings=None)

    @classmethod
    def build(cls, codes: Sequence[str], polygons: Sequence[Polygon | MultiPolygon] | NDArray[np.object_]) -> "GridIndex":
        """An index of any polygons, published or not; they may lie apart, overlap and have holes.

        Args:
            codes: (n,) their codes, in any order; where several polygons cover a point, the lowest code (bytewise) has it.
            polygons: (n,) valid ones, degrees, (lon, lat).

        Raises:
            Invalid: a code twice, another number of polygons than of codes, no polygon, an empty one, coordinates that are no
                degrees, or an edge across the antimeridian.
        """
        shapes = np.array(polygons, dtype=object)
        check(codes, shapes)
        order = sorted(range(len(codes)), key=codes.__getitem__)
        index = cls(replace(NOTHING_YET, codes=[codes[i] for i in order], shapes=list(shapes[order])))
        index._given = np.array([*order, NOBODY], dtype=np.int32)  # Its last, -1, is nobody's place.
        return index

    def patched(self, redrawn: Redrawn) -> "GridIndex":
        """The index after a change. What was made of this one is not made again, but for what is around the change; whoever holds
        this one may go on asking it.

        `Redrawn.held` is what was built of, `redraw`n.
        """
        index = GridIndex(redrawn.held)
        with self._building:
            index._cells = self._cells and self._cells.patched(redrawn)
            index._surroundings = self._surroundings and self._surroundings.patched(redrawn)
        return index

    @property
    def held(self) -> InForce:
        """What it is made of."""
        return self._held

    def prepare(self) -> None:
        """Make the table of cells now, rather than when `locate` is first asked."""
        self._table.locate([], [])

    def locate(self, lon: Floats, lat: Floats) -> NDArray[np.int32]:
        """Of n points in degrees the polygon that covers each, borders included, as its position in the codes as they were
        given, (n,); `NOBODY` (-1) outside of all, and where a coordinate is no number."""
        found = self._table.locate(lon, lat)
        return found if self._given is None else self._given[found]

    def alone(self, lon: Floats, lat: Floats, reach_m: Floats) -> NDArray[np.bool_]:
        """Whether surely no second micro-grid lies within `reach_m` metres of each point; False also where that takes a closer
        look, which `facts` has."""
        return self._table.alone(_boxes(lon, lat, reach_m))

    def deserted(self, lon: Floats, lat: Floats, reach_m: float) -> NDArray[np.bool_]:
        """Whether surely no micro-grid lies within `reach_m` metres of each point, (n,); False also where that takes a closer
        look, which `nearest` has."""
        return self._table.deserted(_boxes(lon, lat, reach_m))

    def locate_one(self, lon: float, lat: float) -> int:
        """The same for one point."""
        found = self._table.locate_one(lon, lat)
        return found if self._given is None else int(self._given[found])

    def covering(self, lon: Floats, lat: Floats) -> tuple[Ints, Ints]:
        """Pairs (point, grid) of n points in degrees and the grids that cover them, sorted by point, then grid."""
        return self._around.covering(lon, lat)

    def nearest(self, lon: Floats, lat: Floats, within_m: float) -> tuple[NDArray[np.int32], Floats]:
        """For each of n points in degrees the grid whose border is nearest, the lowest of several, and the metres to it.

        Points further than `within_m`, or than three degrees from every grid, get -1 and NaN. For a point that a grid covers
        the metres are its distance to the border, but the grid may be the neighbour behind that.
        """
        return self._around.nearest(lon, lat, within_m)

    def facts(self, lon: Floats, lat: Floats, reach_m: Floats, limit_m: float) -> list[Facts]:
        """The facts about n points in degrees.

        Args:
            reach_m: (n,), within how many metres other grids matter.
            limit_m: an uncovered point this near to a grid will go to it and wants a runner-up too.
        """
        return self._around.facts(lon, lat, reach_m, limit_m)

    def touching(self, view: Polygon) -> list[tuple[int, float]]:
        """The grids a camera's view (degrees) touches, each with its share of the view's area, largest first; 20 at most."""
        return self._around.touching(view)

    def metres(self, point: tuple[float, float], grid: int) -> float:
        """Distance from a point (degrees) to a grid; 0 where it covers the point."""
        return self._around.metres(point, grid)

    @property
    def published(self) -> tuple[int, datetime] | None:
        """The publication whose boundaries these are, and its moment; None before the first."""
        return (self.publication, self.at) if self.publication else None

    @property
    def _table(self) -> "Cells":
        if self._cells is None:
            from gridmap.routing.cells.index import Cells  # noqa: PLC0415  # numba: only where points come by the thousand

            with self._building:
                self._cells = self._cells or Cells.build(self._held.shapes)
        return self._cells

    @property
    def _around(self) -> Surroundings:
        if self._surroundings is None:
            with self._building:
                self._surroundings = self._surroundings or Surroundings.build(self._held.shapes)
        return self._surroundings


def _boxes(lon: Floats, lat: Floats, reach_m: Floats | float) -> Floats:
    """Boxes in degrees, (n, 4: west, south, east, north), that hold all that lies within so many metres of each point."""
    high = reach_m / _LEAST_M_PER_DEGREE
    wide = high / np.maximum(np.cos(np.radians(np.abs(lat) + high)), 1e-9)
    return np.column_stack([lon - wide, lat - high, lon + wide, lat + high])
