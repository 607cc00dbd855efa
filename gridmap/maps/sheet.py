"""The map on a printed sheet: a village's micro-grids in tints, marks to write on them, a scale bar. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.geo.measure import distance_m
from gridmap.maps.outline import Box, frame

TINTS = 5  # Neighbours differ; four would do, and take a search.
_AROUND = 0.06  # How much of its surroundings the sheet shows, by the village's own size.
_BAR = 0.3  # The scale bar is at most so much of the picture's width.
_ENOUGH = 8.0  # The inscribed circle to within so many units: a mark need not stand more exactly.


@dataclass(frozen=True)
class Mark:
    """Where a grid's number stands, in the picture's units, and how far it is from there to the border."""

    x: float
    y: float
    room: float


@dataclass(frozen=True)
class Sheet:
    """A picture `width` by `height` units.

    Attributes:
        own, around: SVG paths by code, of the village's grids and of those beside it.
        village: the path of all of it together.
        marks: where to write on each of its grids.
        tints: a number below `TINTS` for each, another one for neighbours.
        bar_m, bar: the scale bar in metres and in units.
    """

    width: float
    height: float
    own: Mapping[str, str]
    around: Mapping[str, str]
    village: str
    marks: Mapping[str, Mark]
    tints: Mapping[str, int]
    bar_m: int
    bar: float


def around(shapes: Iterable[BaseGeometry]) -> Box:
    """What a sheet of these shapes shows, in degrees."""
    west, south, east, north = shapely.total_bounds(list(shapes))
    wide, high = (east - west) * _AROUND, (north - south) * _AROUND
    return float(west - wide), float(south - high), float(east + wide), float(north + high)


def sheet(own: Mapping[str, BaseGeometry], beside: Mapping[str, BaseGeometry]) -> Sheet:
    """Draw a village's micro-grids and those beside it; shapes in degrees WGS-84, longitude first."""
    picture = frame(around(own.values()))
    width, height = picture.size
    west, south, _, north = picture.box
    metre = (north - south) * picture.scale / distance_m(west, south, west, north)
    bar_m = _round_below(width * _BAR / metre)
    return Sheet(
        width,
        height,
        {code: picture.path(shape) for code, shape in own.items()},
        {code: picture.path(shape) for code, shape in beside.items()},
        picture.path(shapely.union_all(list(own.values()))),
        {code: _mark(picture.placed(shape)) for code, shape in own.items()},
        tinted(own),
        bar_m,
        bar_m * metre,
    )


def _round_below(metres: float) -> int:
    """The greatest of 1, 2, 5, 10, 20, 50 … that is not more."""
    steps = (digit * 10**power for power in count() for digit in (1, 2, 5))
    found = 1
    for step in steps:
        if step > metres:
            return found
        found = step
    return found


def _mark(shape: BaseGeometry) -> Mark:
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    reach = shapely.maximum_inscribed_circle(largest, tolerance=_ENOUGH)
    x, y = reach.coords[0]
    return Mark(x, y, reach.length)


def tinted(shapes: Mapping[str, BaseGeometry]) -> dict[str, int]:
    """A tint for each, as few as a greedy choice needs, so that those with a common border differ where five tints allow it."""
    codes, ground = sorted(shapes), [shapes[code] for code in sorted(shapes)]
    beside: dict[int, set[int]] = {i: set() for i in range(len(codes))}
    for i, j in shapely.STRtree(ground).query(ground, predicate="intersects").T.tolist():
        if i != j and _borders(ground, i, j):
            beside[i].add(j)
    found: dict[int, int] = {}
    for i in sorted(beside, key=lambda one: (-len(beside[one]), one)):
        taken = {found[j] for j in beside[i] if j in found}
        found[i] = next((tint for tint in range(TINTS) if tint not in taken), 0)
    return {codes[i]: tint for i, tint in found.items()}


def _borders(ground: Sequence[BaseGeometry], i: int, j: int) -> bool:
    return bool(shapely.relate_pattern(ground[i], ground[j], "****1****"))
