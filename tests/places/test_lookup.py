"""Cameras and service points: the grid each stands in, what is near, what a grid holds, circles of one square kilometre."""

import pytest
import shapely
from pyproj import Geod
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.geo.measure import SERVICE_RADIUS_M, area_m2, circle
from gridmap.grids.lookup import latest_boundary
from gridmap.grids.models import Boundary
from gridmap.places import lookup
from gridmap.routing.ask import Place, route_one
from tests import town

GEOD = Geod(ellps="WGS84")


def test_everything_stands_in_the_grid_it_would_be_routed_to(tiny_town: Session) -> None:
    slanted = shapely.Polygon([town.spot(0, 0), town.spot(1.37, 0), town.spot(0.71, 1), town.spot(0, 1)])
    beside = shapely.Polygon([town.spot(1.37, 0), town.spot(2, 0), town.spot(2, 1), town.spot(1, 1), town.spot(0.71, 1)])
    above = shapely.Polygon([town.spot(0, 1), town.spot(0.71, 1), town.spot(1, 1), town.spot(1, 2), town.spot(0, 2)])
    town.found(tiny_town, at=town.FOUNDED.replace(month=2), m11=slanted, m21=beside, m12=above)
    places = [(1.37 - 0.066 * n, 0.1 * n) for n in range(11)] + [(1, 2), (2, 2), (1.5, 1), (0, 0), (3.0, 3.0), (1.5, 2.5), (9, 9)]
    for n, place in enumerate(places):
        town.camera(tiny_town, n, at=place)
        town.service_point(tiny_town, n, at=place)
    expected = [route_one(tiny_town, Place(*town.spot(*place)), limit_m=0).grid for place in places]
    assert [row["grid"] for row in lookup.camera_rows(tiny_town)] == expected
    assert [row["grid"] for row in lookup.service_point_rows(tiny_town)] == expected
    for boundary in tiny_town.scalars(select(Boundary)):
        if boundary.valid.upper is None:
            inside = lookup.inside(tiny_town, boundary.id)
            here = sum((code or "").startswith(boundary.grid_code) for code in expected)
            assert (inside.cameras, inside.service_points) == (here, here), boundary.grid_code


def test_within_a_box(tiny_town: Session) -> None:
    for n in range(6):
        town.camera(tiny_town, n, at=(n / 2, 1.5))
    west, south, east, north = *town.spot(0.4, 1), *town.spot(1.6, 2)
    rows = lookup.camera_rows(tiny_town, bounds=(west, south, east, north))
    assert [row["id"][-1] for row in rows] == ["1", "2", "3"]
    (one,) = lookup.camera_rows(tiny_town, id=rows[0]["id"])
    assert one == rows[0]


def test_what_sees_the_place_comes_first_then_by_distance(tiny_town: Session) -> None:
    place = town.spot(1.5, 1.5)
    seen_by = town.camera(tiny_town, 1, at=(1.5, 1.42), view_range_m=200.0)  # 89 m south, looking north.
    near = town.camera(tiny_town, 2, at=(1.5, 1.52))  # 22 m north, looking away.
    nearer = town.camera(tiny_town, 3, at=(1.5, 1.51))
    town.camera(tiny_town, 4, at=(1.5, 2.4))  # 1 km off.
    far_but_seeing = town.camera(tiny_town, 5, at=(1.5, 0.4), view_range_m=2000.0)
    for n, y in enumerate((1.56, 1.45, 1.501, 2.5)):
        town.service_point(tiny_town, n, at=(1.5, y))
    found = lookup.near(tiny_town, *place, radius_m=300)
    assert [c["id"] for c in found["cameras"]] == [seen_by.id, far_but_seeing.id, nearer.id, near.id]
    assert [c["covers"] for c in found["cameras"]] == [True, True, False, False]
    assert [p["code"] for p in found["service_points"]] == ["SP-002", "SP-001", "SP-000"]
    for one in (*found["cameras"], *found["service_points"]):
        assert one["distance_m"] == pytest.approx(GEOD.inv(*place, one["lon"], one["lat"])[2], abs=1e-3)


@pytest.mark.parametrize(("radius_m", "found"), [(99.9, 0), (100.1, 1)])
def test_near_ends_at_the_radius(tiny_town: Session, radius_m: float, found: int) -> None:
    lon, lat, _ = GEOD.fwd(*town.spot(1.5, 1.5), 37, 100)
    point = town.service_point(tiny_town, 1)
    point.location = shapely.Point(lon, lat)
    tiny_town.flush()
    assert len(lookup.near(tiny_town, *town.spot(1.5, 1.5), radius_m=radius_m)["service_points"]) == found


def test_words_and_wildcards(tiny_town: Session) -> None:
    town.camera(tiny_town, 1, name="学宫路100%口", name_en="Xuegong Road 100%")
    town.service_point(tiny_town, 1, address="示例路1号")
    assert [r["kind"] for r in lookup.search(tiny_town, prefix="xue%", part="%xuegong%", most=9)] == ["camera"]
    assert [r["kind"] for r in lookup.search(tiny_town, prefix="示%", part="%示例路%", most=9)] == ["service_point"]


def test_a_service_circle_is_one_square_kilometre() -> None:
    for lon, lat in [(121.39, 31.63), (0.0, 0.0), (121.0, 60.0), (100.0, -45.0)]:
        shape = circle(lon, lat)
        assert area_m2(shape) == pytest.approx(1_000_000, rel=1e-6)
        away = [GEOD.inv(lon, lat, x, y)[2] for x, y in shape.exterior.coords]
        assert min(away) > SERVICE_RADIUS_M
        assert max(away) < SERVICE_RADIUS_M * 1.001


def test_the_share_within_circles(tiny_town: Session) -> None:
    boundary = latest_boundary(tiny_town, town.micro(2, 2))
    assert boundary is not None
    assert lookup.inside(tiny_town, boundary.id).circle_share == 0
    town.service_point(tiny_town, 1, at=(1.5, 1.5))
    one = lookup.inside(tiny_town, boundary.id).circle_share
    expected = area_m2(shapely.intersection(boundary.geom, circle(*town.spot(1.5, 1.5)))) / boundary.area_m2
    assert one == pytest.approx(expected, abs=1e-4)
    town.service_point(tiny_town, 2, at=(1.5, 1.5))  # The same ground twice is not twice the ground.
    assert lookup.inside(tiny_town, boundary.id).circle_share == one
    town.service_point(tiny_town, 3, at=(1.5, 2.3))  # From the neighbour's.
    both = lookup.inside(tiny_town, boundary.id).circle_share
    assert one is not None
    assert both is not None
    assert one < both < 1
