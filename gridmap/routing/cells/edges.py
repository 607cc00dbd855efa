"""The edges of polygons, as the table wants them."""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.routing.cells.compiled import compiled
from gridmap.routing.cells.table import Floats

Places = NDArray[np.int64]


class Edges(NamedTuple):
    """The edges of n polygons.

    Attributes:
        ends: (m, 4), ax, ay, bx, by in degrees, the lower end first, of level ones the western.
        paired: (m,), whether an even number of polygons has the same edge: two neighbours share it.
        first: (n + 1,), where each polygon's edges begin.
    """

    ends: Floats
    paired: NDArray[np.bool_]
    first: Places


def edges_of(polygons: NDArray[np.object_]) -> Edges:
    """The edges of n valid (Multi)Polygons, in their order; those without length are left out."""
    if not len(polygons):
        return Edges(np.zeros((0, 4)), np.zeros(0, bool), np.zeros(1, np.int64))
    _, xy, offsets = shapely.to_ragged_array(polygons)
    ring, *further = (np.asarray(one, np.int64) for one in offsets)
    of_polygon = ring
    for one in further:
        of_polygon = of_polygon[one]  # Polygons begin where their first part does, parts where their first ring does.
    closing = np.zeros(len(xy), bool)
    closing[ring[1:] - 1] = True  # From the last corner of a ring to the next ring's first is no edge.
    ends, first = _ends(np.ascontiguousarray(xy[:, :2]), closing, of_polygon)
    return Edges(ends, _paired(ends, _order(ends)), first)


@compiled
def _ends(xy: Floats, closing: NDArray[np.bool_], begins: Places) -> tuple[Floats, Places]:
    ends, first = np.empty((len(xy), 4)), np.zeros(len(begins), np.int64)
    count = 0
    for polygon in range(len(begins) - 1):
        first[polygon] = count
        for i in range(begins[polygon], begins[polygon + 1]):
            if closing[i]:
                continue
            ax, ay, bx, by = xy[i, 0], xy[i, 1], xy[i + 1, 0], xy[i + 1, 1]
            if ax == bx and ay == by:
                continue
            if ay > by or (ay == by and ax > bx):
                ax, ay, bx, by = bx, by, ax, ay
            ends[count, 0], ends[count, 1], ends[count, 2], ends[count, 3] = ax + 0.0, ay + 0.0, bx + 0.0, by + 0.0
            count += 1
    first[len(begins) - 1] = count
    return ends[:count], first


def _order(ends: Floats) -> Places:
    """An order in which equal edges stand together: that of a number made of all their bits."""
    mixed = np.zeros(len(ends), np.uint64)
    for column in ends.T:
        mixed ^= np.ascontiguousarray(column).view(np.uint64)
        mixed *= np.uint64(0x9E3779B97F4A7C15)  # 2**64 by the golden ratio: neighbouring numbers fall far apart.
        mixed ^= mixed >> np.uint64(29)
    return np.argsort(mixed)


@compiled
def _paired(ends: Floats, order: Places) -> NDArray[np.bool_]:
    found = np.zeros(len(ends), np.bool_)
    i = 0
    while i + 1 < len(order):
        one, other = ends[order[i]], ends[order[i + 1]]
        if one[0] == other[0] and one[1] == other[1] and one[2] == other[2] and one[3] == other[3]:
            found[order[i]] = found[order[i + 1]] = True
            i += 2
        else:
            i += 1
    return found
