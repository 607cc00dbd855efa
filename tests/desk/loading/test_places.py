"""Cameras and service points: added, changed, or refused with a reason."""

import random
from typing import Any

import pytest
from shapely.geometry import MultiPoint, Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.geo.datum import Datum
from gridmap.journal.models import JournalEntry
from gridmap.places.models import Camera, ServicePoint
from gridmap.places.views import sector
from tests import town
from tests.desk.loading.conftest import Loads, camera, collection, in_datum, reasons

MIDDLE = Point(town.spot(1.5, 1.5))


def service_point(number: int = 1, **facts: Any) -> dict[str, Any]:
    return {"code": f"{town.micro(1, number)}-01", "name": f"服务点{number}", "services": ["consultation"]} | facts


def events(session: Session, topic: str) -> list[JournalEntry]:
    return list(session.scalars(select(JournalEntry).where(JournalEntry.topic == topic).order_by(JournalEntry.id)))


def test_a_new_camera_gets_its_view(tiny_town: Session, load: Loads) -> None:
    report = load("cameras", collection([(MIDDLE, camera(last_heard_at="2026-11-22T15:00:00+08:00"))]))
    assert reasons(report) == []
    assert report.new == 1
    made = tiny_town.scalars(select(Camera)).one()
    assert made.location == MIDDLE
    assert made.view == sector(MIDDLE.x, MIDDLE.y, 90, 60, 100)
    assert made.last_heard_at is not None
    (event,) = events(tiny_town, "cameras")
    assert event.kind == "cameras.loaded"
    assert event.data == {"new": 1, "changed": 0, "unchanged": 0, "ids": [made.id]}


def test_a_camera_that_does_not_say_where_it_looks_has_no_view(tiny_town: Session, load: Loads) -> None:
    load("cameras", collection([(MIDDLE, camera(bearing_deg=None)), (MIDDLE, camera(2, view_range_m=0))]))
    assert [made.view for made in tiny_town.scalars(select(Camera))] == [None, None]


def test_the_same_again_changes_nothing_and_tells_nobody(tiny_town: Session, load: Loads) -> None:
    text = collection([(MIDDLE, camera(n)) for n in range(1, 4)])
    load("cameras", text)
    report = load("cameras", text)
    assert (report.new, report.changed, report.unchanged) == (0, 0, 3)
    assert len(events(tiny_town, "cameras")) == 1


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09, Datum.CGCS2000])
def test_the_same_in_another_datum_changes_nothing(tiny_town: Session, load: Loads, datum: Datum) -> None:
    places = [(Point(town.spot(n / 7, n / 9)), camera(n)) for n in range(1, 20)]
    load("cameras", collection(places))
    report = load("cameras", collection([(in_datum(place, datum), facts) for place, facts in places]), datum=datum)
    assert (reasons(report), report.unchanged) == ([], 19)


def test_a_turned_camera_is_changed_and_looks_elsewhere(tiny_town: Session, load: Loads) -> None:
    load("cameras", collection([(MIDDLE, camera()), (MIDDLE, camera(2))]))
    report = load("cameras", collection([(MIDDLE, camera(bearing_deg=-90)), (MIDDLE, camera(2))]))
    assert (report.changed, report.unchanged) == (1, 1)
    turned = tiny_town.get_one(Camera, camera()["id"])
    assert turned.bearing_deg == 270
    assert turned.view is not None
    assert turned.view.equals_exact(sector(MIDDLE.x, MIDDLE.y, 270, 60, 100), tolerance=1e-12)


def test_columns_that_are_missing_keep_what_is_known(tiny_town: Session, load: Loads) -> None:
    load("cameras", collection([(MIDDLE, camera(vendor="dahua"))]))
    report = load("cameras", collection([(MIDDLE, {"id": camera()["id"], "name": "新名"})]))
    assert report.changed == 1
    made = tiny_town.get_one(Camera, camera()["id"])
    assert (made.name, made.vendor, made.state, made.bearing_deg) == ("新名", "dahua", "online", 90)
    assert made.view is not None


def test_two_columns_that_mean_the_same(tiny_town: Session, load: Loads) -> None:
    report = load("cameras", collection([(MIDDLE, camera() | {"设备名称": "别名"})]))
    assert reasons(report) == [(0, "These columns mean the same: name, 设备名称")]


