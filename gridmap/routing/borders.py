"""The borders of a partition in metres, found by where they are and by whose they are. Pure."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo.measure import Plane
from gridmap.grids.redrawn import Redrawn
from gridmap.routing.arcs import NOBODY, Floats, Ints, arcs_of, by_grid
from gridmap.routing.forest import Forest

_STRAIGHT_DEG = 0.001  # An edge straight in degrees bends in the plane: 3 km by 13 cm, this much by less than 0.2 mm.
_MOST = 0.25  # Of the grids; whoever changes the surroundings of more is quicker with new borders.


@dataclass(frozen=True)
class Borders:
    """Arcs, each once; never changed.

    Attributes:
        forest: the arcs in metres.
        owners: (m, 2), the one or two grids each bounds, as from `arcs_of`; of arcs that are gone, `NOBODY` twice.
        lists, begins, counts: the arcs of all grids, and where those of each begin and how many they are.
    """

    forest: Forest
    owners: Ints
    lists: Ints
    begins: Ints
    counts: Ints

    @classmethod
    def build(cls, shapes: NDArray[np.object_], plane: Plane) -> "Borders":
        """The borders of shapes in degrees."""
        arcs, owners = arcs_of(shapes)
        lists, first = by_grid(owners, len(shapes))
        return cls(Forest(_flat(arcs, plane)), owners, lists, first[:-1], np.diff(first))

    @property
    def arcs(self) -> NDArray[np.object_]:
        """All arcs in metres, those that are gone among them."""
        return self.forest.geometries

    def of(self, grid: int) -> Ints:
        """The arcs of a grid."""
        return self.lists[self.begins[grid] : self.begins[grid] + self.counts[grid]]

    def towards_others(self, grid: int) -> Ints:
        """The arcs that a grid shares with others; where it shares none, all arcs of the others."""
        mine = self.of(grid)
        beside = mine[(self.owners[mine] != NOBODY).all(axis=1)]
        return beside if len(beside) else np.flatnonzero((self.owners[:, 0] != NOBODY) & (self.owners != grid).all(axis=1))

    def patched(self, redrawn: Redrawn, bounds: Floats, left: Floats, plane: Plane) -> "Borders | None":
        """The borders after a change; None where it is quicker to make new ones.

        Args:
            bounds: the boxes of all there are now, (n, 4) in degrees.
            left: the boxes of those that are gone, (k, 4).
        """
        shapes = redrawn.held.shapes
        cut = _meeting(np.vstack([left, bounds[redrawn.fresh]]), bounds)  # Their arcs are cut anew; those around share some.
        around = _meeting(bounds[cut], bounds) if len(cut) <= len(shapes) * _MOST else np.arange(len(shapes))
        if len(around) > max(len(shapes) * _MOST, 64):
            return None
        before = np.flatnonzero(np.isin(redrawn.moved[:-1], around))
        known = np.unique(self._listed(np.concatenate([before, redrawn.gone])))
        owners = redrawn.moved[self.owners]
        dead = np.union1d(known[np.isin(owners[known], cut).any(axis=1)], self._listed(redrawn.gone))
        arcs, local = arcs_of(np.array([shapes[grid] for grid in around], dtype=object))
        new = np.append(around, NOBODY)[local]
        kept = np.isin(new, cut).any(axis=1)
        forest = self.forest.replaced(dead, _flat(arcs[kept], plane))
        if forest is None:
            return None
        owners = np.concatenate([owners, new[kept]])
        owners[dead] = NOBODY
        return self._relisted(redrawn, forest, owners, around, np.setdiff1d(known, dead))

    def _listed(self, grids: Ints) -> Ints:
        return np.concatenate([np.empty(0, np.intp), *(self.of(grid) for grid in grids.tolist())])

    def _relisted(self, redrawn: Redrawn, forest: Forest, owners: Ints, around: Ints, known: Ints) -> "Borders":
        """With the arcs of the grids `around` listed anew: those among the `known` and the new ones."""
        arcs = np.concatenate([known, np.arange(len(self.owners), len(owners))])
        owner, arc = owners[arcs].ravel(), np.repeat(arcs, 2)
        theirs = np.isin(owner, around)
        owner, arc = owner[theirs], arc[theirs]
        order = np.argsort(owner, kind="stable")
        none = np.zeros(len(redrawn.fresh), np.intp)
        begins, counts = redrawn.carried(self.begins, none), redrawn.carried(self.counts, none)
        first = np.searchsorted(owner[order], around)
        begins[around] = len(self.lists) + first
        counts[around] = np.searchsorted(owner[order], around, side="right") - first
        return Borders(forest, owners, np.concatenate([self.lists, arc[order]]), begins, counts)


def _flat(arcs: NDArray[np.object_], plane: Plane) -> NDArray[np.object_]:
    return plane.flat(shapely.segmentize(arcs, _STRAIGHT_DEG))


def _meeting(boxes: Floats, bounds: Floats) -> Ints:
    """Those of the bounds (n, 4) that meet one of the boxes (k, 4)."""
    meets = np.zeros(len(bounds), dtype=bool)
    for west, south, east, north in boxes.tolist():
        along = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
        meets |= along & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    return np.flatnonzero(meets)
