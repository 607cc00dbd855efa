"""The ground divided into cells, so that what may be the same thing is looked for, and locked, where it can lie. Pure."""

import math
from datetime import datetime
from typing import NamedTuple

from gridmap.geo.measure import half_box

Cell = tuple[int, int, int]
STRIPS = 500  # Strips from north to south a degree: most circles of 50 m touch one of them, or two.


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


def strip_sql(location: str = "location") -> str:
    """The strip a point lies in: what the index of open cases by place begins with; the latitude comes next."""
    return f"CAST(floor(ST_X({location}) * {STRIPS}) AS int)"


def strips(west: float, east: float) -> list[int]:
    """The strips between two meridians (degrees), both ends included."""
    return list(range(math.floor(west * STRIPS), math.floor(east * STRIPS) + 1))


def in_box_sql(location: str, west: str, south: str, east: str, north: str) -> str:
    """A point lies in a box, its border included: a condition that the index of open cases by place answers."""
    return (
        f"{strip_sql(location)} BETWEEN CAST(floor({west} * {STRIPS}) AS int) AND CAST(floor({east} * {STRIPS}) AS int)"
        f" AND ST_Y({location}) BETWEEN {south} AND {north} AND ST_X({location}) BETWEEN {west} AND {east}"
    )
