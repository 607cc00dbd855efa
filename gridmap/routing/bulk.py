"""Route arrays of points: the same decisions as `route`, without its reasons one by one. Pure."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridmap.routing.index import NOBODY, GridIndex
from gridmap.routing.route import Rule

Floats = NDArray[np.float64]
RULES = (Rule.COVERS, Rule.NEAREST, Rule.UNROUTED)
_COVERS, _NEAREST, _UNROUTED = range(3)


class Grids(NamedTuple):
    """Where n points belong.

    Attributes:
        grid: position in the index's codes, -1 for nowhere.
        rule: position in `RULES`. A point on a shared border, a tie, counts as covered: the lowest code has it.
        border_m: metres to the nearest border; NaN where that is not known; None where it was not asked for.
    """

    grid: NDArray[np.int32]
    rule: NDArray[np.int8]
    border_m: Floats | None


def locate(index: GridIndex, lon: Floats, lat: Floats, *, limit_m: float, distances: bool) -> Grids:
    """The grid of every point, in degrees WGS-84: it covers it, else it is the nearest within `limit_m`, else there is none.

    What is not finite, or not on earth, has none.
    """
    sound = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)  # False for NaN.
    grid = index.locate(lon, lat)
    rule = np.where(grid == NOBODY, _UNROUTED, _COVERS).astype(np.int8)
    outside = np.flatnonzero(sound & (grid == NOBODY))
    outside = outside[~index.deserted(lon[outside], lat[outside], limit_m)]
    if len(outside):  # What finds the nearest takes long to build, and to ask.
        grid[outside], _ = index.nearest(lon[outside], lat[outside], limit_m)
        rule[outside[grid[outside] != NOBODY]] = _NEAREST
    if not distances:
        return Grids(grid, rule, None)
    border_m = np.full(len(lon), np.nan)
    border_m[sound] = index.nearest(lon[sound], lat[sound], np.inf)[1]
    return Grids(grid, rule, border_m)
