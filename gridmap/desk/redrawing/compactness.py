"""How compact a grid is: two measures that redistricting has used for decades, 1 for a circle. Pure."""

import math

import numpy as np
import shapely
from shapely.geometry import MultiPolygon

from gridmap.geo.measure import WGS84, plane_at


def polsby_popper(shape: MultiPolygon) -> float:
    """4 pi A / P² (Polsby and Popper 1991): area against the perimeter, on the ellipsoid; degrees in, 0 to 1 out.

    A ragged border makes it small, whether it was drawn so or a river is.
    """
    area, perimeter = WGS84.geometry_area_perimeter(shapely.orient_polygons(shape))
    return min(4 * math.pi * abs(area) / perimeter**2, 1.0)


def reock(shape: MultiPolygon) -> float:
    """The area's share of the smallest circle around it (Reock 1961), in a plane of metres; degrees in, 0 to 1 out."""
    (flat,) = plane_at(shape.centroid.x).flat(np.array([shape], dtype=object))
    return float(min(shapely.area(flat) / (math.pi * shapely.minimum_bounding_radius(flat) ** 2), 1.0))
