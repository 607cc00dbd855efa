"""Nonsense at the door: a 4xx that names the field, never a 5xx, never a half-written case."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridmap import clock
from tests import town

PROBLEM = "application/problem+json"
PLACE = {"lon": 121.415, "lat": 31.625, "datum": "wgs84"}


def body(**facts: Any) -> dict[str, Any]:
    usual = {
        "source": "dahua",
        "source_id": "A-1",
        "occurred_at": clock.now().isoformat(),
        "source_code": "890",
        "location": PLACE,
    }
    return {key: value for key, value in (usual | facts).items() if value is not ...}


def refused(answer: TestResponse, *fields: str, status: int = 422) -> dict[str, Any]:
    """The problem an answer tells, once it is one and names the fields."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == PROBLEM
    told: dict[str, Any] = answer.get_json(force=True)
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    if fields:
        assert {error["field"] for error in told["errors"]} == set(fields)
        assert all(error["message"] for error in told["errors"])
    return told


def nobody_wrote(client: FlaskClient) -> None:
    assert client.get("/api/v1/cases.geojson").get_json()["matched"] == 0


LONG = "9" * 100_000
FAR_AHEAD = (clock.now() + timedelta(hours=1)).isoformat()
WRONG_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"location": {**PLACE, "lat": 121.4, "lon": 31.6}}, "location.lat"),
    ({"location": {**PLACE, "lat": 1e308}}, "location.lat"),
    ({"location": {**PLACE, "lon": 180.0001}}, "location.lon"),
    ({"location": {**PLACE, "lon": -(10**400)}}, "location.lon"),
    ({"location": {**PLACE, "lon": 10**4200}}, "location.lon"),
    ({"location": {**PLACE, "lon": "121.4"}}, "location.lon"),
    ({"location": {**PLACE, "lon": None}}, "location.lon"),
    ({"location": {**PLACE, "lon": True}}, "location.lon"),
    ({"location": {**PLACE, "lon": [121.4]}}, "location.lon"),
    ({"location": {"lon": 121.4, "lat": 31.6}}, "location.datum"),
    ({"location": {**PLACE, "datum": "WGS84"}}, "location.datum"),
    ({"location": {**PLACE, "datum": ""}}, "location.datum"),
    ({"location": {**PLACE, "datum": None}}, "location.datum"),
    ({"location": {**PLACE, "alt": 3}}, "location.alt"),
    ({"location": [121.4, 31.6]}, "location"),
    ({"location": "121.4,31.6"}, "location"),
    ({"accuracy_m": -1}, "accuracy_m"),
    ({"accuracy_m": 1e9}, "accuracy_m"),
    ({"accuracy_m": "50"}, "accuracy_m"),
    ({"accuracy_m": 5.0, "location": ...}, "accuracy_m"),
    ({"occurred_at": FAR_AHEAD}, "occurred_at"),
    ({"occurred_at": "9999-12-31T23:59:59-23:59"}, "occurred_at"),
    ({"occurred_at": "0001-01-01T00:00:00+23:59"}, "occurred_at"),
    ({"occurred_at": "2026-11-22T10:00:00"}, "occurred_at"),
    ({"occurred_at": "2026-11-22"}, "occurred_at"),
    ({"occurred_at": "2026-02-30T10:00:00Z"}, "occurred_at"),
    ({"occurred_at": "yesterday"}, "occurred_at"),
    ({"occurred_at": "1700000000"}, "occurred_at"),
    ({"occurred_at": 1700000000}, "occurred_at"),
    ({"occurred_at": "1999-12-31T23:59:59Z"}, "occurred_at"),
    ({"occurred_at": None}, "occurred_at"),
    ({"occurred_at": ...}, "occurred_at"),
    ({"source": ...}, "source"),
    ({"source": ""}, "source"),
    ({"source": "  "}, "source"),
    ({"source": 7}, "source"),
    ({"source": "x" * 101}, "source"),
    ({"source": "a\x00b"}, "source"),
    ({"source": "half a pair \ud800"}, "source"),
    ({"source_id": ...}, "source_id"),
    ({"source_id": "x" * 201}, "source_id"),
    ({"source_id": ["A"]}, "source_id"),
    ({"source_code": ""}, "source_code"),
    ({"source_code": 890}, "source_code"),
    ({"camera_id": "3" * 41}, "camera_id"),
    ({"text": "\x00"}, "text"),
    ({"text": "长" * 10_001}, "text"),
    ({"address": "x" * 501}, "address"),
    ({"address": {}}, "address"),
    ({"join": "no"}, "join"),
    ({"join": 0}, "join"),
    ({"category": "06010"}, "category"),
    ({"category": {"standard_ref": town.STANDARD, "kind": "matter"}}, "category.code"),
    ({"category": {"standard_ref": town.STANDARD, "kind": "other", "code": "06010"}}, "category.kind"),
    ({"category": {"standard_ref": town.STANDARD, "kind": "matter", "code": 6010}}, "category.code"),
    ({"media": {}}, "media"),
    ({"media": [{"url": "javascript:alert(1)"}]}, "media.0.url"),
    ({"media": [{"url": "http://a.invalid/" + "x" * 2000}]}, "media.0.url"),
    ({"media": [{"url": "http://a.invalid/1.jpg", "kind": "hologram"}]}, "media.0.kind"),
    ({"media": [{"url": "http://a.invalid/1.jpg"}] * 21}, "media"),
    ({"no_such_field": 1}, "no_such_field"),
    ({"Source": "dahua"}, "Source"),
    ({"long" * 1000: 1}, "long" * 50),
]


