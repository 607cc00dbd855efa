"""What a camera sees, against the geodesic itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import Point

from gridmap.geo.measure import area_m2
from gridmap.places.views import representative, sector

GEOD = Geod(ellps="WGS84")
LON, LAT = 121.4, 31.6
bearings, angles, ranges = st.floats(0, 359.99), st.floats(1, 359), st.floats(5, 2000)


def off(bearing: float, towards: float) -> float:
    """How many degrees two bearings lie apart."""
    return abs((towards - bearing + 180) % 360 - 180)


@given(bearings, angles, ranges)
def test_it_reaches_as_far_and_as_wide_as_it_should(bearing: float, angle: float, reach: float) -> None:
    view = sector(LON, LAT, bearing, angle, reach)
    assert view.is_valid
    arc = [xy for xy in view.exterior.coords if xy != (LON, LAT)]
    azimuth, _, metres = GEOD.inv(np.full(len(arc), LON), np.full(len(arc), LAT), *np.array(arc).T)
    assert metres == pytest.approx(reach, abs=1e-4)
    apart = [off(bearing, towards) for towards in azimuth]
    assert max(apart) == pytest.approx(angle / 2, abs=1e-3)
    assert min(apart) < 2.6
    assert area_m2(view) == pytest.approx(np.pi * reach**2 * angle / 360, rel=0.002)


@given(bearings, angles, ranges, st.floats(0, 360), st.floats(0.02, 1.5))
def test_what_is_in_view_and_what_is_not(bearing: float, angle: float, reach: float, towards: float, share: float) -> None:
    lon, lat, _ = GEOD.fwd(LON, LAT, towards, reach * share)
    seen = sector(LON, LAT, bearing, angle, reach).covers(Point(lon, lat))
    apart = off(bearing, towards)
    if apart < angle / 2 - 0.1 and share < 0.998:
        assert seen
    if apart > angle / 2 + 0.1 or share > 1.001:
        assert not seen


@given(bearings, ranges)
def test_all_round(bearing: float, reach: float) -> None:
    view = sector(LON, LAT, bearing, 360, reach)
    assert view.is_valid
    assert view.contains(Point(LON, LAT))
    assert area_m2(view) == pytest.approx(np.pi * reach**2, rel=0.002)
    assert GEOD.inv(LON, LAT, view.centroid.x, view.centroid.y)[2] < 0.01 * reach


@given(bearings, st.floats(1, 360), ranges)
def test_the_point_that_stands_for_it_lies_in_it(bearing: float, angle: float, reach: float) -> None:
    view = sector(LON, LAT, bearing, angle, reach)
    assert view.covers(representative(view))
