"""Is the datum that was named the true one? Each question tries the other datums and asks where things would lie. Pure.

A wrong datum is quiet: in Chengqiao GCJ-02 taken for WGS-84 lies 485 m to the east-south-east, on land, often even inside
the town, and half of everything falls into the wrong grid.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gridmap.errors import Fault, msg
from gridmap.geo.datum import Datum, from_wgs84, to_wgs84
from gridmap.geo.measure import distances_m

Places = NDArray[np.float64]
_FAR_M = 150.0  # Less than the smallest shift between two of the datums in China, more than grids move when redrawn.
_NEAR_M = 30.0
_OTHERS = (Datum.WGS84, Datum.GCJ02, Datum.BD09)


class Suspect(NamedTuple):
    """A datum under which everything fits better, and how a file-wide refusal says so."""

    datum: Datum
    fault: Fault


def _read_as(places: Places, named: Datum, other: Datum) -> Places:
    """Where the numbers that became `places` under `named` would lie under `other`."""
    return np.column_stack(to_wgs84(other, *from_wgs84(named, places[:, 0], places[:, 1])))


def _hypotheses(named: Datum) -> list[Datum]:
    same = Datum.WGS84 if named is Datum.CGCS2000 else named
    return [datum for datum in _OTHERS if datum is not same]


def by_outline(places: Places, named: Datum, outline: BaseGeometry, *, few: bool) -> Suspect | None:
    """Do clearly more of the places (degrees WGS-84, shape (n, 2)) lie in the town under another datum?

    Clearly: at least two and at least a fiftieth of them more; where `few` will do, also one or two, all instead of none.
    """
    if not len(places):
        return None
    shapely.prepare(outline)
    inside = int(shapely.intersects_xy(outline, places).sum())
    count = len(places)
    counts = {other: int(shapely.intersects_xy(outline, _read_as(places, named, other)).sum()) for other in _hypotheses(named)}
    best = max(counts, key=lambda other: counts[other])
    gain = counts[best] - inside
    if gain < max(2, count / 50) and not (few and inside == 0 and counts[best] == count):
        return None
    text = msg("Wrong datum? Read as %(named)s, %(inside)s of %(count)s places lie in the town; read as %(other)s it is %(more)s")
    values = {"named": str(named), "inside": inside, "count": count, "other": str(best), "more": counts[best]}
    return Suspect(best, Fault("datum", text, values))


def by_offset(places: Places, known: Places, named: Datum) -> Suspect | None:
    """Do the places lie far from where the same things are known to be, and right there under another datum?

    Both in degrees WGS-84, shape (n, 2), row by row the same thing: a grid's centre, a camera's pole.
    """
    if not len(places):
        return None
    off = _typical_m(places, known)
    if off < _FAR_M:
        return None
    left = {other: _typical_m(_read_as(places, named, other), known) for other in _hypotheses(named)}
    best = min(left, key=lambda other: left[other])
    if left[best] > _NEAR_M:
        return None
    text = msg(
        "Wrong datum? Read as %(named)s everything lies %(off)s m off what is known of it (%(count)s compared);"
        " read as %(other)s it is %(left)s m"
    )
    values = {"named": str(named), "off": round(off), "count": len(places), "other": str(best), "left": round(left[best], 1)}
    return Suspect(best, Fault("datum", text, values))


def _typical_m(one: Places, other: Places) -> float:
    return float(np.median(distances_m(one[:, 0], one[:, 1], other[:, 0], other[:, 1])))


def pairs(shapes: Sequence[tuple[BaseGeometry, BaseGeometry]]) -> tuple[Places, Places]:
    """The centres of pairs of shapes, for `by_offset`."""
    if not shapes:
        return np.empty((0, 2)), np.empty((0, 2))
    new, old = (shapely.get_coordinates(shapely.centroid(np.array(side, dtype=object))) for side in zip(*shapes, strict=True))
    return new, old
