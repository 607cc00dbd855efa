"""What a camera sees: a sector of ground around its pole. Pure geometry, degrees in (lon, lat), metres geodesic."""

import numpy as np
from shapely.geometry import Point, Polygon

from gridmap.geo.measure import WGS84

_STEP_DEG = 5.0  # Chord error at 200 m: 0.2 m.


def sector(lon: float, lat: float, bearing_deg: float, angle_deg: float, range_m: float) -> Polygon:
    """The ground seen: the pole, and an arc at `range_m` from `bearing - angle/2` to `bearing + angle/2`.

    Bearings count clockwise from north. A view all round (360°) is the whole circle.
    """
    steps = max(2, int(np.ceil(angle_deg / _STEP_DEG)) + 1)
    full = angle_deg >= 360.0
    bearings = bearing_deg + np.linspace(angle_deg / 2, -angle_deg / 2, steps, endpoint=not full)
    lons, lats, _ = WGS84.fwd(np.full(steps, lon), np.full(steps, lat), bearings, np.full(steps, range_m))
    arc = list(zip(lons.tolist(), lats.tolist(), strict=True))
    return Polygon(arc if full else [(lon, lat), *arc])


def representative(view: Polygon) -> Point:
    """The one point that stands for the view when an alert names the camera only: its centroid, or, where a very
    wide sector leaves its centroid outside, a point that is surely inside."""
    centre = view.centroid
    return centre if view.covers(centre) else view.representative_point()
