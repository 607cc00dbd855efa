"""Cases come in as the file says they stand, each in the grid of its day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.cases.models import Alert, Case
from gridmap.geo.datum import Datum
from gridmap.grids.publishing import publish
from gridmap.journal.models import JournalEntry
from tests import town
from tests.desk.loading.conftest import Loads, case, collection, in_datum, reasons

SPOT = Point(town.spot(0.5, 0.5))
KEY: dict[str, Any] = {"standard_ref": town.STANDARD, "kind": "matter", "code": "06010"}


def only(session: Session) -> Case:
    return session.scalars(select(Case)).one()


def test_a_new_case_with_its_alert_and_its_route(tiny_town: Session, load: Loads) -> None:
    town.category(tiny_town, "06010", hours=4)
    facts = case(
        **KEY, address="一路1号", text="垃圾", received_at="2026-11-20T08:05:00+08:00", accuracy_m=10, media=[{"url": "a.jpg"}]
    )
    report = load("cases", collection([(SPOT, facts)]))
    assert reasons(report) == []
    assert report.new == 1
    made = only(tiny_town)
    assert made.grid_code == town.micro(1, 1)
    assert made.route["rule"] == "covers"
    assert made.location == SPOT
    assert made.received_at == datetime(2026, 11, 20, 0, 5, tzinfo=UTC)
    assert made.due_at == made.received_at + timedelta(hours=4)
    assert (made.state, made.address, made.text, made.media) == ("discovered", "一路1号", "垃圾", [{"url": "a.jpg"}])
    alert = tiny_town.scalars(select(Alert)).one()
    assert (alert.case_id, alert.relation, alert.payload) == (made.id, "opened", facts)
    event = tiny_town.scalars(select(JournalEntry).where(JournalEntry.topic == "cases")).one()
    assert (event.kind, event.data) == ("cases.loaded", {"new": 1, "unchanged": 0, "ids": [made.number]})


def test_what_is_on_record_stays_as_it_is(tiny_town: Session, load: Loads) -> None:
    load("cases", collection([(SPOT, case())]))
    other = case(text="changed", camera_id="unknown by now", occurred_at="2026-11-19T08:00:00+08:00")
    report = load("cases", collection([(SPOT, other), (Point(town.spot(1.5, 0.5)), case(2))]))
    assert (report.new, report.unchanged) == (1, 1)
    assert sorted(tiny_town.scalars(select(Case.text))) == ["", ""]


def test_each_case_finds_the_grids_of_its_day(tiny_town: Session, load: Loads) -> None:
    """The border between 11 and 12 moves north on 1 October; older cases south of it stay with 11's old shape."""
    west = {
        "m11": Polygon([town.spot(*at) for at in [(0, 0), (1, 0), (1, 1), (1, 1.5), (0, 1.5)]]),
        "m12": Polygon([town.spot(*at) for at in [(0, 1.5), (1, 1.5), (1, 2), (0, 2)]]),
        "m22": Polygon([town.spot(*at) for at in [(1, 1), (2, 1), (2, 2), (1, 2), (1, 1.5)]]),
    }
    publish(tiny_town, town.drafts(**west), actor="test", at=datetime(2026, 10, 1, tzinfo=UTC))
    moved = Point(town.spot(0.5, 1.2))
    days = {"before": "2025-06-01", "old": "2026-09-30", "new": "2026-10-02"}
    load("cases", collection([(moved, case(source_id=day, occurred_at=f"{date}T12:00:00+08:00")) for day, date in days.items()]))
    found = {case.source_id: case.grid_code for case in tiny_town.scalars(select(Case))}
    assert found == {"before": town.micro(1, 2), "old": town.micro(1, 2), "new": town.micro(1, 1)}


def test_a_camera_places_what_has_no_place(tiny_town: Session, load: Loads) -> None:
    camera = town.camera(tiny_town, at=(1.5, 1.5))
    load("cases", collection([(None, case(camera_id=camera.id)), (None, case(2))]))
    seen, lost = tiny_town.scalars(select(Case).order_by(Case.id))
    assert (seen.grid_code, seen.route["basis"]) == (town.micro(2, 2), "camera_view")
    assert (lost.grid_code, lost.route["rule"]) == (None, "unrouted")


def test_a_vendors_code_becomes_a_category(tiny_town: Session, load: Loads) -> None:
    known = town.category(tiny_town, vendor_code="890")
    camera = town.camera(tiny_town)
    rows = [
        (SPOT, case(1, source="dahua", source_code="890")),
        (SPOT, case(2, source_code="890", camera_id=camera.id)),
        (SPOT, case(3, source="dahua", source_code="999")),
        (SPOT, case(4, source="dahua", source_code=890)),
    ]
    assert not load("cases", collection(rows)).refuses
    assert list(tiny_town.scalars(select(Case.category_id).order_by(Case.id))) == [known.id, known.id, None, known.id]


def test_closed_cases(tiny_town: Session, load: Loads) -> None:
    report = load("cases", collection([(SPOT, case(state="已结案", closed_at="2026-11-21T08:00:00+08:00"))]))
    assert not report.refuses
    assert only(tiny_town).state == "closed"


