"""Lineage: which grid became which, and with what share of its ground. Pure; `descent` reads it back.

A publish records for every grid it touches where its ground went. Following that through the publishes, an old code leads to
those that hold its ground today, and a new one to those it was made from.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry import MultiPolygon

from gridmap.geo.measure import area_m2
from gridmap.grids.codes import LENGTHS, Level

WHOLE = 0.999999  # A share from which on it is everything but rounding.
THIN = 1e-6  # A share below which ground has not moved: a corner was rounded, or given to an edge.


class Kind(StrEnum):
    """How ground came from one grid to another."""

    SPLIT = "split"  # A part of a grid, or all of an ended one in parts, is a new grid.
    MERGE = "merge"  # A grid that ends became part of another.
    RESHAPE = "reshape"  # Both go on; a border moved. From a grid to itself: what it kept.
    RENUMBER = "renumber"  # The same ground under a new code.
    RETIRE = "retire"  # It ended and nobody has its ground.


class Strand(NamedTuple):
    """Ground that came from one grid to another (None: to nobody): square metres, and the share of what the first had."""

    from_code: str
    to_code: str | None
    kind: Kind
    area_m2: float
    share: float


Shapes = Mapping[str, MultiPolygon]


def strands(before: Shapes, after: Shapes, sources: Mapping[str, tuple[str, ...]]) -> list[Strand]:
    """Where the ground of micro-grids went that had the shapes `before` and have those of `after`, in degrees.

    Shares are measured in degrees: within one grid a degree is equally long everywhere, to a part in ten thousand.
    `sources` names for new codes those they were made from, so that a part however small is not taken for rounding.
    """
    codes, became = sorted(before), sorted(after)
    areas = {code: area_m2(before[code]) for code in codes}
    old, new = (np.array([shapes[code] for code in names], dtype=object) for shapes, names in ((before, codes), (after, became)))
    i, j = shapely.STRtree(old).query(new)[::-1] if codes and became else np.empty((2, 0), dtype=int)
    pieces = shapely.area(shapely.intersection(old[i], new[j])) / shapely.area(old[i])
    moved = {
        (codes[a], became[b]): float(share)
        for a, b, share in zip(i.tolist(), j.tolist(), pieces.tolist(), strict=True)
        if share > THIN or (share > 0 and codes[a] in sources.get(became[b], ()))
    }
    return _told(moved, areas, before.keys(), after.keys(), _fed(moved))


def all_levels(before: Shapes, after: Shapes, sources: Mapping[str, tuple[str, ...]]) -> list[Strand]:
    """Where the ground of grids of all levels went, by their shapes before and after; see `strands` and `above`."""
    micros = strands(_of(Level.MICRO, before), _of(Level.MICRO, after), sources)
    return [*micros, *(strand for level in (Level.VILLAGE, Level.TOWN) for strand in above(micros, before, after, level))]


def _of(level: Level, shapes: Shapes) -> dict[str, MultiPolygon]:
    return {code: shape for code, shape in shapes.items() if len(code) == LENGTHS[level]}


def above(below: Iterable[Strand], before: Shapes, after: Shapes, level: Level) -> list[Strand]:
    """The same for the villages or the town above, from the strands of their micro-grids and their own shapes."""
    digits = LENGTHS[level]
    areas = {code: area_m2(shape) for code, shape in before.items() if len(code) == digits}
    moved: dict[tuple[str, str], float] = defaultdict(float)
    for strand in below:
        if (
            strand.to_code is not None
            and (one := strand.from_code[:digits]) != (other := strand.to_code[:digits])
            and one in areas
        ):
            moved[one, other] += strand.area_m2 / areas[one]
    ended = areas.keys() - after.keys()
    for code in areas.keys() - ended:
        lost = sum(share for (one, _), share in moved.items() if one == code)
        if lost or any(other == code for _, other in moved):
            moved[code, code] = 1.0 - lost
    concerned = {one for one, _ in moved} | ended
    return _told(moved, {code: areas[code] for code in concerned}, areas.keys(), after.keys(), _fed(moved))


def _fed(moved: Mapping[tuple[str, str], float]) -> Mapping[str, int]:
    """How many grids each got ground from."""
    found: dict[str, int] = defaultdict(int)
    for _, to in moved:
        found[to] += 1
    return found


def _told(
    moved: Mapping[tuple[str, str], float],
    areas: Mapping[str, float],
    before: Iterable[str],
    after: Iterable[str],
    fed: Mapping[str, int],
) -> list[Strand]:
    were, are = set(before), set(after)
    made = []
    for (one, other), share in sorted(moved.items()):
        if one == other and share > WHOLE and fed[other] == 1:
            continue  # It was touched, but neither lost nor won ground.
        kind = _kind(one, other, share, ended=one not in are, new=other not in were, alone=fed[other] == 1)
        made.append(Strand(one, other, kind, share * areas[one], min(share, 1.0)))
    gone = areas.keys() - are - {one for one, _ in moved}
    return made + [Strand(code, None, Kind.RETIRE, areas[code], 1.0) for code in sorted(gone)]


def _kind(one: str, other: str, share: float, *, ended: bool, new: bool, alone: bool) -> Kind:
    if new and ended and share > WHOLE:
        return Kind.RENUMBER if alone else Kind.MERGE
    if new:
        return Kind.SPLIT
    return Kind.MERGE if ended and one != other else Kind.RESHAPE
