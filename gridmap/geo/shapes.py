"""Shapes as the database and the program exchange them: shapely geometries in EPSG:4326, (lon, lat)."""

from collections.abc import Iterable
from struct import Struct
from typing import Any

import shapely
from geoalchemy2 import Geometry, WKBElement
from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy.types import TypeDecorator

SRID = 4326
_EWKB_POINT = Struct("<BIIdd")  # Byte order, kind with the flag "SRID follows", SRID, x, y: PostGIS' extended WKB.
SNAP_DEG = 1e-8  # About a millimetre; boundaries lie on this lattice, so that neighbours share equal numbers.


class Shape(TypeDecorator[BaseGeometry]):
    """A PostGIS geometry column that takes and gives shapely geometries in EPSG:4326."""

    impl = Geometry
    cache_ok = True

    def __init__(self, kind: str, *, spatial_index: bool = True) -> None:
        self.kind = kind
        self.spatial_index = spatial_index
        super().__init__(geometry_type=kind, srid=SRID, spatial_index=spatial_index)

    def process_bind_param(self, value: BaseGeometry | None, dialect: Any) -> WKBElement | None:  # noqa: ARG002  # SQLAlchemy's signature
        return None if value is None else from_shape(value, srid=SRID)

    def process_result_value(self, value: Any, dialect: Any) -> BaseGeometry | None:  # noqa: ARG002  # same
        if value is None:
            return None
        data = value.data if isinstance(value, WKBElement) else value
        return shapely.from_wkb(bytes.fromhex(data) if isinstance(data, str) else bytes(data))


def as_multipolygon(shape: Polygon | MultiPolygon) -> MultiPolygon:
    """The same area as a MultiPolygon, the one kind the boundary table holds."""
    return shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape])


def united(coverage: Iterable[Polygon | MultiPolygon]) -> MultiPolygon:
    """The union of polygons that form a valid coverage: shared edges go by equality of their vertices, so it is exact.

    Normalised, so that the same shapes give the same bytes: where GEOS begins a ring is told by addresses in memory.
    """
    return as_multipolygon(shapely.normalize(shapely.coverage_union_all(list(coverage))))


def snapped(shape: BaseGeometry) -> BaseGeometry:
    """The shape with every coordinate on the lattice of `SNAP_DEG` degrees, as text with 8 decimals would read.

    Rounds each number to the nearest double of 8 decimals; it moves vertices by less than a millimetre and
    never adds or drops one, so shared edges stay shared.
    """
    return shapely.transform(shape, lambda xy: xy.round(8))


def point_wkb(lon: float, lat: float) -> str:
    """A point as text that PostGIS reads as a geometry, bit for bit: extended WKB in hexadecimal digits."""
    return _EWKB_POINT.pack(1, 0x2000_0001, SRID, lon, lat).hex()