@pytest.mark.parametrize(
    ("shape", "facts", "said"),
    [
        (SPOT, {"source": ""}, "source is missing"),
        (SPOT, {"source_id": None}, "source_id is missing"),
        (SPOT, {"occurred_at": None}, "occurred_at is missing"),
        (SPOT, {"occurred_at": "2026-11-20 08:00"}, "no time zone: write +08:00 behind '2026-11-20 08:00'"),
        (SPOT, {"occurred_at": "20/11/2026"}, "not a time: write 2026-11-22T08:30:00+08:00"),
        (SPOT, {"occurred_at": 1_760_000_000}, "not a time"),
        (SPOT, {"occurred_at": "2026-11-22T16:30:00+08:00"}, "future"),
        (SPOT, {"occurred_at": "9999-12-31T23:59:59-23:59"}, "can't be"),
        (SPOT, {"received_at": "2027-01-01T00:00:00Z"}, "future"),
        (SPOT, {**KEY, "code": "99999"}, "There is no category GB/T 47678.5-2026 matter 99999"),
        (SPOT, {"code": "06010"}, "kind is missing"),
        (SPOT, {**KEY, "kind": "thing"}, "component, matter"),
        (SPOT, {"camera_id": "31015100081326000099"}, "There is no camera 31015100081326000099"),
        (SPOT, {"state": "lost"}, "must be one of"),
        (SPOT, {"state": "closed"}, "closed_at is missing"),
        (SPOT, {"closed_at": "2026-11-21T08:00:00+08:00"}, "has no closed_at"),
        (SPOT, {"state": "void", "closed_at": "2026-11-19T08:00:00+08:00"}, "before it occurred"),
        (SPOT, {"accuracy_m": -1}, "accuracy_m must be"),
        (SPOT, {"text": "长" * 20_001}, "at most 20000"),
        (SPOT, {"media": "{"}, None),
        (SPOT, {"media": {"a": 1}}, "must be a list"),
        (SPOT, {"extra": "\0"}, "can't be kept"),
        (SPOT, {"extra": {"deep": ["\ud800"]}}, "can't be kept"),
        (SPOT, {"extra": 10**30}, "can't be kept"),
        (town.square(0, 0), {}, "Point, not a Polygon"),
        (Point(town.spot(4, 4)), {}, "outside of the town"),
    ],
)
def test_reasons(tiny_town: Session, load: Loads, shape: BaseGeometry | None, facts: dict[str, Any], said: str | None) -> None:
    report = load("cases", collection([(SPOT, case()), (shape, case(2, **facts))]))
    if said is None:
        assert reasons(report) == []
        return
    assert {line for line, _ in reasons(report)} == {2}, reasons(report)
    assert any(said in text for _, text in reasons(report)), reasons(report)
    assert tiny_town.scalar(select(func.count()).select_from(Case)) == 0
    assert tiny_town.scalar(select(func.count()).select_from(Alert)) == 0


def test_a_duplicate_names_the_first(tiny_town: Session, load: Loads) -> None:
    report = load("cases", collection([(SPOT, case()), (SPOT, case())]))
    assert reasons(report) == [(2, "test t-1 stands there already in 1")]


def test_cases_outside_of_the_town_may_be_kept(tiny_town: Session, load: Loads) -> None:
    report = load("cases", collection([(SPOT, case()), (Point(town.spot(3.5, 1)), case(2))]), keep_outside=True)
    assert not report.refuses
    assert "the furthest 474 m" in str(report.warnings[0])
    assert list(tiny_town.scalars(select(Case.grid_code).order_by(Case.id))) == [town.micro(1, 1), None]


def test_cases_of_cameras_nobody_knows_may_be_kept(tiny_town: Session, load: Loads) -> None:
    # The API takes such alerts, so an export holds them; on another machine they must go in again.
    stranger = "31015100081326000099"
    report = load("cases", collection([(SPOT, case(camera_id=stranger)), (None, case(2, camera_id=stranger))]), keep_outside=True)
    assert not report.refuses
    assert "2 cases name cameras" in str(report.warnings[0])
    kept = tiny_town.scalars(select(Case).order_by(Case.id)).all()
    assert [(one.grid_code, one.camera_id, one.route["unknown_camera"]) for one in kept] == [
        (town.micro(1, 1), stranger, stranger),
        (None, stranger, stranger),
    ]


def test_a_wrong_datum(tiny_town: Session, load: Loads) -> None:
    places = [in_datum(Point(town.spot(2.9, y / 10)), Datum.GCJ02) for y in range(1, 29)]
    report = load("cases", collection([(place, case(n)) for n, place in enumerate(places)]), keep_outside=True)
    assert "read as gcj02 it is 28" in reasons(report)[0][1]


def test_many_at_once(tiny_town: Session, load: Loads) -> None:
    told: list[tuple[str, int, int]] = []
    rows = [(Point(town.spot((n % 300) / 100, (n % 297) / 99)), case(n)) for n in range(12_000)]
    report = load("cases", collection(rows), progress=lambda *step: told.append(step))
    assert report.new == 12_000
    assert tiny_town.scalar(select(func.count()).where(Case.grid_code.is_not(None))) == 12_000
    event = tiny_town.scalars(select(JournalEntry).where(JournalEntry.topic == "cases")).one()
    assert len(event.data["ids"]) == 1000
    assert ("write", 12_000, 12_000) in told
    assert ("read", 10_000, 12_000) in told