def test_features_with_different_properties(tiny_town: Session, load: Loads) -> None:
    bare = {"id": camera(2)["id"], "name": "二"}
    assert load("cameras", collection([(MIDDLE, camera()), (MIDDLE, bare), (MIDDLE, camera(3, vendor="x"))])).new == 3


@pytest.mark.parametrize(
    ("shape", "facts", "said"),
    [
        (MIDDLE, {"id": "123"}, "A GB/T 28181 id has 20 digits, got '123'"),
        (MIDDLE, {"id": "99015100081326000001"}, "county code"),
        (MIDDLE, {"id": 31015100081326000001}, None),
        (MIDDLE, {"id": 3.1015100081326e19}, "lost digits"),
        (MIDDLE, {"id": "3.10151E+19"}, "lost digits"),
        (MIDDLE, {"id": None}, "id is missing"),
        (MIDDLE, {"bearing_deg": "north"}, "bearing_deg must be a number"),
        (MIDDLE, {"bearing_deg": 400}, "from -360 to 360"),
        (MIDDLE, {"view_angle_deg": -1}, "view_angle_deg must be"),
        (MIDDLE, {"view_range_m": 1e9}, "view_range_m must be"),
        (MIDDLE, {"state": "broken"}, "online, offline, unknown"),
        (MIDDLE, {"last_heard_at": "2026-11-22T15:00:00"}, "no time zone: write +08:00 behind"),
        (MIDDLE, {"last_heard_at": "yesterday"}, "not a time"),
        (MIDDLE, {"last_heard_at": "2027-01-01T00:00:00Z"}, "future"),
        (MIDDLE, {"last_heard_at": "0001-01-01T00:00:00+08:00"}, "can't be"),
        (MIDDLE, {"name": ["a"]}, "must be text"),
        (MIDDLE, {"name": "\ud800"}, "characters that are none"),
        (None, {}, "no place"),
        (MultiPoint([MIDDLE]), {}, None),
        (MultiPoint([MIDDLE, MIDDLE]), {}, "Point, not a MultiPoint"),
        (town.square(0, 0), {}, "Point, not a Polygon"),
        (Point(town.spot(4, 1.5)), {}, "lies outside of the town, 949 m from its border"),
        (Point(31.615, 121.415), {}, "swapped"),
    ],
)
def test_reasons(tiny_town: Session, load: Loads, shape: BaseGeometry | None, facts: dict[str, Any], said: str | None) -> None:
    report = load("cameras", collection([(MIDDLE, camera(7)), (shape, camera(8, **facts))]))
    if said is None:
        assert reasons(report) == []
        return
    assert [line for line, _ in reasons(report)] == [2], reasons(report)
    assert said in reasons(report)[0][1]
    assert tiny_town.scalar(select(func.count()).select_from(Camera)) == 0


def test_a_few_metres_outside_still_belong_to_the_town(tiny_town: Session, load: Loads) -> None:
    assert not load("cameras", collection([(Point(town.spot(3.02, 1.5)), camera())])).refuses
    assert load("cameras", collection([(Point(town.spot(3.05, 1.5)), camera(2))])).refuses


def test_a_duplicate_names_the_first(tiny_town: Session, load: Loads) -> None:
    report = load("cameras", collection([(MIDDLE, camera()), (MIDDLE, camera(2)), (MIDDLE, camera())]))
    assert reasons(report) == [(3, f"{camera()['id']} stands there already in 1")]


def test_without_a_town_nothing_can_be_compared(session: Session, load: Loads) -> None:
    report = load("cameras", collection([(MIDDLE, camera())]))
    assert not report.refuses
    assert "No grids are in force" in str(report.warnings[0])


def spread(count: int) -> list[Point]:
    chance = random.Random(1)
    return [Point(town.spot(chance.uniform(0, 3), chance.uniform(0, 3))) for _ in range(count)]


