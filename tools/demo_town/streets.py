"""A fabric of invented roads and creeks, and the blocks between them.

The outline is cut in two again and again, across its longer side and roughly along or across the
coast, as the island's ditches run. Blocks are small in the centre and large in the fields.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

import numpy as np
import shapely
from shapely import LineString, MultiLineString, Polygon
from shapely.ops import split

from tools.demo_town.frame import Floats, Plane

SNAP_METRES = 0.01
_FIELD_STRETCH = 1.5  # fields run inland: they are that much deeper than wide


def outline(corners: list[Plane], rng: Random) -> Polygon:
    """The town's outline: straight sides become a gently swinging river wall and winding creeks."""
    points: list[Plane] = []
    sides = zip(corners, corners[1:] + corners[:1], strict=True)
    for side, (start, end) in enumerate(sides):
        river = side < 2
        points.extend(_swing(start, end, -90.0 if river else 0.0, 40.0 if river else 75.0, rng)[:-1])
    return Polygon(points)


def blocks(town: Polygon, rng: Random) -> tuple[list[Polygon], list[LineString]]:
    """The town cut into blocks that share every vertex with their neighbours, and the streets that cut it."""
    cuts = list(_cut(town, rng))
    lines = shapely.unary_union([MultiLineString(cuts), town.exterior], grid_size=SNAP_METRES)
    return [face for face in shapely.polygonize([lines]).geoms if isinstance(face, Polygon)], cuts


def block_area(u: float, v: float) -> float:
    """The wanted block size in m² at a place: a few house rows in the centre, a field strip outside."""
    away = math.hypot(u / 2600.0, (v + 550.0) / 1300.0)
    growth: float = min(1.0, max(0.0, away - 0.35)) ** 1.3
    return 9_000.0 + 62_000.0 * growth


def _cut(piece: Polygon, rng: Random) -> Iterator[LineString]:
    centre = piece.centroid
    if piece.area < 1.6 * block_area(centre.x, centre.y):
        return
    line = _street(piece, rng)
    parts = [part for part in split(piece, line).geoms if isinstance(part, Polygon)]
    if len(parts) < 2:
        return
    inside = shapely.intersection(line, piece)
    yield from (part for part in shapely.get_parts([inside]) if isinstance(part, LineString))
    for part in parts:
        yield from _cut(part, rng)


def _street(piece: Polygon, rng: Random) -> LineString:
    west, south, east, north = piece.bounds
    inland = (east - west) * _FIELD_STRETCH > north - south
    share = rng.uniform(0.42, 0.58)
    tilt = rng.uniform(-0.07, 0.07)
    if inland:
        across = west + share * (east - west)
        lean = tilt * (north - south)
        start, end = (across - lean, south - 60.0), (across + lean, north + 60.0)
    else:
        across = south + share * (north - south)
        lean = tilt * (east - west)
        start, end = (west - 60.0, across - lean), (east + 60.0, across + lean)
    length = math.dist(start, end)
    return LineString(_swing(start, end, 0.0, min(0.02 * length, 35.0), rng))


def _swing(start: Plane, end: Plane, belly: float, amplitude: float, rng: Random) -> Floats:
    """A curve from start to end: one belly (metres to the left) and two waves on it; shape (n, 2)."""
    length = math.dist(start, end)
    t = np.linspace(0.0, 1.0, max(6, int(length / 60.0)))
    waves = sum(
        rng.uniform(0.4, 1.0) * amplitude * np.sin(2 * math.pi * (t * turns + rng.random()))
        for turns in (rng.uniform(0.6, 1.2), rng.uniform(1.5, 3.0))
    )
    offset = np.sin(math.pi * t) * (belly + np.asarray(waves))
    along = np.array([end[0] - start[0], end[1] - start[1]]) / length
    left = np.array([-along[1], along[0]])
    base = np.outer(1 - t, start) + np.outer(t, end)
    curve: Floats = base + np.outer(offset, left)
    return curve
