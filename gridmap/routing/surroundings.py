"""What lies around points: which grids cover them, how far their borders are, which grids a view touches. Pure.

Covers: GEOS point-in-polygon with exact orientation tests (a point on a shared edge is found in both neighbours,
never in none). Distances: in the local metre plane (`geo.measure.Plane`). The borders are kept as arcs, each once with
the one or two grids it bounds, so that the nearest arc tells the distance to the border and the neighbour behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from gridmap.geo.measure import Plane, plane_at
from gridmap.grids.redrawn import Redrawn
from gridmap.routing.arcs import NOBODY, Floats, Ints
from gridmap.routing.borders import Borders
from gridmap.routing.forest import Forest

MOST_OTHERS = 20  # Who is told "one of 5,000 grids" knows nothing; and a circle of 50 km touches that many.
_WIDE_AT_ONCE = 1000  # Points whose wider surroundings are looked at together: bounds the memory.
_OWN_ARCS = 32  # Up to so many arcs it is quicker to measure them all than to ask the tree for the nearest.
_FAR_DEG = 3.0  # Further than this from every grid the plane is no measure, and no distance of any use.


class Facts(NamedTuple):
    """What geometry says of one point; indices count in the order of grid codes.

    Attributes:
        covering: the grids that cover it, ascending; two or more on an edge or corner.
        border_m: distance to the nearest border of the first covering grid, or, uncovered, to the nearest grid; None
            where there is no grid within three degrees.
        others: (grid, metres) of grids that do not come first in `covering`, nearest first, lower code first among equals:
            the runner-up and the grids within the reach asked for, the nearest 20 at most.
    """

    covering: tuple[int, ...]
    border_m: float | None
    others: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Surroundings:
    """The shapes of a partition, (n,) in degrees, with all that tells what lies around a point; never changed.

    Attributes:
        forest, places: the shapes as they are searched, and where each found stands among all.
        bounds, areas: their boxes in degrees, (n, 4), and their square metres in the plane, (n,).
    """

    forest: Forest
    places: Ints
    bounds: Floats
    areas: Floats
    plane: Plane
    borders: Borders

    @classmethod
    def build(cls, polygons: Sequence[MultiPolygon]) -> "Surroundings":
        """The surroundings of these shapes."""
        shapes = _prepared(polygons)
        bounds = _bounds(shapes)
        plane = _plane(bounds)
        borders = Borders.build(shapes, plane)
        return cls(Forest(shapes), np.arange(len(shapes)), bounds, shapely.area(plane.flat(shapes)), plane, borders)

    def patched(self, redrawn: Redrawn) -> "Surroundings | None":
        """The surroundings after a change; None where it is quicker to build them. These stay as they are."""
        fresh = _prepared([redrawn.held.shapes[place] for place in redrawn.fresh])
        bounds = redrawn.carried(self.bounds, _bounds(fresh))
        if _plane(bounds) is not self.plane:
            return None
        gone = np.flatnonzero(np.isin(self.places, redrawn.gone))
        forest = self.forest.replaced(gone, fresh)
        borders = self.borders.patched(redrawn, bounds, self.bounds[redrawn.gone], self.plane)
        if forest is None or borders is None:
            return None
        places = np.concatenate([redrawn.moved[self.places], redrawn.fresh])
        areas = redrawn.carried(self.areas, shapely.area(self.plane.flat(fresh)))
        return Surroundings(forest, places, bounds, areas, self.plane, borders)

    @cached_property
    def _typical_m(self) -> float:
        """How wide a grid is."""
        return float(np.sqrt(self.areas.mean()))

    @cached_property
    def _extent(self) -> Floats:
        return np.concatenate([self.bounds[:, :2].min(axis=0), self.bounds[:, 2:].max(axis=0)])

    def covering(self, lon: Floats, lat: Floats) -> tuple[Ints, Ints]:
        """Pairs (point, grid) of n points in degrees and the grids that cover them, sorted by point, then grid."""
        point, found = self.forest.query(shapely.points(lon, lat))
        hit = shapely.intersects_xy(self.forest.geometries[found], lon[point], lat[point])
        point, grid = point[hit], self.places[found[hit]]
        order = np.lexsort((grid, point))
        return point[order], grid[order]

    def nearest(self, lon: Floats, lat: Floats, within_m: float) -> tuple[NDArray[np.int32], Floats]:
        """As `GridIndex.nearest`."""
        found, metres = np.full(len(lon), NOBODY, dtype=np.int32), np.full(len(lon), np.nan)
        here = np.flatnonzero(self._within_reason(lon, lat)) if len(self.bounds) else np.empty(0, dtype=np.intp)
        if len(here):
            flat = shapely.points(self.plane.metres(lon[here], lat[here]))
            reach = within_m + 1.0 if np.isfinite(within_m) else None
            point, arc, distance = self.borders.forest.nearest(flat, reach)
            near = distance <= within_m
            owners = self.borders.owners[arc[near]]
            point, owners = point[near], np.where(owners == NOBODY, len(self.bounds), owners).min(axis=1)
            order = np.lexsort((-owners, point))  # The lowest of several is written last.
            found[here[point[order]]] = owners[order]
            metres[here[point]] = distance[near]
        return found, metres

    def facts(self, lon: Floats, lat: Floats, reach_m: Floats, limit_m: float) -> list[Facts]:
        """The facts about n points in degrees.

        Args:
            reach_m: (n,), within how many metres other grids matter.
            limit_m: an uncovered point this near to a grid will go to it and wants a runner-up too.
        """
        if not len(self.bounds):
            return [Facts((), None, ())] * len(lon)
        covers = _grouped(len(lon), *self.covering(lon, lat))
        here = np.flatnonzero(self._within_reason(lon, lat))
        flat = shapely.points(self.plane.metres(lon[here], lat[here]))
        own = np.array([own[0] if own else NOBODY for own in covers], dtype=np.intp)[here]
        near = self._nearest(flat, own)
        found: list[Facts | None] = [None] * len(lon)
        plain = near.lone & (near.others != NOBODY) & (reach_m[here] <= 0)
        for i, other, metres in zip(*(a[plain].tolist() for a in (here, near.others, near.metres)), strict=True):
            if len(covers[i]) == 1:
                found[i] = Facts((covers[i][0],), metres, ((other, metres),))
        rest = np.array([n for n, i in enumerate(here.tolist()) if found[i] is None], dtype=np.intp)
        around = self._near(flat[rest], reach_m[here[rest]], own[rest].tolist(), limit_m) if len(rest) else []
        for i, grids in zip(here[rest].tolist(), around, strict=True):
            found[i] = _facts(tuple(covers[i]), grids)
        return [facts or _facts(tuple(own), {}) for facts, own in zip(found, covers, strict=True)]

    def _within_reason(self, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        west, south, east, north = self._extent
        along = (lon >= west - _FAR_DEG) & (lon <= east + _FAR_DEG)
        return np.asarray(along & (lat >= south - _FAR_DEG) & (lat <= north + _FAR_DEG))

    def touching(self, view: Polygon) -> list[tuple[int, float]]:
        """The grids a camera's view (degrees) touches, each with its share of the view's area, largest first; 20 at most."""
        hit = self.forest.query(view, predicate="intersects")
        if not len(hit):
            return []
        shares = shapely.area(shapely.intersection(self.forest.geometries[hit], view)) / view.area
        pairs = [(int(g), float(s)) for g, s in zip(self.places[hit], shares, strict=True) if s > 0]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:MOST_OTHERS]

    def metres(self, point: tuple[float, float], grid: int) -> float:
        """Distance from a point (degrees) to a grid; 0 where it covers the point."""
        lon, lat = np.array([point[0]]), np.array([point[1]])
        if grid in self.covering(lon, lat)[1]:
            return 0.0
        flat = shapely.points(self.plane.metres(lon, lat))
        return float(shapely.distance(flat, self.borders.arcs[self.borders.of(grid)]).min())

    def _nearest(self, flat: NDArray[np.object_], own: Ints) -> "_Nearest":
        """The nearest arc of each point, where it is one arc of the grid that covers the point.

        Whoever is inside a grid meets its border first, so only its own arcs are measured. Where two of them are equally
        near, at a corner, others may begin there too: `lone` is False, and the tree has to be asked.
        """
        n, borders = len(flat), self.borders
        found = _Nearest(np.zeros(n, dtype=bool), np.full(n, NOBODY, dtype=np.intp), np.zeros(n))
        how_many = np.where(own == NOBODY, 0, borders.counts[own])
        asked = np.flatnonzero((how_many > 0) & (how_many <= _OWN_ARCS))
        if not len(asked):
            return found
        lengths, ends = how_many[asked], np.cumsum(how_many[asked])
        begins = ends - lengths
        places = np.arange(ends[-1]) + np.repeat(borders.begins[own[asked]] - begins, lengths)
        arcs = borders.lists[places]
        metres = shapely.distance(np.repeat(flat[asked], lengths), borders.arcs[arcs])
        least = np.minimum.reduceat(metres, begins)
        hits = metres == np.repeat(least, lengths)
        found.lone[asked] = np.add.reduceat(hits, begins) == 1
        owners = borders.owners[arcs[np.maximum.reduceat(np.where(hits, np.arange(len(hits)), 0), begins)]]
        found.others[asked] = np.where(owners[:, 0] == own[asked], owners[:, 1], owners[:, 0])
        found.metres[asked] = least
        return found

    def _near(self, flat: NDArray[np.object_], reach_m: Floats, own: list[int], limit_m: float) -> list[dict[int, float]]:
        """For each point the distances to the borders of the grids around it: of the nearest border, of the nearest
        other grid, and of all within reach."""
        point, arc, metres = self.borders.forest.nearest(flat)
        near = self._gather(len(flat), point, arc, metres)
        nearest = np.array([min(around.values()) for around in near])
        reach = reach_m.copy()
        for i, around in enumerate(near):
            if len(around) == 1:
                (grid, distance), *_ = around.items()
                # The nearest border is the town's own edge: who comes second lies further off.
                if grid == own[i] or (own[i] == NOBODY and distance <= limit_m):
                    reach[i] = max(reach[i], self._bound(flat[i], grid))
        wide = np.flatnonzero(reach > 0)
        for some in np.array_split(wide, range(_WIDE_AT_ONCE, len(wide), _WIDE_AT_ONCE)):
            for i, around in zip(some.tolist(), self._around(flat[some], nearest[some], reach[some]), strict=True):
                near[i] = around | near[i]
        return near

    def _around(self, flat: NDArray[np.object_], nearest: Floats, reach: Floats) -> list[dict[int, float]]:
        """The grids within reach of each point; where they are many, all of some smaller circle that holds enough of them."""
        found: list[dict[int, float]] = [{} for _ in reach]
        waiting, radius = np.arange(len(reach)), np.minimum(reach, nearest + self._typical_m)
        while len(waiting):
            point, arc = self.borders.forest.query(flat[waiting], predicate="dwithin", distance=radius[waiting])
            metres = shapely.distance(flat[waiting][point], self.borders.arcs[arc])
            for i, around in zip(waiting.tolist(), self._gather(len(waiting), point, arc, metres), strict=True):
                found[i] = around
            few = np.array([len(found[i]) <= MOST_OTHERS for i in waiting.tolist()])  # One of them may be its own.
            waiting = waiting[few & (radius[waiting] < reach[waiting])]
            radius = np.minimum(reach, radius * 2)
        return found

    def _bound(self, flat: shapely.Point, own: int) -> float:
        """A distance within which some grid other than `own` surely lies; 0 when there is no other."""
        other = self.borders.arcs[self.borders.towards_others(own)]
        return float(shapely.distance(flat, other).min()) * (1 + 1e-12) if len(other) else 0.0

    def _gather(self, n: int, point: Ints, arc: Ints, metres: Floats) -> list[dict[int, float]]:
        """Of pairs of point and arc, for each point the grids those arcs bound, each with its least distance."""
        owner = self.borders.owners[arc].ravel()
        real = owner != NOBODY
        pair = np.repeat(point, 2)[real] * len(self.bounds) + owner[real]
        metres = np.repeat(metres, 2)[real]
        order = np.lexsort((metres, pair))
        pair, metres = pair[order], metres[order]
        least = np.append(True, pair[1:] != pair[:-1])[: len(pair)]
        near: list[dict[int, float]] = [{} for _ in range(n)]
        for i, grid, d in zip(
            *(column.tolist() for column in (*divmod(pair[least], len(self.bounds)), metres[least])), strict=True
        ):
            near[i][grid] = d
        return near


class _Nearest(NamedTuple):
    """Of n points: whether one own arc is nearest, the grid behind it, and the metres to it."""

    lone: NDArray[np.bool_]
    others: Ints
    metres: Floats


def _bounds(shapes: NDArray[np.object_]) -> Floats:
    return np.asarray(shapely.bounds(shapes), dtype=float).reshape(-1, 4)


def _plane(bounds: Floats) -> Plane:
    """The plane in the middle of all; any where there are none."""
    return plane_at((bounds[:, 0].min() + bounds[:, 2].max()) / 2 if len(bounds) else 0.0)


def _prepared(shapes: Sequence[MultiPolygon]) -> NDArray[np.object_]:
    """The shapes with their point locators built, so that threads may ask them all at once.

    GEOS builds a prepared polygon's locator when it is asked: a plain one for the first question, an indexed one for
    the second, without a lock. Two threads that ask first end the process (double free; GEOS 3.13, shapely 2.2).
    """
    prepared = np.array(shapes, dtype=object)
    shapely.prepare(prepared)
    west, south, east, north = shapely.bounds(prepared).T.reshape(4, -1)
    for _ in range(2):
        shapely.intersects_xy(prepared, (west + east) / 2, (south + north) / 2)
    return prepared


def _grouped(n: int, point: Ints, grid: Ints) -> list[list[int]]:
    groups: list[list[int]] = [[] for _ in range(n)]
    for i, g in zip(point.tolist(), grid.tolist(), strict=True):
        groups[i].append(g)
    return groups


def _facts(covering: tuple[int, ...], around: dict[int, float]) -> Facts:
    first = covering[0] if covering else NOBODY
    reached = {g: 0.0 if g in covering else d for g, d in around.items() if g != first}
    others = tuple(sorted(reached.items(), key=lambda pair: (pair[1], pair[0]))[:MOST_OTHERS])
    border = around.get(first) if covering else (others[0][1] if others else None)
    return Facts(covering, border, others)
