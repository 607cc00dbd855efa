"""Cameras, service points, circles, what is near, and search by the API."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pyproj import Geod
from shapely.geometry import shape

from gridmap.geo.datum import Datum, from_wgs84
from tests import town
from tests.api.asking import get, send

GEOD = Geod(ellps="WGS84")


def test_circles_are_one_square_kilometre(standing: FlaskClient) -> None:
    for feature in get(standing, "service-circles.geojson")["features"]:
        assert abs(GEOD.geometry_area_perimeter(shape(feature["geometry"]))[0]) == pytest.approx(1_000_000, rel=1e-5)
        assert feature["properties"]["radius_m"] == 564.19


def test_cameras_tell_their_parts_and_what_they_see(standing: FlaskClient) -> None:
    sees, blind = get(standing, "cameras.geojson")["features"]
    assert sees["properties"]["grid"] == town.micro(1, 1)
    assert sees["properties"]["id_parts"]["industry"] == {"zh": "城市管理", "en": "City management"}
    assert shape(sees["properties"]["view"]).area > 0
    assert blind["properties"]["view"] is None


def test_nearby_in_any_datum(standing: FlaskClient) -> None:
    lon, lat = from_wgs84(Datum.GCJ02, *town.spot(0.5, 0.52))
    told = get(standing, f"nearby?lon={float(lon)}&lat={float(lat)}&datum=gcj02&radius_m=1000")
    assert [(c["id"][-1], c["covers"]) for c in told["cameras"]] == [("1", True), ("2", False)]
    assert [(p["code"], p["within_circle"]) for p in told["service_points"]] == [("SP-001", True)]
    assert told["service_points"][0]["distance_m"] == pytest.approx(22.2, abs=0.1)


@pytest.mark.parametrize(
    ("asked", "kind", "first"),
    [
        (town.micro(2, 3), "grid", town.micro(2, 3)),
        (town.village(2), "grid", town.village(2)),
        ("演示镇", "grid", town.TOWN),
        ("demo town", "grid", town.TOWN),
        ("VILLAGE 2 micro-grid 3", "grid", town.micro(2, 3)),
        ("探头2", "camera", "31015100081326000002"),
        ("31015100081326000001", "camera", "31015100081326000001"),
        ("service point 2", "service_point", "SP-002"),
        ("示例路1", "service_point", "SP-001"),
        ("121.4, 31.6", "coordinates", "wgs84:121.4, 31.6"),
        ("31.6 121.4", "coordinates", "wgs84:121.4, 31.6"),
        ("31.6，121.4", "coordinates", "wgs84:121.4, 31.6"),
        ("GCJ-02: 121.4,31.6", "coordinates", "gcj02:121.4, 31.6"),
    ],
)
def test_search(standing: FlaskClient, asked: str, kind: str, first: str) -> None:
    results = get(standing, f"search?q={quote(asked)}")["results"]
    assert (results[0]["kind"], results[0]["id"]) == (kind, first)


@pytest.mark.parametrize("asked", ["   ", "%", "_", "\\", "没有这样的地方", "999, 999"])
def test_searches_that_find_nothing(standing: FlaskClient, asked: str) -> None:
    assert get(standing, f"search?q={quote(asked)}")["results"] == []


def test_a_case_is_found_by_its_number(sender: FlaskClient) -> None:
    number = send(sender, 1, at=(0.5, 0.5))["case"]["id"]
    assert get(sender, f"search?q={number}")["results"][0]["id"] == number