@pytest.mark.parametrize(("facts", "field"), WRONG_FIELDS, ids=lambda value: value if isinstance(value, str) else None)
def test_a_wrong_field_is_named(standing: FlaskClient, facts: dict[str, Any], field: str) -> None:
    refused(standing.post("/api/v1/alerts", json=None, data=json.dumps(body(**facts)), content_type="application/json"), field)
    nobody_wrote(standing)


def test_a_field_whose_name_is_half_a_character(standing: FlaskClient) -> None:
    refused(standing.post("/api/v1/alerts", data=json.dumps(body(**{"half \ud800": 1})), content_type="application/json"))


@pytest.mark.parametrize(
    "number",
    ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", pytest.param(LONG, id="long"), pytest.param(f"-{LONG}", id="-long")],
)
@pytest.mark.parametrize("field", ["lon", "lat", "accuracy_m"])
def test_numbers_that_are_none(standing: FlaskClient, field: str, number: str) -> None:
    place = '"lon": 121.415, "lat": 31.625, "accuracy_m": 5'
    given = ", ".join(f'"{field}": {number}' if f'"{field}"' in part else part for part in place.split(", "))
    lon_lat, _, accuracy = given.rpartition(", ")
    raw = (
        f'{{"source": "dahua", "source_id": "A-1", "occurred_at": "{clock.now().isoformat()}", {accuracy},'
        f' "location": {{{lon_lat}, "datum": "wgs84"}}}}'
    )
    answer = standing.post("/api/v1/alerts", data=raw, content_type="application/json")
    refused(answer, field if field == "accuracy_m" else f"location.{field}")
    nobody_wrote(standing)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"not json", 400),
        (b"\xef\xbb\xbf{}", 400),
        (b"[" * 100_000, 400),
        (b"," * 100_000, 400),
        (b'{"' + b'\\"' * 400_000, 400),
        (b"null", 422),
        (b"[]", 422),
        (b"[{}]", 422),
        (b'"text"', 422),
        (b"7", 422),
        (b"true", 422),
        (b"{}", 422),
        (b'{"text": "' + b"x" * 10_000_000 + b'"}', 413),
    ],
    ids=lambda raw: repr(raw[:20]) if isinstance(raw, bytes) else None,
)
@pytest.mark.parametrize("address", ["/api/v1/alerts", "/api/v1/route"])
def test_bodies_that_are_none(standing: FlaskClient, address: str, raw: bytes, status: int) -> None:
    answer = standing.post(address, data=raw, content_type="application/json")
    if address.endswith("route") and status == 413:  # A hundred thousand points are longer than that.
        status = 422
    refused(answer, status=status)
    nobody_wrote(standing)


