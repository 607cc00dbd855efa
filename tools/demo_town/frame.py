"""The plane the town is drawn in: metres east and north of a centre, turned along the coast.

The plane is a local equirectangular one. Over 12 km its error is below 0.1 %, which does not
matter for invented boundaries; areas that are stated anywhere are measured on the ellipsoid.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

Plane = tuple[float, float]
Floats = npt.NDArray[np.float64]

CENTRE_LON: Final = 121.40
CENTRE_LAT: Final = 31.63
COAST_BEARING: Final = math.radians(-17.5)
_A: Final = 6378137.0
_E2: Final = 0.00669437999014
_W: Final = math.sqrt(1 - _E2 * math.sin(math.radians(CENTRE_LAT)) ** 2)
METRES_PER_LAT: Final = math.radians(1) * _A * (1 - _E2) / _W**3
METRES_PER_LON: Final = math.radians(1) * _A / _W * math.cos(math.radians(CENTRE_LAT))


def to_plane(lon: float, lat: float) -> Plane:
    """Degrees (lon, lat) to metres (along the coast, inland)."""
    east = (lon - CENTRE_LON) * METRES_PER_LON
    north = (lat - CENTRE_LAT) * METRES_PER_LAT
    c, s = math.cos(COAST_BEARING), math.sin(COAST_BEARING)
    return east * c + north * s, -east * s + north * c


def to_degrees(points: Floats, decimals: int) -> Floats:
    """Metres, shape (n, 2), to degrees (lon, lat), shape (n, 2), rounded."""
    c, s = math.cos(COAST_BEARING), math.sin(COAST_BEARING)
    u, v = points[:, 0], points[:, 1]
    lon = CENTRE_LON + (u * c - v * s) / METRES_PER_LON
    lat = CENTRE_LAT + (u * s + v * c) / METRES_PER_LAT
    rounded: Floats = np.asarray(np.round(np.column_stack([lon, lat]), decimals), dtype=np.float64)
    return rounded


def bearing_of(direction: float) -> float:
    """A direction in the plane (radians from the u axis, anticlockwise) as degrees clockwise from north."""
    return (90.0 - math.degrees(direction + COAST_BEARING)) % 360.0


def direction_of(bearing: float) -> float:
    """The inverse of `bearing_of`."""
    return math.radians(90.0 - bearing) - COAST_BEARING
