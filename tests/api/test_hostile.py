"""Nonsense at the door: a 4xx that names the field, never a 5xx, never a half-written case."""

import gzip
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from gridmap import clock
from tests import town
from tests.api.asking import FAR_AHEAD, refused

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


def nobody_wrote(client: FlaskClient) -> None:
    assert client.get("/api/v1/cases.geojson").get_json()["matched"] == 0


LONG = "9" * 100_000
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


@pytest.mark.parametrize("address", ["/api/v1/alerts", "/api/v1/alerts/batch", "/api/v1/route"])
def test_a_compressed_body_is_refused_by_its_name(standing: FlaskClient, address: str) -> None:
    packed = gzip.compress(json.dumps(body()).encode())
    answer = standing.post(address, data=packed, content_type="application/json", headers={"Content-Encoding": "gzip"})

    assert refused(answer, status=415)["detail"] == "The body is compressed (gzip), which is not read here; send it as it is"
    nobody_wrote(standing)


def test_a_body_that_says_it_is_as_it_is_is_read(standing: FlaskClient) -> None:
    answer = standing.post("/api/v1/alerts", json=body(), headers={"Content-Encoding": "identity"})
    assert answer.status_code == 201


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/vnd.alert+json"])
def test_json_by_another_name_is_read(standing: FlaskClient, content_type: str) -> None:
    refused(standing.post("/api/v1/alerts", data="{}", content_type=content_type), "source", "source_id", "occurred_at")


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "此项必填"), ("en-GB", "This field is required")])
def test_problems_are_told_in_the_readers_language(standing: FlaskClient, language: str, words: str) -> None:
    answer = standing.post("/api/v1/alerts", json=body(source=...), headers={"Accept-Language": language})
    (error,) = refused(answer, "source")["errors"]
    assert error["message"] == words


def test_swapped_coordinates_are_recognised(standing: FlaskClient) -> None:
    answer = standing.post("/api/v1/alerts", json=body(location={"lon": 31.6, "lat": 121.4, "datum": "wgs84"}))
    assert "swapped" in refused(answer, "location.lat")["errors"][0]["message"]
