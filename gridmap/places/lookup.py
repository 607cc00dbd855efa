"""Reads of cameras and service points."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import Point, Polygon
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.errors import NotFound, msg
from gridmap.geo.measure import SERVICE_RADIUS_M, area_m2, circle, half_box
from gridmap.grids.lookup import Bounds

_SEEN = text(
    """
    SELECT id, vendor, ST_AsBinary(location) AS pole, ST_AsBinary(view) AS view
    FROM camera WHERE id = ANY(CAST(:ids AS text[]))
    """
)


@dataclass(frozen=True)
class KnownCamera:
    """What routing needs of a camera; degrees."""

    id: str
    vendor: str
    pole: Point
    view: Polygon | None


def cameras(session: Session, ids: Iterable[str]) -> dict[str, KnownCamera]:
    """The cameras on record among `ids`."""
    asked = sorted(set(ids))
    if not asked:
        return {}
    rows = session.execute(_SEEN, {"ids": asked})
    return {row.id: KnownCamera(row.id, row.vendor, *shapely.from_wkb([row.pole, row.view])) for row in rows}


# As routing decides: covered by GEOS' exact test (see `micro_grid_at`), and on a border the lowest code.
_COVERS = "{grid}.geom && {place} AND NOT ST_Relate({grid}.geom, {place}, 'FF*FF****')"
_OWN_GRID = (
    "(SELECT b.grid_code FROM boundary b WHERE b.level = 'micro' AND upper_inf(b.valid)"
    f' AND {_COVERS.format(grid="b", place="{place}")} ORDER BY b.grid_code COLLATE "C" LIMIT 1)'
)
_CAMERAS = text(
    f"""
    SELECT c.id, c.name, c.name_en, c.vendor, c.state, c.last_heard_at, c.bearing_deg, c.view_angle_deg, c.view_range_m,
           c.stream_url, c.snapshot_url, ST_X(c.location) AS lon, ST_Y(c.location) AS lat, ST_AsGeoJSON(c.view, 7) AS view,
           {_OWN_GRID.format(place="c.location")} AS grid
    FROM camera c
    WHERE (CAST(:west AS float8) IS NULL OR c.location && ST_MakeEnvelope(:west, :south, :east, :north, 4326))
      AND (CAST(:id AS text) IS NULL OR c.id = :id)
    ORDER BY c.id
    """
)
_POINTS = text(
    f"""
    SELECT p.code, p.name, p.name_en, p.address, p.opening_hours, p.keeper, p.phone, p.services,
           ST_X(p.location) AS lon, ST_Y(p.location) AS lat,
           {_OWN_GRID.format(place="p.location")} AS grid
    FROM service_point p
    WHERE (CAST(:west AS float8) IS NULL OR p.location && ST_MakeEnvelope(:west, :south, :east, :north, 4326))
      AND (CAST(:code AS text) IS NULL OR p.code = :code)
    ORDER BY p.code
    """
)


def _within(bounds: Bounds | None) -> dict[str, float | None]:
    return dict(zip(("west", "south", "east", "north"), bounds or (None,) * 4, strict=True))


def camera_rows(session: Session, *, bounds: Bounds | None = None, id: str | None = None) -> list[dict[str, Any]]:  # noqa: A002  # its name
    """Cameras with their pole (lon, lat), their view as GeoJSON text or None, and the micro-grid the pole stands in."""
    return [dict(row) for row in session.execute(_CAMERAS, {**_within(bounds), "id": id}).mappings()]


def service_point_rows(session: Session, *, bounds: Bounds | None = None) -> list[dict[str, Any]]:
    """Service points with their place (lon, lat) and the micro-grid they stand in."""
    return [dict(row) for row in session.execute(_POINTS, {**_within(bounds), "code": None}).mappings()]


def service_point(session: Session, code: str) -> dict[str, Any]:
    """One service point as in `service_point_rows`; `NotFound` when there is none of this code."""
    row = session.execute(_POINTS, {**_within(None), "code": code}).mappings().one_or_none()
    if row is None:
        raise NotFound(msg("There is no service point with the code '%(code)s'"), code=code[:60])
    return dict(row)


def service_points_in(session: Session, boundary_id: int) -> list[dict[str, Any]]:
    """The service points within a boundary: code and names."""
    rows = session.execute(_POINTS_IN, {"id": boundary_id}).mappings()
    return [dict(row) for row in rows]


_NEAR_CAMERAS = text(
    """
    WITH asked AS (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS point)
    SELECT c.id, c.name, c.name_en, c.state, c.vendor, c.stream_url, c.snapshot_url,
           ST_X(c.location) AS lon, ST_Y(c.location) AS lat,
           ST_Distance(c.location::geography, asked.point::geography) AS distance_m,
           coalesce(ST_Intersects(c.view, asked.point), false) AS covers
    FROM camera c, asked
    WHERE (c.location && ST_Expand(asked.point, :wide, :high)
           AND ST_DWithin(c.location::geography, asked.point::geography, :radius))
       OR ST_Intersects(c.view, asked.point)
    ORDER BY covers DESC, distance_m, c.id
    LIMIT :most
    """
)
_NEAR_POINTS = text(
    """
    WITH asked AS (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS point)
    SELECT p.code, p.name, p.name_en, p.address, p.opening_hours, p.keeper, p.phone, p.services,
           ST_X(p.location) AS lon, ST_Y(p.location) AS lat,
           ST_Distance(p.location::geography, asked.point::geography) AS distance_m
    FROM service_point p, asked
    WHERE p.location && ST_Expand(asked.point, :wide, :high)
      AND ST_DWithin(p.location::geography, asked.point::geography, :radius)
    ORDER BY distance_m, p.code
    LIMIT :most
    """
)


def near(session: Session, lon: float, lat: float, *, radius_m: float, most: int = 200) -> dict[str, list[dict[str, Any]]]:
    """Cameras (those whose view covers the place first) and service points within `radius_m`, by distance."""
    wide, high = half_box(lat, radius_m)
    asked = {"lon": lon, "lat": lat, "radius": radius_m, "wide": wide, "high": high, "most": most}
    return {
        "cameras": [dict(row) for row in session.execute(_NEAR_CAMERAS, asked).mappings()],
        "service_points": [dict(row) for row in session.execute(_NEAR_POINTS, asked).mappings()],
    }


@dataclass(frozen=True)
class Inside:
    """What stands in a grid, and which share of its area (0 to 1) lies within service circles of any grid's points."""

    cameras: int
    service_points: int
    circle_share: float | None


