"""Rings of a shape changed vertex by vertex. Pure. A vertex is known by its coordinates, degrees on the lattice of 1e-8."""

from collections.abc import Callable

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gridmap.errors import Invalid, msg
from gridmap.plans.topology import Line

Place = tuple[float, float]  # Degrees WGS-84: longitude, latitude.
ON_EDGE_DEG = 2e-8  # A place rounded to the lattice lies at most 0.8e-8 beside the edge it was taken from.


def lattice(place: Place) -> Place:
    """The place with 8 decimals, as every vertex has."""
    return round(place[0], 8), round(place[1], 8)


def has(shape: MultiPolygon, place: Place) -> bool:
    """Whether the place is a vertex of the shape."""
    return bool((shapely.get_coordinates(shape) == place).all(axis=1).any())


def each_ring(shape: MultiPolygon, change: Callable[[Line], Line]) -> MultiPolygon:
    """The shape with `change` done to each ring, which is given without its closing vertex.

    Vertices that follow themselves become one; a hole of which less than a triangle is left closes.

    Raises:
        Invalid: an outer ring of which less than a triangle is left.
    """
    parts = []
    for part in shape.geoms:
        outer = _closed(change(_open(part.exterior)))
        if outer is None:
            raise Invalid(msg("Of a part of the grid nothing would be left"))
        holes = [_closed(change(_open(ring))) for ring in part.interiors]
        parts.append(Polygon(outer, [hole for hole in holes if hole is not None]))
    return MultiPolygon(parts)


def _open(ring: shapely.LinearRing) -> Line:
    xy: Line = shapely.get_coordinates(ring)
    return xy[:-1]


def _closed(ring: Line) -> Line | None:
    once = ring[(ring != np.roll(ring, 1, axis=0)).any(axis=1)]
    return None if len(once) < 3 else np.concatenate([once, once[:1]])


def with_corner(shape: MultiPolygon, place: Place) -> MultiPolygon:
    """The shape with `place` as a corner of every edge it lies on (within `ON_EDGE_DEG`); the same object where there is none."""
    point = np.array(place)

    def cornered(ring: Line) -> Line:
        edges = _edges_through(ring, point)
        return np.insert(ring, edges + 1, point, axis=0) if len(edges) else ring

    return shape if shape.boundary.distance(shapely.Point(place)) > ON_EDGE_DEG else each_ring(shape, cornered)


def _edges_through(ring: Line, point: Line) -> np.ndarray:
    """Which edges of an open ring (edge i begins at vertex i) pass the point without having it as an end."""
    ends = np.roll(ring, -1, axis=0)
    along = ends - ring
    length = np.maximum((along**2).sum(axis=1), 1e-30)
    share = np.clip(((point - ring) * along).sum(axis=1) / length, 0, 1)
    foot = ring + share[:, None] * along
    close = np.hypot(*(point - foot).T) <= ON_EDGE_DEG
    is_end = (ring == point).all(axis=1) | (ends == point).all(axis=1)
    found: np.ndarray = np.flatnonzero(close & ~is_end)
    return found


def neighbours_of(shape: MultiPolygon, place: Place) -> set[frozenset[Place]]:
    """The pairs of vertices before and after `place`, one for each time a ring passes it."""
    found = set()
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        xy = _open(ring)
        for at in np.flatnonzero((xy == place).all(axis=1)):
            found.add(frozenset(tuple(xy[i % len(xy)].tolist()) for i in (at - 1, at + 1)))
    return found


def shared_border(ground: BaseGeometry, shape: BaseGeometry) -> float:
    """How long a piece of ground and a shape lie side by side, in degrees; 0 where they meet in a corner only.

    What was cut just now has corners that its neighbour's edge passes by the rounding, so near is enough.
    """
    close = shapely.intersection(shapely.boundary(ground), shapely.buffer(shape, ON_EDGE_DEG, quad_segs=2))
    return float(close.length) if close.length > 10 * ON_EDGE_DEG else 0.0
