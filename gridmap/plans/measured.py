"""A problem with its place and its size. Pure."""

from collections.abc import Iterable

import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.geo.measure import WGS84, area_m2
from gridmap.grids.pieces import extent_m
from gridmap.plans.flaws import Flaw, Problem, Repair


def told(flaw: Flaw, codes: Iterable[str], geometry: BaseGeometry, repairs: Iterable[Repair] = (), limit: float = 0.0) -> Problem:
    """A problem that is a piece of ground, measured; `geometry` in degrees WGS-84."""
    spot = geometry.representative_point()
    size = area_m2(geometry)
    return Problem(flaw, tuple(codes), spot.x, spot.y, extent_m(geometry), size, geometry, limit, tuple(repairs))


def too_little(shape: BaseGeometry, least_m2: float, width_m: float) -> tuple[Flaw, float] | None:
    """Which limit a piece of ground (degrees WGS-84) falls below, if any: its mean width is twice its area by its perimeter."""
    size = area_m2(shape)
    if 2 * size / float(WGS84.geometry_length(shapely.boundary(shape))) < width_m:
        return Flaw.SLIVER, width_m
    return (Flaw.TOO_SMALL, least_m2) if size < least_m2 else None


def crossing(shape: BaseGeometry) -> shapely.Point:
    """Where a broken shape crosses itself, as GEOS says; its first corner where it does not say."""
    numbers = str(shapely.is_valid_reason(shape)).partition("[")[2].rstrip("]").split()
    return shapely.Point(*map(float, numbers)) if len(numbers) == 2 else shapely.Point(shapely.get_coordinates(shape)[0])
