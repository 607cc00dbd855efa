"""The ground divided into cells, so that what may be the same thing is looked for, and locked, where it can lie. Pure."""

import math
from datetime import datetime
from typing import NamedTuple

from gridmap.geo.measure import half_box

Cell = tuple[int, int, int]


class Spot(NamedTuple):
    """Where and when something of a category was seen; degrees WGS-84."""

    lon: float
    lat: float
    category_id: int
    at: datetime


class Rules(NamedTuple):
    """When an alert joins an open case of its category: how near (metres) and how close in time (hours)."""

    radius_m: float
    hours: float


def _size(radius_m: float) -> float:
    return 4 * radius_m / 110_000


def cell(spot: Spot, radius_m: float) -> Cell:
    """The cell (category, x, y) a spot lies in; the radius (above 0) sets the size of cells."""
    size = _size(radius_m)
    return spot.category_id, math.floor(spot.lon / size), math.floor(spot.lat / size)


def cells(spot: Spot, radius_m: float) -> list[Cell]:
    """The cells that the circle around a spot touches; none without a radius.

    Whatever of the same category lies within `radius_m` of the spot lies in one of them.
    """
    if radius_m <= 0:
        return []
    lon, lat, category_id, _ = spot
    (wide, high), size = half_box(lat, radius_m), _size(radius_m)
    xs = range(math.floor((lon - wide) / size), math.floor((lon + wide) / size) + 1)
    ys = range(math.floor((lat - high) / size), math.floor((lat + high) / size) + 1)
    return [(category_id, x, y) for x in xs for y in ys]
