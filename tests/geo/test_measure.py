"""Metres are metres."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon

from gridmap.geo.measure import SERVICE_RADIUS_M, WGS84, area_m2, circle, distance_m, distances_m, plane_at

LON, LAT = 121.39461, 31.63093
near_town = {"lon": st.floats(121.2, 121.6), "lat": st.floats(31.5, 31.8)}


def test_the_radius_of_a_square_kilometre() -> None:
    assert round(SERVICE_RADIUS_M, 2) == 564.19


@given(**near_town)
def test_a_service_circle_has_one_square_kilometre(lon: float, lat: float) -> None:
    assert area_m2(circle(lon, lat)) == pytest.approx(1_000_000, abs=1)


@pytest.mark.parametrize("segments", [16, 64, 128, 512])
def test_a_circle_has_its_area_whatever_its_corners(segments: int) -> None:
    assert area_m2(circle(LON, LAT, segments=segments)) == pytest.approx(1_000_000, abs=1)


def test_a_circles_corners_stand_a_hand_outside_the_radius() -> None:
    lons, lats = circle(LON, LAT).exterior.coords.xy
    reach = distances_m([LON] * len(lons), [LAT] * len(lats), list(lons), list(lats))
    assert reach == pytest.approx(SERVICE_RADIUS_M, abs=0.5)
    assert reach.min() > SERVICE_RADIUS_M


def test_a_circle_runs_anticlockwise_and_is_sound() -> None:
    ring = circle(LON, LAT)
    assert ring.exterior.is_ccw
    assert ring.is_valid


def test_area_does_not_mind_the_direction_and_minds_the_hole() -> None:
    shell = [(121.40, 31.60), (121.42, 31.60), (121.42, 31.62), (121.40, 31.62)]
    hole = [(121.405, 31.605), (121.41, 31.605), (121.41, 31.61), (121.405, 31.61)]
    whole, backwards = area_m2(Polygon(shell)), area_m2(Polygon(shell[::-1]))
    assert whole == pytest.approx(backwards)
    assert whole == pytest.approx(4.207e6, rel=1e-3)
    assert area_m2(Polygon(shell, [hole])) == pytest.approx(whole - area_m2(Polygon(hole)))
    assert area_m2(Polygon(shell, [hole[::-1]])) == pytest.approx(area_m2(Polygon(shell, [hole])))


def test_a_known_distance() -> None:
    # One minute of latitude at 45 degrees: the nautical mile's origin, 1852.2 m on WGS-84.
    assert distance_m(0, 45, 0, 45 + 1 / 60) == pytest.approx(1852.2, abs=0.1)


@given(bearing=st.floats(0, 360), metres=st.floats(0.001, 20_000), **near_town)
def test_the_plane_agrees_with_the_geodesic(lon: float, lat: float, bearing: float, metres: float) -> None:
    """To 5 parts in a million within 20 km, as its docstring promises, and to a fifth of a millimetre over 30 m."""
    plane = plane_at(lon)
    there = WGS84.fwd(lon, lat, bearing, metres)
    flat = plane.metres(np.array([lon, there[0]]), np.array([lat, there[1]]))
    assert np.hypot(*(flat[1] - flat[0])) == pytest.approx(metres, rel=5e-6, abs=1e-6)


@given(**near_town)
def test_the_plane_and_back(lon: float, lat: float) -> None:
    plane = plane_at(lon)
    there = plane.degrees(plane.flat(np.array([Point(lon, lat)], dtype=object)))[0]
    assert (there.x, there.y) == pytest.approx((lon, lat), abs=1e-11, rel=0)


def test_the_planes_central_meridian_is_the_nearest_tenth() -> None:
    plane = plane_at(121.4321)
    assert plane is plane_at(121.3999)
    assert plane.metres(np.array([121.4]), np.array([31.6]))[0, 0] == pytest.approx(0, abs=1e-6)


def test_shapes_become_metres_whole() -> None:
    line = LineString([(121.40, 31.60), (121.40, 31.61)])
    flat = plane_at(121.4).flat(np.array([line], dtype=object))[0]
    assert flat.length == pytest.approx(distance_m(121.40, 31.60, 121.40, 31.61), rel=1e-6)
    assert shapely.get_num_points(flat) == 2
