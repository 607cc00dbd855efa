"""Geometries searched by where they are, of which some can be replaced without sorting all of them anew. Pure.

shapely's search tree never changes. So what is taken out is only marked, what comes goes into a second, small tree, and answers
are made of both.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]
_WIDER = 1 + 1e-9  # A distance measured once more, from the other side, may differ in its last bits.


class Forest:
    """Geometries, called by their places in `geometries`; those taken out keep theirs."""

    def __init__(self, geometries: NDArray[np.object_]) -> None:
        self.geometries = geometries
        self._old = shapely.STRtree(geometries)
        self._young: shapely.STRtree | None = None
        self._in_young = np.empty(0, dtype=np.intp)
        self._there = np.ones(len(geometries), dtype=bool)

    def replaced(self, gone: Ints, fresh: NDArray[np.object_]) -> "Forest | None":
        """A forest without those at the places `gone`, with fresh ones behind all others; None where it is time for a new one."""
        old = len(self._old)
        if len(self.geometries) + len(fresh) - old > max(old // 8, 64):
            return None
        forest = object.__new__(Forest)
        forest.geometries = np.concatenate([self.geometries, fresh])
        forest._there = np.concatenate([self._there, np.ones(len(fresh), dtype=bool)])
        forest._there[gone] = False
        forest._in_young = old + np.flatnonzero(forest._there[old:])
        forest._old, forest._young = self._old, shapely.STRtree(forest.geometries[forest._in_young])
        return forest

    def query(self, asked: Any, **how: Any) -> Ints:
        """As `shapely.STRtree.query`."""
        found: Ints = self._old.query(asked, **how)
        if self._young is None:
            return found
        younger: Ints = self._young.query(asked, **how)
        members = np.append(np.atleast_2d(found)[-1], self._in_young[np.atleast_2d(younger)[-1]])
        there = self._there[members]
        if found.ndim == 1:
            return np.asarray(members[there])
        return np.stack([np.append(found[0], younger[0])[there], members[there]])

    def nearest(self, points: NDArray[np.object_], within: float | None = None) -> tuple[Ints, Ints, Floats]:
        """The nearest geometries of each of n points, all that are equally near: (points, geometries, distances)."""
        found = self._nearest(self._old, points, within)
        if self._young is None:
            return found
        point, younger, away = self._nearest(self._young, points, within)
        least = np.full(len(points), np.inf if within is None else within)
        np.minimum.at(least, point, away)
        hidden = np.setdiff1d(found[0], found[0][self._there[found[1]]])  # Behind some that are gone.
        behind = self._within(hidden, points, least[hidden])
        together = zip(found, (point, self._in_young[younger], away), behind, strict=True)
        return self._least(len(points), *(np.concatenate(parts) for parts in together))

    @staticmethod
    def _nearest(tree: shapely.STRtree, points: NDArray[np.object_], within: float | None) -> tuple[Ints, Ints, Floats]:
        (point, member), away = tree.query_nearest(points, max_distance=within, all_matches=True, return_distance=True)
        return point, member, away

    def _within(self, chosen: Ints, points: NDArray[np.object_], reach: Floats) -> tuple[Ints, Ints, Floats]:
        """The old ones within reach of the chosen points."""
        place, member = self._old.query(points[chosen], predicate="dwithin", distance=reach * _WIDER)
        point = chosen[place]
        return point, member, shapely.distance(points[point], self.geometries[member])

    def _least(self, n: int, point: Ints, member: Ints, away: Floats) -> tuple[Ints, Ints, Floats]:
        there = self._there[member]
        point, member, away = point[there], member[there], away[there]
        least = np.full(n, np.inf)
        np.minimum.at(least, point, away)
        nearest = np.flatnonzero(away == least[point])
        order = nearest[np.lexsort((member[nearest], point[nearest]))]
        return point[order], member[order], away[order]
