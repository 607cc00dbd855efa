"""Pieces of ground that are more than a rounded corner. Pure."""

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from gridmap.geo.measure import area_m2, distance_m
from gridmap.grids.coverage import THIN_M


def extent_m(geometry: BaseGeometry) -> float:
    """The diagonal of its box in metres; degrees in."""
    return distance_m(*geometry.bounds)


def pieces(shape: BaseGeometry) -> list[Polygon]:
    """The polygons of a difference or an intersection (degrees) that are more than what rounding a corner leaves (`THIN_M`)."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return [part for part in parts if area_m2(part) > THIN_M * extent_m(part)]
