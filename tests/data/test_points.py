"""Zones, service points, cameras and cases lie where and say what the README promises."""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import shapely
from shapely import Geometry, Point
from shapely.geometry import shape

Layer = dict[str, Any]
Shapes = dict[str, Geometry]
README = Path(__file__).resolve().parents[2] / "data" / "geojson" / "README.md"
OPEN = {"discovered"}


def properties(layer: Layer) -> list[dict[str, Any]]:
    return [feature["properties"] for feature in layer["features"]]


def grid_of(point: Geometry, shapes: Shapes) -> str | None:
    hits = sorted(code for code, face in shapes.items() if len(code) == 15 and face.covers(point))
    return hits[0] if hits else None


def ahead(lon: float, lat: float, bearing: float, metres: float) -> Point:
    """A rough place `metres` from a camera in the direction of its bearing."""
    north = metres * math.cos(math.radians(bearing)) / 110_900
    east = metres * math.sin(math.radians(bearing)) / (111_320 * math.cos(math.radians(lat)))
    return Point(lon + east, lat + north)


def test_every_file_says_that_it_is_invented(service_points: Layer, cameras: Layer, cases: Layer, zones: Layer) -> None:
    for layer in (service_points, cameras, cases, zones):
        assert layer["synthetic"] is True
        assert "虚构" in layer["notice"]["zh"]


def test_zones_lie_across_micro_grids_and_one_of_them_gets_their_cases(zones: Layer, shapes: Shapes) -> None:
    micros = {code: face for code, face in shapes.items() if len(code) == 15}
    assert [one["kind"] for one in properties(zones)] == ["market", "school", "site"]
    for feature in zones["features"]:
        one, ground = feature["properties"], shape(feature["geometry"])
        assert one["name"].startswith("示例")
        assert one["takes"], "a demo zone that took everything would hide what it does"
        below = {code for code, face in micros.items() if face.relate_pattern(ground, "T********")}
        assert len(below) >= 2
        assert one["target"] in below
        assert shapes[one["code"][:9]].covers(ground)


def test_one_service_point_in_every_micro_grid(service_points: Layer, shapes: Shapes) -> None:
    found = {}
    for feature in service_points["features"]:
        code, number = feature["properties"]["code"].split("-")
        assert number == "01"
        assert grid_of(shape(feature["geometry"]), shapes) == code
        found[code] = feature
    assert found.keys() == {code for code in shapes if len(code) == 15}


def test_services_are_the_documented_keys_and_people_are_plainly_invented(service_points: Layer) -> None:
    documented = set(re.findall(r"^\| `(\w+)` \| [^|]+ \| [A-Z]", README.read_text(encoding="utf-8"), re.MULTILINE))
    used = {key for one in properties(service_points) for key in one["services"]}
    assert used <= documented
    assert len(used) == 11
    for one in properties(service_points):
        assert one["keeper"].startswith("示例管理员")
        assert re.fullmatch(r"021-5550-0\d{3}", one["phone"])
        assert "虚构" in one["address"]


def test_camera_ids_follow_gbt_28181(cameras: Layer) -> None:
    ids = [one["id"] for one in properties(cameras)]
    assert len(ids) == len(set(ids)) == 120
    assert all(re.fullmatch(r"31015100081326\d{6}", number) for number in ids)


def test_views_are_complete_or_unknown(cameras: Layer) -> None:
    unknown = 0
    for one in properties(cameras):
        view = (one["bearing_deg"], one["view_angle_deg"], one["view_range_m"])
        if view == (None, None, None):
            unknown += 1
            continue
        bearing, angle, metres = view
        assert 0.0 <= bearing < 360.0
        assert 30.0 <= angle <= 120.0
        assert 40.0 <= metres <= 200.0
    assert 1 <= unknown <= 10


def test_some_cameras_look_into_another_grid(cameras: Layer, shapes: Shapes) -> None:
    across = 0
    for feature in cameras["features"]:
        one = feature["properties"]
        if one["bearing_deg"] is None:
            continue
        lon, lat = feature["geometry"]["coordinates"]
        there = grid_of(ahead(lon, lat, one["bearing_deg"], 0.55 * one["view_range_m"]), shapes)
        pole = grid_of(Point(lon, lat), shapes)
        assert pole is not None
        across += there is not None and there != pole
    assert across >= 15