@pytest.mark.parametrize("truth", [Datum.GCJ02, Datum.BD09])
def test_a_wrong_datum_is_found_out_by_the_towns_outline(tiny_town: Session, load: Loads, truth: Datum) -> None:
    """Most of the places still fall into the town; that more of them do under the other datum gives it away."""
    there = [(in_datum(point, truth), camera(n)) for n, point in enumerate(spread(60), start=1)]
    report = load("cameras", collection(there), datum=Datum.WGS84)
    line, text = reasons(report)[0]
    assert line == 0
    assert "60 of 60 places lie in the town" not in text
    assert f"read as {truth} it is 60" in text
    right = load("cameras", collection(there), datum=truth)
    assert (right.refused, right.new) == ([], 60)


def test_a_wrong_datum_the_other_way_round(tiny_town: Session, load: Loads) -> None:
    there = [(point, camera(n)) for n, point in enumerate(spread(60), start=1)]
    text = reasons(load("cameras", collection(there), datum=Datum.GCJ02))[0][1]
    assert "read as wgs84 it is 60" in text


def test_a_wrong_datum_is_found_out_by_where_things_are_known_to_stand(tiny_town: Session, load: Loads) -> None:
    """All of them well inside the town under either datum: only what is on record can tell."""
    inside = [(Point(town.spot(1 + n / 10, 1.5)), camera(n)) for n in range(1, 6)]
    load("cameras", collection(inside))
    moved = [(in_datum(point, Datum.GCJ02), facts) for point, facts in inside]
    text = reasons(load("cameras", collection(moved)))[0][1]
    assert "(5 compared)" in text
    assert "read as gcj02" in text


def test_a_few_strays_do_not_make_a_datum_wrong(tiny_town: Session, load: Loads) -> None:
    places = [*spread(200), Point(town.spot(3.3, 1.5)), Point(town.spot(-2, -2))]
    report = load("cameras", collection([(point, camera(n)) for n, point in enumerate(places, start=1)]))
    assert [line for line, _ in reasons(report)] == [201, 202]


def test_everything_far_away_is_just_outside(tiny_town: Session, load: Loads) -> None:
    report = load("cameras", collection([(Point(116.4 + n / 100, 39.9), camera(n)) for n in range(1, 4)]))
    assert [line for line, _ in reasons(report)] == [1, 2, 3]


def test_service_points(tiny_town: Session, load: Loads) -> None:
    text = collection([(MIDDLE, service_point(1)), (MIDDLE, service_point(2, services=None))])
    assert load("service-points", text).new == 2
    assert load("service-points", text).unchanged == 2
    report = load("service-points", collection([(MIDDLE, service_point(1, phone="021-5550-0001", services=["a", "b"]))]))
    assert report.changed == 1
    made = tiny_town.get_one(ServicePoint, service_point(1)["code"])
    assert (made.phone, made.services) == ("021-5550-0001", ["a", "b"])
    assert [event.kind for event in events(tiny_town, "service-points")] == ["service-points.loaded"] * 2


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"code": f"{town.TOWN}999001-01"}, f"There is no grid {town.TOWN}999001"),
        ({"code": ""}, "code is missing"),
        ({"services": 7}, "must be a list"),
        ({"services": [7]}, "list of words"),
        ({"services": "[1,"}, "not a list"),
        ({"name": None}, "name is missing"),
        ({"address": "长" * 501}, "at most 500"),
    ],
)
def test_reasons_of_service_points(tiny_town: Session, load: Loads, facts: dict[str, Any], said: str) -> None:
    report = load("service-points", collection([(MIDDLE, service_point(2)), (MIDDLE, service_point(1, **facts))]))
    assert len(report.refused) == 1, reasons(report)
    assert reasons(report)[0][0] == 2
    assert said in reasons(report)[0][1]


def test_services_in_a_cell(tiny_town: Session, load: Loads) -> None:
    lines = '编号,名称,服务项目,经度,纬度\nSP-1,一,咨询；调解、阅览,{0},{1}\nSP-2,二,"[""a;b""]",{0},{1}\nSP-3,三,,{0},{1}\n'
    report = load("service-points", lines.format(MIDDLE.x, MIDDLE.y).encode("gbk"), suffix=".csv")
    assert reasons(report) == []
    services = [point.services for point in tiny_town.scalars(select(ServicePoint).order_by(ServicePoint.code))]
    assert services == [["咨询", "调解", "阅览"], ["a;b"], []]