_POINTS_IN = text(
    f"""
    SELECT p.code, p.name, p.name_en FROM service_point p, boundary b
    WHERE b.id = :id AND {_COVERS.format(grid="b", place="p.location")} ORDER BY p.code
    """
)
_NOBODY_BEFORE = f"""
    NOT EXISTS (SELECT FROM boundary o WHERE o.level = b.level AND o.grid_code COLLATE "C" < b.grid_code
                AND o.valid && b.valid AND (upper_inf(o.valid) OR NOT upper_inf(b.valid))
                AND {_COVERS.format(grid="o", place="{table}.location")})
"""
_HOW_MANY = f"""
    (SELECT count(*) FROM {{table}} WHERE {_COVERS.format(grid="b", place="{table}.location")} AND {_NOBODY_BEFORE})
"""
_INSIDE = text(
    f"""
    SELECT {_HOW_MANY.format(table="camera")} AS cameras, {_HOW_MANY.format(table="service_point")} AS service_points,
           ST_AsBinary(b.geom) AS shape
    FROM boundary b WHERE b.id = :id
    """
)
_WITHIN_REACH = text(
    """
    SELECT ST_X(p.location), ST_Y(p.location) FROM service_point p, boundary b
    WHERE b.id = :id AND p.location && ST_Expand(b.geom, :wide, :high)
    """
)


def inside(session: Session, boundary_id: int) -> Inside:
    """Count what stands within a boundary and measure how far the service circles reach over it."""
    row = session.execute(_INSIDE, {"id": boundary_id}).one()
    shape = shapely.from_wkb(bytes(row.shape))
    wide, high = half_box(shape.bounds[3], SERVICE_RADIUS_M)
    spots = session.execute(_WITHIN_REACH, {"id": boundary_id, "wide": wide, "high": high}).all()
    reached = shapely.union_all([circle(lon, lat) for lon, lat in spots])
    share = area_m2(shapely.intersection(shape, reached)) / area_m2(shape) if spots else 0.0
    return Inside(row.cameras, row.service_points, round(min(share, 1.0), 4))


_SEARCH = text(
    """
    SELECT 'camera' AS kind, id, name, name_en, ST_X(location) AS lon, ST_Y(location) AS lat FROM camera
    WHERE id LIKE :prefix OR name ILIKE :part OR name_en ILIKE :part
    UNION ALL
    SELECT 'service_point', code, name, name_en, ST_X(location), ST_Y(location) FROM service_point
    WHERE code LIKE :prefix OR name ILIKE :part OR name_en ILIKE :part OR address ILIKE :part
    ORDER BY kind, id LIMIT :most
    """
)


def search(session: Session, *, prefix: str, part: str, most: int) -> list[dict[str, Any]]:
    """Cameras and service points whose id begins with, or whose name or address holds, the LIKE patterns given."""
    return [dict(row) for row in session.execute(_SEARCH, {"prefix": prefix, "part": part, "most": most}).mappings()]