def test_cameras_lead_nowhere_and_some_are_away(cameras: Layer) -> None:
    for one in properties(cameras):
        assert re.fullmatch(r"rtsp://camera\.invalid/\d{20}", one["stream_url"])
        assert one["snapshot_url"] is None
        assert (one["last_heard_at"] is None) == (one["state"] == "unknown")
    states = Counter(one["state"] for one in properties(cameras))
    assert states["online"] > 100
    assert states["offline"] >= 3
    assert states["unknown"] >= 1


def test_600_cases_over_90_days_up_to_the_reference_time(cases: Layer) -> None:
    reference = datetime.fromisoformat(cases["reference_time"])
    occurred = [datetime.fromisoformat(one["occurred_at"]) for one in properties(cases)]
    assert len(occurred) == 600
    assert occurred == sorted(occurred)
    assert reference - occurred[-1] < timedelta(minutes=1)
    assert timedelta(days=80) < reference - occurred[0] <= timedelta(days=90)
    assert 15 <= sum(reference - moment < timedelta(days=1) for moment in occurred) <= 25


def test_moments_of_a_case_come_in_order_and_never_after_the_reference(cases: Layer) -> None:
    reference = datetime.fromisoformat(cases["reference_time"])
    for one in properties(cases):
        closed = datetime.fromisoformat(one["closed_at"]) if one["closed_at"] else reference
        received = datetime.fromisoformat(one["received_at"])
        assert datetime.fromisoformat(one["occurred_at"]) <= received <= closed <= reference
        assert (one["closed_at"] is None) == (one["state"] in OPEN)


def test_most_cases_are_closed_and_every_open_state_occurs(cases: Layer) -> None:
    states = Counter(one["state"] for one in properties(cases))
    assert states.keys() == OPEN | {"closed", "void"}
    assert sum(states[state] for state in OPEN) == 90
    assert states["closed"] > 450


def test_the_awkward_cases_are_there(cases: Layer, shapes: Shapes) -> None:
    town = shapes["310151101"]
    placed = [(shape(f["geometry"]), f["properties"]) for f in cases["features"] if f["geometry"]]
    lost = [f["properties"] for f in cases["features"] if f["geometry"] is None]
    assert sum(one["code"] is None and one["source_code"] is not None for one in properties(cases)) >= 5
    assert sum(one["camera_id"] is None and bool(one["address"]) for one in lost) >= 5
    assert sum(one["camera_id"] is not None for one in lost) >= 10
    outside = [point for point, _ in placed if not town.covers(point)]
    assert any(point.distance(town) < 0.0002 for point in outside)
    assert any(point.distance(town) > 0.002 for point in outside)
    edges = shapely.union_all([face.boundary for code, face in shapes.items() if len(code) == 15])
    wide = [(point, one) for point, one in placed if (one["accuracy_m"] or 0) >= 40]
    assert sum(point.distance(edges) * 110_000 < one["accuracy_m"] for point, one in wide) >= 15


def test_cases_name_what_the_other_files_hold(
    cases: Layer, cameras: Layer, categories: list[dict[str, str]], source_codes: list[dict[str, str]]
) -> None:
    known = {(row["standard_ref"], row["kind"], row["code"]) for row in categories}
    vendor_of = {one["id"]: one["vendor"] for one in properties(cameras)}
    mapped = {(row["vendor"], row["vendor_code"]): row["code"] for row in source_codes}
    for one in properties(cases):
        if one["camera_id"]:
            assert one["source"] == "camera-ai"
            code = mapped.get((vendor_of[one["camera_id"]], one["source_code"]))
            assert one["source_code"] is None or code == one["code"]
        assert one["code"] is None or (one["standard_ref"], one["kind"], one["code"]) in known
        assert one["text"].startswith("【演示】")
    ids = {(one["source"], one["source_id"]) for one in properties(cases)}
    assert len(ids) == 600


def test_no_two_cases_are_duplicates_of_each_other(cases: Layer) -> None:
    placed = [(f["properties"], f["geometry"]["coordinates"]) for f in cases["features"] if f["geometry"]]
    for index, (one, (lon, lat)) in enumerate(placed):
        moment = datetime.fromisoformat(one["occurred_at"])
        for other, (lon2, lat2) in placed[max(0, index - 60) : index]:
            near = math.hypot((lon - lon2) * 94_800, (lat - lat2) * 110_900) < 50.0
            soon = moment - datetime.fromisoformat(other["occurred_at"]) < timedelta(hours=24)
            assert not (near and soon and one["code"] is not None and one["code"] == other["code"])