BROKEN = [
    (b'{"source": "\xff\xfe"}', "source"),
    (b'{"source": "a", "text": "\xb0\xd7", "text": "fine"}', "text"),
    (b'{"source": "dahua", "location": {"lon": 121.4, "lat": 31.6, "datum": "wgs\xe9"}}', "location.datum"),
    (b'{"media": [{"url": "http://a.invalid/1.jpg"}, {"kind": "image", "url": "http://a.invalid/\xc3("}]}', "media.1.url"),
    (b'{"address": "she said \\"no\\"", "text": "\xed\xa0\x80"}', "text"),
    (b'{"source": "dahua", "accuracy_m": 5m}', "accuracy_m"),
    (b'{"location": {"lon": 121.4, "lat": }}', "location.lat"),
    (b'{"media": ["a", "b", {"url": tru', "media.2.url"),
    (b'{"text": "cut o', "text"),
    (b'{"source": "dahua", "half a k\xff": 1}', ""),
    (b"\xff", ""),
]


@pytest.mark.parametrize(("raw", "field"), BROKEN)
def test_what_is_no_json_names_the_field_where_that_begins(standing: FlaskClient, raw: bytes, field: str) -> None:
    refused(standing.post("/api/v1/alerts", data=raw, content_type="application/json"), field, status=400)
    nobody_wrote(standing)


@pytest.mark.parametrize(("raw", "field"), [*BROKEN, (b'{"text": "' + b"x" * 300_000 + b'"}', "text")])
def test_so_does_a_line_of_a_batch(standing: FlaskClient, raw: bytes, field: str) -> None:
    answer = standing.post("/api/v1/alerts/batch", data=raw, content_type="application/x-ndjson")
    told = json.loads(answer.get_data())
    assert (told["status"], [error["field"] for error in told["errors"]]) == (422, [field])
    nobody_wrote(standing)


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "a/b"])
@pytest.mark.parametrize("address", ["/api/v1/alerts", "/api/v1/route"])
def test_only_json_is_read(standing: FlaskClient, address: str, content_type: str | None) -> None:
    refused(standing.post(address, data=json.dumps(body()), content_type=content_type), status=415)


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/vnd.alert+json"])
def test_json_by_another_name_is_read(standing: FlaskClient, content_type: str) -> None:
    refused(standing.post("/api/v1/alerts", data="{}", content_type=content_type), "source", "source_id", "occurred_at")


WRONG_QUESTIONS = [
    ("route?lon=121.4&lat=31.6", "datum"),
    ("route?lon=121.4&lat=31.6&datum=none", "datum"),
    ("route?lat=31.6&datum=wgs84", "lon"),
    ("route?lon=NaN&lat=31.6&datum=wgs84", "lon"),
    ("route?lon=inf&lat=31.6&datum=wgs84", "lon"),
    ("route?lon=1e999&lat=31.6&datum=wgs84", "lon"),
    ("route?lon=31.6&lat=121.4&datum=wgs84", "lat"),
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
    ("grids.geojson?at=0000-01-01T00:00:00Z", "at"),
    ("cases.geojson?state=lost", "state"),
    ("cases.geojson?state=open&state=lost", "state"),
    ("cases.geojson?limit=0", "limit"),
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


def test_a_hundred_complaints_are_enough(standing: FlaskClient) -> None:
    answer = standing.post("/api/v1/route", json={"datum": "wgs84", "lon": ["x"] * 1000, "lat": [31.6] * 1000})
    assert answer.status_code == 422
    assert len(answer.get_json()["errors"]) == 100


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "此项必填"), ("en-GB", "This field is required")])
def test_problems_are_told_in_the_readers_language(standing: FlaskClient, language: str, words: str) -> None:
    answer = standing.post("/api/v1/alerts", json=body(source=...), headers={"Accept-Language": language})
    (error,) = refused(answer, "source")["errors"]
    assert error["message"] == words


def test_swapped_coordinates_are_recognised(standing: FlaskClient) -> None:
    answer = standing.post("/api/v1/alerts", json=body(location={"lon": 31.6, "lat": 121.4, "datum": "wgs84"}))
    assert "swapped" in refused(answer, "location.lat")["errors"][0]["message"]


@pytest.mark.parametrize(("lon", "lat"), [(180, 90), (-180, -90), (0, 0), (-58.6, -31.6), (121.4, 90), (72.004, 0.8293)])
@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_the_ends_of_the_earth_are_routed_nowhere(standing: FlaskClient, lon: float, lat: float, datum: str) -> None:
    answer = standing.get(f"/api/v1/route?lon={lon}&lat={lat}&datum={datum}&accuracy_m=50000")
    assert answer.status_code == 200
    told = answer.get_json()
    assert (told["rule"], told["grid"], told["candidates"]) == ("unrouted", None, [])
    assert "待定位" in told["words"]["zh"]
