"""Nonsense asked: a 4xx that names the field, never a 5xx."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.asking import FAR_AHEAD, refused

WRONG_QUESTIONS = [
    ("route?lon=121.4&lat=31.6", "datum"),
    ("route?lon=121.4&lat=31.6&datum=none", "datum"),
    ("route?lat=31.6&datum=wgs84", "lon"),
    ("route?lon=NaN&lat=31.6&datum=wgs84", "lon"),
    ("route?lon=inf&lat=31.6&datum=wgs84", "lon"),
    ("route?lon=1e999&lat=31.6&datum=wgs84", "lon"),
    ("route?lon=31.6&lat=121.4&datum=wgs84", "lat"),
    ("route?lon=12_1.4&lat=31.6&datum=wgs84", "lon"),
    ("route?lon=121.4&lat=31.6&datum=wgs84&accuracy_m=-1", "accuracy_m"),
    ("route?lon=121.4&lat=31.6&datum=wgs84&at=now", "at"),
    ("route?lon=121.4&lat=31.6&datum=wgs84&at=2026-01-01T00:00:00", "at"),
    ("route?lon=121.4&lat=31.6&datum=wgs84&at=1700000000", "at"),
    ("route?lon=121.4&lat=31.6&datum=wgs84&at=2999-01-01T00:00:00Z", "at"),
    ("route?lon=121.4&lat=31.6&datum=wgs84&at=9999-12-31T23:59:59Z", "at"),
    ("route?lon=121.4&lat=31.6&datum=wgs84&alt=3", "alt"),
    ("grids.geojson?at=2999-01-01T00:00:00Z", "at"),
    ("grids.geojson?level=street", "level"),
    ("grids.geojson?bbox=1,2,3", "bbox"),
    ("grids.geojson?bbox=nan,nan,nan,nan", "bbox"),
    ("grids.geojson?bbox=121.5,31.5,121.4,31.6", "bbox"),
    ("grids.geojson?bbox=12_1.4,31.5,121.5,31.6", "bbox"),
    ("grids.geojson?at=0000-01-01T00:00:00Z", "at"),
    ("cases.geojson?state=lost", "state"),
    ("cases.geojson?state=open&state=lost", "state"),
    ("cases.geojson?limit=0", "limit"),
    ("cases.geojson?limit=1_0", "limit"),
    ("cases/queue.geojson?limit=1_0", "limit"),
    ("search?q=x&limit=1_0", "limit"),
    ("events?after=1_0", "after"),
    ("cases.geojson?grid=310151101001&grid=310151101002", "grid"),
    ("route?lon=121.4&lat=31.6&datum=wgs84&lon=121.5", "lon"),
    ("grids/310151101001?at=2026-01-01T00:00:00Z&at=2026-02-01T00:00:00Z", "at"),
    ("cases.geojson?limit=10001", "limit"),
    ("cases.geojson?limit=99999999999999999999", "limit"),
    ("cases.geojson?limit=1.5", "limit"),
    ("cases.geojson?cursor=x", "cursor"),
    ("cases.geojson?cursor=%F0%9F%98%80", "cursor"),
    ("cases.geojson?grid=31%25", "grid"),
    ("cases.geojson?grid=abc", "grid"),
    ("cases.geojson?category=06010", "category"),
    ("cases.geojson?tray=lost", "tray"),
    ("cases.geojson?q=%00", "q"),
    ("cases.geojson?source=%00", "source"),
    ("cases.geojson?since=yesterday", "since"),
    ("cases.geojson?sort=id", "sort"),
    ("nearby?lon=121.4&lat=31.6&radius_m=0", "radius_m"),
    ("nearby?lon=121.4&lat=31.6&radius_m=5001", "radius_m"),
    ("nearby?lon=121.4", "lat"),
    ("search", "q"),
    ("search?q=", "q"),
    ("search?q=%00", "q"),
    ("search?q=x&limit=51", "limit"),
    ("cameras.geojson?bbox=", "bbox"),
    ("service-points.geojson?bbox=a,b,c,d", "bbox"),
    ("service-circles.geojson?bbox=1", "bbox"),
]


@pytest.mark.parametrize(("question", "field"), WRONG_QUESTIONS)
def test_a_wrong_question_names_its_field(standing: FlaskClient, question: str, field: str) -> None:
    refused(standing.get(f"/api/v1/{question}"), field)


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/cases/none",
        "/api/v1/cases/%00",
        "/api/v1/cases/" + "9" * 5000,
        "/api/v1/grids/31015199920100",
        "/api/v1/grids/%00",
        "/api/v1/grids/%F0%9F%98%80%25",
        "/api/v1/nothing",
        "/api/v1/",
        "/api/v2/cases.geojson",
        "/%00",
        "/tiles/nothing/1/0/0.mvt",
        "/tiles/grids%00/1/0/0.mvt",
    ],
)
def test_what_is_not_there_is_not_found(standing: FlaskClient, address: str) -> None:
    refused(standing.get(address), status=404)


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"lon": [], "lat": []}, {"lon", "lat"}),
        ({"lon": [121.4], "lat": [31.6, 31.7]}, {"lat"}),
        ({"lon": [121.4, 121.4], "lat": [31.6, 91.0]}, {"lat.1"}),
        ({"lon": [121.4, -181], "lat": [31.6, 31.6]}, {"lon.1"}),
        ({"lon": [121.4], "lat": ["31.6"]}, {"lat.0"}),
        ({"lon": [121.4], "lat": [None]}, {"lat.0"}),
        ({"lon": 121.4, "lat": 31.6}, {"lon", "lat"}),
        ({"lon": [121.4], "lat": [31.6], "at": FAR_AHEAD}, {"at"}),
        ({"lon": [121.4], "lat": [31.6], "accuracy_m": [-1]}, {"accuracy_m.0"}),
        ({"lon": [121.4], "lat": [31.6], "accuracy_m": [1, 2]}, {"accuracy_m"}),
        ({"lon": [121.4] * 100_001, "lat": [31.6] * 100_001}, {"lon", "lat"}),
    ],
    ids=lambda value: ",".join(sorted(value)) if isinstance(value, set) else None,
)
def test_wrong_columns_are_named(standing: FlaskClient, columns: dict[str, Any], field: set[str]) -> None:
    refused(standing.post("/api/v1/route", json={"datum": "wgs84", **columns}), *field)


@pytest.mark.parametrize("question", ["route?lon=31.6&lat=121.4&datum=wgs84", "grids.geojson?bbox=31.5,121.3,31.7,121.5"])
def test_a_swapped_question_is_told_so(standing: FlaskClient, question: str) -> None:
    told = refused(standing.get(f"/api/v1/{question}", headers={"Accept-Language": "en"}))
    assert "swapped?" in told["errors"][0]["message"]


def test_swapped_columns_are_told_so(standing: FlaskClient) -> None:
    columns = {"lon": [121.4, 31.6], "lat": [31.6, 121.4], "datum": "wgs84"}
    told = refused(standing.post("/api/v1/route", json=columns, headers={"Accept-Language": "en"}), "lat.1")
    assert "swapped?" in told["errors"][0]["message"]


def test_a_choice_is_told_without_a_word_of_english(standing: FlaskClient) -> None:
    told = refused(standing.get("/api/v1/route?lon=121.4&lat=31.6&datum=utm", headers={"Accept-Language": "zh"}), "datum")
    assert told["errors"][0]["message"] == "必须是其中之一：'wgs84', 'cgcs2000', 'gcj02', 'bd09'"


def test_a_hundred_complaints_are_enough(standing: FlaskClient) -> None:
    answer = standing.post("/api/v1/route", json={"datum": "wgs84", "lon": ["x"] * 1000, "lat": [31.6] * 1000})
    assert answer.status_code == 422
    assert len(answer.get_json()["errors"]) == 100


@pytest.mark.parametrize(("lon", "lat"), [(180, 90), (-180, -90), (0, 0), (-58.6, -31.6), (121.4, 90), (72.004, 0.8293)])
@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_the_ends_of_the_earth_are_routed_nowhere(standing: FlaskClient, lon: float, lat: float, datum: str) -> None:
    answer = standing.get(f"/api/v1/route?lon={lon}&lat={lat}&datum={datum}&accuracy_m=50000")
    assert answer.status_code == 200
    told = answer.get_json()
    assert (told["rule"], told["grid"], told["candidates"]) == ("unrouted", None, [])
    assert "待定位" in told["words"]["zh"]
