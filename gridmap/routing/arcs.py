"""The borders of a coverage as arcs, each once with the one or two grids it bounds. Pure."""

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]
NOBODY = -1
_ARC_SEGMENTS = 16  # Long enough to keep arcs few, short enough for tight boxes in the tree.


def arcs_of(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], Ints]:
    """The borders of a coverage as lines of at most 16 segments, and the grids each bounds, shape (m, 2).

    The second owner is `NOBODY` on the outer edge. Neighbours must share their vertices, which the partition promises.
    """
    if not len(shapes):
        return np.empty(0, dtype=object), np.empty((0, 2), dtype=np.intp)
    parts, grid_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    start = np.flatnonzero(ring[:-1] == ring[1:])
    owner = grid_of_part[part_of_ring[ring[start]]]
    first, second = _owners_of(xy[start], xy[start + 1], owner)
    kept = owner == first
    start, ring_of, pair = start[kept], ring[start[kept]], np.column_stack([first, second])[kept]
    fresh = np.ones(len(start), dtype=bool)
    fresh[1:] = (np.diff(start) != 1) | (np.diff(ring_of) != 0) | (np.diff(pair, axis=0) != 0).any(axis=1)
    run = np.cumsum(fresh) - 1
    offset = np.arange(len(start)) - np.flatnonzero(fresh)[run]
    fresh |= offset % _ARC_SEGMENTS == 0
    arc = np.cumsum(fresh) - 1
    ends = np.flatnonzero(np.append(fresh[1:], True))
    where = np.concatenate([start, start[ends] + 1])
    which = np.concatenate([arc, arc[ends]])
    order = np.lexsort((where, which))
    return np.asarray(shapely.linestrings(xy[where[order]], indices=which[order])), pair[fresh]


def _owners_of(a: Floats, b: Floats, owner: Ints) -> tuple[Ints, Ints]:
    """The lower and the higher grid of every segment a-b, `NOBODY` as the higher where there is no second."""
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    ends = np.where(swap[:, None], np.hstack([b, a]), np.hstack([a, b]))
    order = np.lexsort((owner, *ends.T))
    ends, ranked = ends[order], owner[order]
    twin = np.append((ends[1:] == ends[:-1]).all(axis=1), False)  # The next one is the same segment, seen from the neighbour.
    low, high = ranked.copy(), np.full(len(ranked), NOBODY, dtype=np.intp)
    high[twin] = ranked[np.flatnonzero(twin) + 1]
    after = np.flatnonzero(twin) + 1
    low[after], high[after] = ranked[after - 1], ranked[after]
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return low[back], high[back]


def by_grid(owners: Ints, grids: int) -> tuple[Ints, Ints]:
    """The arcs grouped by the grids they bound, and where each grid's group begins, shape (grids + 1,)."""
    grid, arc = owners.ravel(), np.repeat(np.arange(len(owners)), 2)
    order = np.argsort(grid, kind="stable")
    grid, arc = grid[order], arc[order]
    return arc, np.searchsorted(grid, np.arange(grids + 1))
