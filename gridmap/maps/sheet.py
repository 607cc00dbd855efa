"""The map on a printed sheet: a village's micro-grids in tints, marks to write on them, a scale bar. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from math import cos, radians

import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.geo.measure import distance_m
from gridmap.maps.outline import MARGIN, SIDE, Box, frame

TINTS = 5  # Neighbours differ; four would do, and take a search.
_AROUND = 0.06  # How much of its surroundings the sheet shows, by the village's own size.
_BAR = 0.3  # The scale bar is at most so much of the picture's width.
_STRIP = 54.0  # Units below the map for the scale bar and north.
# Room for the map and its strip on A4 in millimetres: beside the table on paper that lies, above it on paper that stands.
_LYING = (182.0, 138.0)
_STANDING, _A_ROW, _LEAST = (184.0, 196.0), 10.0, 110.0
_ENOUGH = 8.0  # The inscribed circle to within so many units: a mark need not stand more exactly.


@dataclass(frozen=True)
class Mark:
    """Where a grid's number stands, in the picture's units, and how far it is from there to the border."""

    x: float
    y: float
    room: float


@dataclass(frozen=True)
class Room:
    """The room a map has on its paper, in millimetres of A4; whether the paper lies."""

    width: float
    height: float
    wide: bool


@dataclass(frozen=True)
class Sheet:
    """A picture `width` by `height` units, and `strip` units below it for the scale bar.

    Attributes:
        own, around: SVG paths by code, of the village's grids and of those beside it.
        village: the path of all of it together.
        zones, zone_marks: paths of the special zones on it by code, and where to write on each.
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
    strip: float = _STRIP
    zones: Mapping[str, str] = field(default_factory=dict)
    zone_marks: Mapping[str, Mark] = field(default_factory=dict)


def around(shapes: Iterable[BaseGeometry]) -> Box:
    """A box in degrees that holds all a sheet of these shapes may show, whichever way its paper lies."""
    west, south, east, north = shapely.total_bounds(list(shapes))
    more = max(east - west, north - south)
    return float(west - more), float(south - more), float(east + more), float(north + more)


def room_for(shapes: Collection[BaseGeometry], zones: int = 0) -> Room:
    """The room for a map of these micro-grids (degrees) beside a table with a row for each, and for each of so many zones: the
    paper lies where the village is wider than high."""
    west, south, east, north = shapely.total_bounds(list(shapes))
    if (east - west) * cos(radians((south + north) / 2)) > north - south:
        return Room(*_LYING, wide=True)
    width, height = _STANDING
    return Room(width, max(height - _A_ROW * (len(shapes) + zones), _LEAST), wide=False)


def sheet(
    own: Mapping[str, BaseGeometry],
    beside: Mapping[str, BaseGeometry],
    room: Room | None = None,
    zones: Mapping[str, BaseGeometry] | None = None,
) -> Sheet:
    """Draw a village's micro-grids, those beside it and the zones on it; shapes in degrees WGS-84, longitude first.

    With a `room` the picture has its proportions, and the surroundings fill what the village leaves of it.
    """
    picture = frame(_shown(own.values(), room))
    width, height = picture.size
    west, south, _, north = picture.box
    seen = shapely.box(*picture.box).buffer((north - south) * _AROUND)
    metre = (north - south) * picture.scale / distance_m(west, south, west, north)
    bar_m = _round_below(width * _BAR / metre)
    return Sheet(
        width,
        height,
        {code: picture.path(shape) for code, shape in own.items()},
        {code: picture.path(shape) for code, shape in beside.items() if shapely.intersects(seen, shape)},
        picture.path(shapely.union_all(list(own.values()))),
        {code: _mark(picture.placed(shape)) for code, shape in own.items()},
        tinted(own),
        bar_m,
        bar_m * metre,
        zones={code: picture.path(shape) for code, shape in (zones or {}).items()},
        zone_marks={code: _mark(picture.placed(shape)) for code, shape in (zones or {}).items()},
    )


def _shown(shapes: Iterable[BaseGeometry], room: Room | None) -> Box:
    west, south, east, north = (float(side) for side in shapely.total_bounds(list(shapes)))
    wide, high = (east - west) * _AROUND, (north - south) * _AROUND
    if room is not None:
        shrink, proportion = cos(radians((south + north) / 2)), _proportion(room)
        whole = max((east - west + 2 * wide) * shrink, (north - south + 2 * high) * proportion)
        wide, high = (whole / shrink - (east - west)) / 2, (whole / proportion - (north - south)) / 2
    return west - wide, south - high, east + wide, north + high


def _proportion(room: Room) -> float:
    """Width by height of the ground in a picture that, with its strip and margins, fills a room."""
    by = room.width / room.height
    width, height = (SIDE, SIDE / by - _STRIP) if by * (SIDE + _STRIP) > SIDE else (by * (SIDE + _STRIP), SIDE)
    return (width - 2 * MARGIN) / (height - 2 * MARGIN)


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
