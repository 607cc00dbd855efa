"""What was exported and is loaded again changes nothing; loaded into an empty database it makes the same things."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gridmap.cases.models import Alert, Case
from gridmap.desk.loading.export import EXPORTS, export_file
from gridmap.desk.loading.load import load_file
from gridmap.desk.loading.report import Report
from gridmap.errors import Invalid
from gridmap.grids.publishing import publish, redraw
from gridmap.places.models import Camera, ServicePoint
from gridmap.places.views import sector
from tests import town, zoned
from tests.desk.loading.conftest import TERMS, Loads, camera, case, collection, reasons

FORMATS = [".geojson", ".gpkg", ".zip", ".csv", ".tsv", ".xlsx"]
TABLES = [".csv", ".tsv", ".xlsx"]
FORMULA = '=HYPERLINK("http://example.invalid","+1")'


@pytest.fixture
def furnished(tiny_town: Session, load: Loads) -> Session:
    """The tiny town with two of everything, plain and awkward."""
    town.category(tiny_town, vendor_code="890")
    town.camera(tiny_town, 1, at=(1 / 3, 2 / 3), last_heard_at=datetime(2026, 11, 20, 1, 2, 3, 456789, tzinfo=UTC))
    town.camera(tiny_town, 2, bearing_deg=None, name='-1,"逗号"\n换行', name_en="@x", vendor="'=x")
    town.service_point(tiny_town, 1, services=["a;b", "丙"], address="+86")
    town.service_point(tiny_town, 2, services=[], name=FORMULA)
    far = [town.square(x, 2.1, width=1 / 7, height=1 / 7) for x in (0.1, 1.1)]
    zones = [zoned.zone(name=FORMULA), zoned.zone(2, MultiPolygon(far), takes=(zoned.LARGE, zoned.RUBBISH), kind="school")]
    redraw(tiny_town, zoned.change(tiny_town, *zones), actor="test")
    key = {"standard_ref": town.STANDARD, "kind": "matter", "code": "06010"}
    rows = [
        (Point(town.spot(0.5, 0.5)), case(1, **key, text=FORMULA, accuracy_m=12.5)),
        (None, case(2, state="void", closed_at="2026-11-21T08:00:00.123456+08:00", media=[{"url": "a.jpg", "n": 1}])),
    ]
    assert reasons(load("cases", collection(list(rows)))) == []
    tiny_town.flush()
    return tiny_town


def _loaded(session: Session, layer: str, path: Path) -> Report:
    return load_file(session, layer, path, datum=None, terms=replace(TERMS, keep_outside=True))


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("layer", ["grids", "zones", "cameras", "service-points", "cases"])
def test_nothing_changes(furnished: Session, tmp_path: Path, layer: str, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    count = export_file(furnished, layer, path)
    report = _loaded(furnished, layer, path)
    assert reasons(report) == []
    assert (report.total, report.new, report.changed, report.unchanged) == (count, 0, 0, count)
    assert count == {"grids": 13}.get(layer, 2)


@pytest.mark.parametrize("suffix", TABLES)
@pytest.mark.parametrize("layer", ["categories", "time-limits", "source-codes"])
def test_nothing_changes_in_the_tables(furnished: Session, tmp_path: Path, layer: str, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    assert export_file(furnished, layer, path) == 1
    report = _loaded(furnished, "categories", path)
    assert (reasons(report), report.unchanged) == ([], 1)


@pytest.mark.parametrize("suffix", FORMATS)
def test_made_anew_they_are_the_same(furnished: Session, tmp_path: Path, suffix: str) -> None:
    def state() -> list[object]:
        cameras = [
            (c.id, c.name, c.name_en, c.vendor, c.location.wkt, c.view and c.view.wkt)
            for c in furnished.scalars(select(Camera).order_by(Camera.id))
        ]
        points = [
            (p.code, p.name, p.address, p.services, p.location.wkt)
            for p in furnished.scalars(select(ServicePoint).order_by(ServicePoint.code))
        ]
        rows = furnished.scalars(select(Case).order_by(Case.source_id))
        cases = [
            (
                c.source_id,
                c.text,
                c.location and c.location.wkt,
                c.state,
                c.occurred_at,
                c.closed_at,
                c.media,
                c.due_at,
                c.category_id,
            )
            for c in rows
        ]
        return [cameras, points, cases]

    before = state()
    for layer in ("cameras", "service-points", "cases"):
        export_file(furnished, layer, tmp_path / f"{layer}{suffix}")
    for model in (Alert, Case, Camera, ServicePoint):
        furnished.execute(delete(model))
    furnished.expire_all()
    for layer in ("cameras", "service-points", "cases"):
        assert _loaded(furnished, layer, tmp_path / f"{layer}{suffix}").new == 2
    assert state() == before


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("turned", [False, True])
def test_a_cameras_case_is_still_its_cameras(tiny_town: Session, load: Loads, tmp_path: Path, suffix: str, turned: bool) -> None:
    """Its view reaches into the next grid, so that only the view can tell that the route is in doubt."""
    sees = town.camera(tiny_town, 1, at=(0.5, 0.95))
    blind = town.camera(tiny_town, 2, at=(0.5, 0.5), bearing_deg=None)
    load("cases", collection([(None, case(1, camera_id=sees.id)), (None, case(2, camera_id=blind.id))]))

    def routes() -> list[dict[str, Any]]:
        return list(tiny_town.scalars(select(Case.route).order_by(Case.source_id)))

    before = routes()
    assert [(route["basis"], route["ambiguous"]) for route in before] == [("camera_view", True), ("camera_pole", False)]
    export_file(tiny_town, "cases", tmp_path / f"x{suffix}")
    tiny_town.execute(delete(Alert))
    tiny_town.execute(delete(Case))
    if turned:
        sees.view = blind.view = sector(*town.spot(2.5, 2.5), 0, 60, 100)
        tiny_town.flush()
    assert _loaded(tiny_town, "cases", tmp_path / f"x{suffix}").new == 2
    assert [route["basis"] for route in routes()] == (["location"] * 2 if turned else ["camera_view", "camera_pole"])
    assert [route["grid"] for route in routes()] == [route["grid"] for route in before]
    if not turned:
        assert routes() == before


def test_grids_of_a_past_moment(furnished: Session, tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    assert export_file(furnished, "grids", path, at=datetime(2025, 1, 1, tzinfo=UTC)) == 0
    assert export_file(furnished, "grids", path, at=datetime(2026, 1, 2, tzinfo=UTC)) == 13
    with pytest.raises(Invalid, match="--at"):
        export_file(furnished, "cases", path, at=datetime(2026, 1, 2, tzinfo=UTC))


def test_one_feature_a_line(furnished: Session, tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    export_file(furnished, "grids", path)
    lines = path.read_text().splitlines()
    assert sum(line.startswith('{"type":"Feature"') for line in lines) == 13
    assert '"datum":"wgs84",' in lines


def test_csv_holds_no_formula(furnished: Session, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    export_file(furnished, "service-points", path)
    text = path.read_text("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert ",=HYPERLINK" not in text
    assert "'+86" in text


def test_excel_holds_no_formula(furnished: Session, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    export_file(furnished, "service-points", path)
    cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]  # type: ignore[union-attr]  # it has a sheet
    assert {cell.data_type for cell in cells if cell.value == FORMULA} == {"s"}
    assert "f" not in {cell.data_type for cell in cells}


def test_places_only_where_there_are_some(furnished: Session, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no places"):
        export_file(furnished, "categories", tmp_path / "x.geojson")
    with pytest.raises(Invalid, match=r"\.pdf"):
        export_file(furnished, "grids", tmp_path / "x.pdf")
    assert not list(tmp_path.glob("x.*")) + list(tmp_path.glob(".*"))


def test_a_failed_export_leaves_the_old_file(furnished: Session, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_text("old")
    furnished.add(Camera(id=camera(9)["id"], name="长" * 100, location=Point(town.spot(1, 1))))
    with pytest.raises(Invalid, match="254"):
        export_file(furnished, "cameras", path)
    assert path.read_text() == "old"
    assert not list(tmp_path.glob(".*"))


def test_islands_and_holes(session: Session, tmp_path: Path) -> None:
    """A micro-grid with an island, around another one."""
    inner = town.square(0.4, 0.4, width=0.2, height=0.2)
    ring = Polygon(town.square(0, 0).exterior.coords, [inner.exterior.coords])
    island = town.square(1.5, 1.5, width=0.2, height=0.2)
    drafts = [draft for draft in town.drafts() if draft.code in (town.TOWN, town.village(1), town.micro(1, 1), town.micro(1, 2))]
    shapes = {town.micro(1, 1): MultiPolygon([ring, island]), town.micro(1, 2): inner}
    publish(session, [replace(draft, shape=shapes.get(draft.code)) for draft in drafts], actor="test", at=town.FOUNDED)
    for suffix in FORMATS:
        export_file(session, "grids", tmp_path / f"x{suffix}")
        assert _loaded(session, "grids", tmp_path / f"x{suffix}").unchanged == 4


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).map(str.strip)
cameras = st.fixed_dictionaries(
    {
        "at": st.tuples(st.floats(0, 3), st.floats(0, 3)),
        "name": words.filter(bool),
        "name_en": words,
        "vendor": words,
        "bearing_deg": st.floats(0, 360, exclude_max=True),
    }
)


@pytest.mark.parametrize("suffix", [".geojson", ".csv", ".tsv", ".xlsx", ".gpkg"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)
@given(facts=cameras)
def test_any_camera(tiny_town: Session, tmp_path: Path, suffix: str, facts: dict[str, Any]) -> None:
    with tiny_town.begin_nested() as savepoint:
        town.camera(tiny_town, **facts)
        path = tmp_path / f"x{suffix}"
        export_file(tiny_town, "cameras", path)
        report = _loaded(tiny_town, "cameras", path)
        assert reasons(report) == []
        assert report.unchanged == 1
        savepoint.rollback()


def test_every_layer_can_be_exported() -> None:
    places = ("grids", "zones", "cameras", "service-points", "cases", "categories", "time-limits", "source-codes")
    assert (*places, "households", "owners", "post-kinds", "duty-kinds", "departments", "people", "rosters") == EXPORTS
