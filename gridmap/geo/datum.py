"""WGS-84, CGCS2000, GCJ-02 and BD-09: the four datums coordinates arrive in, and the way between them.

GCJ-02 is the published obfuscation of WGS-84 used by Chinese map services (Krasovsky 1940 axis 6378245 m,
e² = 0.00669342162296594323); BD-09 is Baidu's second shift on top. Outside mainland China's rectangle
(72.004-137.8347 E, 0.8293-55.8271 N) both are the identity. CGCS2000 agrees with WGS-84 to about a decimetre
and is taken as equal (EPSG:4490 -> 4326 in PROJ is a null transformation too).

All functions take and return degrees, lon first, as arrays of equal shape (or scalars), dtype float64.
"""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

Degrees = NDArray[np.float64]
Pair = tuple[Degrees, Degrees]

_AXIS_M = 6378245.0
_ECC2 = 0.00669342162296594323
_BD_PI = np.pi * 3000.0 / 180.0
_TOLERANCE_DEG = 1e-10  # A tenth of what is promised, so that the promise of 1e-9 degrees has room.
_ROUNDS = 30


class Datum(StrEnum):
    """The datum of an incoming coordinate. Nothing is ever guessed: the sender names it."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


EQUAL_TO_WGS84 = frozenset({Datum.WGS84, Datum.CGCS2000})


def _in_china(lon: Degrees, lat: Degrees) -> NDArray[np.bool_]:
    return (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)


def _waves(x: Degrees, y: Degrees) -> Pair:
    pi, sin = np.pi, np.sin
    root = np.sqrt(np.abs(x))
    common = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    return east, north


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift WGS-84 degrees to GCJ-02."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    east, north = _waves(lon - 105.0, lat - 35.0)
    phi = np.radians(lat)
    magic = 1.0 - _ECC2 * np.sin(phi) ** 2
    dlat = north * 180.0 / (_AXIS_M * (1.0 - _ECC2) / (magic * np.sqrt(magic)) * np.pi)
    dlon = east * 180.0 / (_AXIS_M / np.sqrt(magic) * np.cos(phi) * np.pi)
    inside = _in_china(lon, lat)
    return np.where(inside, lon + dlon, lon), np.where(inside, lat + dlat, lat)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift GCJ-02 degrees to BD-09."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD_PI)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD_PI)
    inside = _in_china(lon, lat)
    there = radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
    return np.where(inside, there[0], lon), np.where(inside, there[1], lat)


def _inverse(forward: Callable[[Degrees, Degrees], Pair], lon: ArrayLike, lat: ArrayLike) -> Pair:
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    guess = lon, lat
    going = np.ones(np.broadcast_shapes(lon.shape, lat.shape), dtype=bool)
    for _ in range(_ROUNDS):
        seen = forward(*guess)
        off = seen[0] - lon, seen[1] - lat
        # Each point stops by itself, so that its answer does not depend on the company it came in.
        x, y = np.where(going, guess[0] - off[0], guess[0]), np.where(going, guess[1] - off[1], guess[1])
        guess = x[()], y[()]
        going &= np.maximum(np.abs(off[0]), np.abs(off[1])) > _TOLERANCE_DEG
        if not going.any():
            break
    return guess


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Undo GCJ-02 by fixed-point iteration, to 1e-9 degrees."""
    return _inverse(wgs84_to_gcj02, lon, lat)


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Undo BD-09 by fixed-point iteration, to 1e-9 degrees."""
    return _inverse(gcj02_to_bd09, lon, lat)


def to_wgs84(datum: Datum, lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Bring degrees in `datum` to WGS-84."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    if datum is Datum.BD09:
        lon, lat = bd09_to_gcj02(lon, lat)
    if datum in (Datum.BD09, Datum.GCJ02):
        lon, lat = gcj02_to_wgs84(lon, lat)
    return lon, lat


def from_wgs84(datum: Datum, lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Bring WGS-84 degrees to `datum`."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    if datum in (Datum.BD09, Datum.GCJ02):
        lon, lat = wgs84_to_gcj02(lon, lat)
    if datum is Datum.BD09:
        lon, lat = gcj02_to_bd09(lon, lat)
    return lon, lat


def shape_to_wgs84(datum: Datum, shape: BaseGeometry) -> BaseGeometry:
    """The same shape with every vertex brought from `datum` to WGS-84; z values are dropped."""
    flat = shapely.force_2d(shape)
    if datum in EQUAL_TO_WGS84:
        return flat
    return shapely.transform(flat, lambda xy: np.column_stack(to_wgs84(datum, xy[:, 0], xy[:, 1])))
