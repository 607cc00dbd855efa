"""Metres and square metres on the WGS-84 ellipsoid; shapes and points come in degrees, (lon, lat)."""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

Degrees = Sequence[float] | NDArray[np.float64]
WGS84 = Geod(ellps="WGS84")
SERVICE_CIRCLE_M2 = 1_000_000.0
SERVICE_RADIUS_M = math.sqrt(SERVICE_CIRCLE_M2 / math.pi)  # 564.19 m


def area_m2(shape: BaseGeometry) -> float:
    """Geodesic area in square metres (Karney 2013, as PROJ's geodesic routines implement it)."""
    return float(abs(WGS84.geometry_area_perimeter(shapely.orient_polygons(shape))[0]))


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Geodesic distance in metres."""
    return float(WGS84.inv(lon1, lat1, lon2, lat2)[2])


def distances_m(lon1: Degrees, lat1: Degrees, lon2: Degrees, lat2: Degrees) -> NDArray[np.float64]:
    """Geodesic distances in metres, pair by pair."""
    return np.asarray(WGS84.inv(lon1, lat1, lon2, lat2)[2], dtype=np.float64)


def half_box(lat: float, radius_m: float) -> tuple[float, float]:
    """Half width and half height, in degrees, of a box that surely holds the circle of `radius_m` around (any lon, `lat`).

    The same for all within a hundredth of a degree, where it is widest.
    """
    return _half_box(math.ceil(abs(lat) * 100), radius_m)


@lru_cache(maxsize=1024)
def _half_box(hundredths: int, radius_m: float) -> tuple[float, float]:
    high = radius_m / 110_000  # A little less than any degree of latitude has.
    return high / max(math.cos(math.radians(min(hundredths / 100 + high, 89.9))), 0.001), high


def circle(lon: float, lat: float, radius_m: float = SERVICE_RADIUS_M, *, segments: int = 128) -> Polygon:
    """A geodesic circle as a polygon of `segments` vertices with exactly the circle's area (pi r²).

    Vertices on the circle itself would cut off the caps between them, so they stand a little further out:
    a regular n-gon of circumradius R has the area n/2 R² sin(2 pi / n).
    """
    stretched = radius_m * math.sqrt(2 * math.pi / (segments * math.sin(2 * math.pi / segments)))
    bearings = np.linspace(360.0, 0.0, segments, endpoint=False)  # Anticlockwise, as RFC 7946 asks of outer rings.
    lons, lats, _ = WGS84.fwd(
        np.full(segments, lon),
        np.full(segments, lat),
        bearings,
        np.full(segments, stretched),
    )
    return Polygon(np.column_stack([lons, lats]))


class Plane:
    """A flat metre grid around one place: the transverse Mercator projection through its central meridian.

    Distances within 20 km of the centre are true to 5 parts in a million (k = 1 + x²/2R²), which over the
    30 m of the nearest-grid rule is less than a fifth of a millimetre.
    """

    def __init__(self, central_meridian: float) -> None:
        self.proj = f"+proj=tmerc +lat_0=0 +lon_0={central_meridian:.1f} +k=1 +x_0=0 +y_0=0 +ellps=WGS84 +units=m +no_defs"
        self._there = Transformer.from_crs("EPSG:4326", self.proj, always_xy=True)
        self._back = Transformer.from_crs(self.proj, "EPSG:4326", always_xy=True)

    def metres(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Degrees, shape (n,) each -> metres east and north, shape (n, 2)."""
        x, y = self._there.transform(lon, lat)
        return np.column_stack([x, y])

    def flat(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Shapes in degrees -> the same shapes in metres."""
        return np.asarray(shapely.transform(shapes, lambda xy: self.metres(xy[:, 0], xy[:, 1])))

    def degrees(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Shapes in metres -> the same shapes in degrees."""
        return np.asarray(
            shapely.transform(
                shapes,
                lambda xy: np.column_stack(self._back.transform(xy[:, 0], xy[:, 1])),
            )
        )


@lru_cache(maxsize=16)
def _plane(tenths: int) -> Plane:
    return Plane(tenths / 10)


def plane_at(lon: float) -> Plane:
    """The plane whose central meridian is the tenth of a degree nearest to `lon`."""
    return _plane(round(lon * 10))
