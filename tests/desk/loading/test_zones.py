"""Special zones from files: begun, changed, ended, or refused with the line and the reason."""

from typing import Any

import pytest
from shapely.geometry import Point, Polygon
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.cases.categories import zone_paths
from gridmap.cases.models import Case
from gridmap.desk.loading import zones
from gridmap.errors import Conflict
from gridmap.geo.datum import Datum
from gridmap.grids.models import Publication
from gridmap.grids.publishing import redraw
from gridmap.grids.zones import Zone
from tests import town, zoned
from tests.desk.incoming import NOW, alert, take
from tests.desk.loading.conftest import Loads, case, collection, in_datum, reasons

MARKET, SCHOOL = town.square(0.75, 0.75, width=0.5, height=0.5), town.square(2.1, 0.1, width=0.5, height=0.5)
CODE = f"{town.TOWN}Z001"


@pytest.fixture(autouse=True)
def two_categories(tiny_town: Session) -> None:
    town.category(tiny_town)
    town.category(tiny_town, "06011")


def facts(number: int | None = 1, **given: Any) -> dict[str, Any]:
    """A market's properties as a file has them."""
    code = f"{town.TOWN}Z{number:03d}" if number else ""
    usual = {"code": code, "name": "示例菜市场", "name_en": "Example market", "kind": "菜市场", "target": town.micro(3, 3)}
    return {**usual, "takes": [zoned.RUBBISH], **given}


def standing(session: Session) -> dict[str, tuple[Any, ...]]:
    rows = session.scalars(select(Zone).where(func.upper_inf(Zone.valid)))
    return {row.code: (row.name, row.kind, row.target_code, tuple(row.takes)) for row in rows}


def counts(report: Any) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.retired


def test_they_begin_and_take_the_open_cases(tiny_town: Session, load: Loads) -> None:
    take(tiny_town, [alert(1, at=(0.9, 0.9)), alert(2, at=(0.5, 0.5))])
    report = load("zones", collection([(MARKET, facts()), (SCHOOL, facts(None, name="示例小学", kind="school", takes=[]))]))
    assert (reasons(report), counts(report)) == ([], (2, 0, 0, 0))
    assert standing(tiny_town) == {
        CODE: ("示例菜市场", "market", town.micro(3, 3), (zoned.RUBBISH,)),
        f"{town.TOWN}Z002": ("示例小学", "school", town.micro(3, 3), ()),
    }
    tiny_town.expire_all()
    assert sorted(str(code) for code in tiny_town.scalars(select(Case.grid_code))) == [town.micro(1, 1), town.micro(3, 3)]


def test_the_same_again_is_no_publish_and_a_change_is_one(tiny_town: Session, load: Loads) -> None:
    load("zones", collection([(MARKET, facts()), (SCHOOL, facts(2))]))
    newest = tiny_town.scalar(select(func.max(Publication.id)))
    turned = Polygon(list(MARKET.exterior.coords)[::-1])  # Other formats turn rings round.
    as_api = facts(kind="market", takes=[{"standard_ref": town.STANDARD, "kind": "matter", "code": "06010"}])
    report = load("zones", collection([(turned, as_api), (SCHOOL, facts(2))]))
    assert counts(report) == (0, 0, 2, 0)
    assert tiny_town.scalar(select(func.max(Publication.id))) == newest
    report = load("zones", collection([(None, {"code": CODE, "target": town.micro(2, 2)})]))
    assert (reasons(report), counts(report)) == ([], (0, 1, 0, 0))
    assert standing(tiny_town)[CODE] == ("示例菜市场", "market", town.micro(2, 2), (zoned.RUBBISH,))
    assert tiny_town.scalar(select(func.max(Publication.id))) == (newest or 0) + 1


def test_what_others_published_while_the_file_was_read_is_not_undone(
    tiny_town: Session, load: Loads, monkeypatch: pytest.MonkeyPatch
) -> None:
    load("zones", collection([(MARKET, facts())]))

    def meanwhile(session: Session) -> set[str]:
        redraw(session, zoned.change(session, zoned.zone(takes=(zoned.PAPER,))), actor="somebody else")
        return zone_paths(session)

    monkeypatch.setattr(zones, "zone_paths", meanwhile)
    with pytest.raises(Conflict) as error:
        load("zones", collection([(None, {"code": CODE, "name": "另一个名字"})]))
    assert error.value.facts["codes"] == [CODE]


def test_what_the_file_leaves_out_ends_only_where_that_is_asked_for(tiny_town: Session, load: Loads) -> None:
    load("zones", collection([(MARKET, facts()), (SCHOOL, facts(2))]))
    assert counts(load("zones", collection([(SCHOOL, facts(2))]))) == (0, 0, 1, 0)
    assert counts(load("zones", collection([(MARKET, facts(3))]), retire=True)) == (1, 0, 0, 2)
    assert standing(tiny_town).keys() == {f"{town.TOWN}Z003"}
    report = load("zones", collection([(SCHOOL, facts(2))]))
    assert reasons(report) == [(1, f"{town.TOWN}Z002 is retired; codes are never used again")]


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09, Datum.CGCS2000])
def test_another_datum(tiny_town: Session, load: Loads, datum: Datum) -> None:
    load("zones", collection([(MARKET, facts()), (SCHOOL, facts(2))]))
    there = collection([(in_datum(MARKET, datum), facts()), (in_datum(SCHOOL, datum), facts(2))])
    assert counts(load("zones", there, datum=datum)) == (0, 0, 2, 0)
    if datum is not Datum.CGCS2000:
        line, reason = reasons(load("zones", there))[0]
        assert (line, "Wrong datum" in reason) == (0, True)


REFUSED: dict[str, tuple[Any, dict[str, Any], str]] = {
    "outside": (town.square(4, 4), {}, "lies outside of the town"),
    "over the border": (town.square(2.5, 2.5), {}, "reaches beyond the ground of the grids"),
    "a point": (Point(town.spot(1, 1)), {}, "must be a Polygon"),
    "no ground": (None, {}, "A zone needs a polygon"),
    "crosses itself": (Polygon([town.spot(0, 0), town.spot(1, 1), town.spot(1, 0), town.spot(0, 1)]), {}, "is broken"),
    "no such target": (MARKET, {"target": f"{town.village(1)}999"}, "no micro-grids in force"),
    "a village as target": (MARKET, {"target": town.village(1)}, "no micro-grids in force"),
    "no target": (MARKET, {"target": ""}, "target is missing"),
    "no kind": (MARKET, {"kind": "castle"}, "kind must be one of"),
    "no category": (MARKET, {"takes": [f"{town.STANDARD}/matter/99"]}, "There is no category"),
    "a bad code": (MARKET, {"code": "Z1"}, "is no code of a zone"),
    "another town": (MARKET, {"code": "310151998Z001"}, "is not of the town of"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_refused_by_line_and_nothing_goes_in(tiny_town: Session, load: Loads, why: str) -> None:
    shape, wrong, words = REFUSED[why]
    report = load("zones", collection([(SCHOOL, facts(2)), (shape, facts(**wrong))]))
    ((line, reason),) = reasons(report)
    assert (line, words in reason) == (2, True), reason
    assert standing(tiny_town) == {}


def test_a_column_that_was_forgotten_sends_no_case(tiny_town: Session, load: Loads) -> None:
    without = {name: value for name, value in facts().items() if name != "takes"}
    ((line, reason),) = reasons(load("zones", collection([(MARKET, without)])))
    assert (line, "leave its cell empty" in reason) == (1, True)


def test_two_that_take_the_same_and_a_code_twice(tiny_town: Session, load: Loads) -> None:
    over = town.square(1, 1, width=0.5, height=0.5)
    report = load("zones", collection([(MARKET, facts()), (over, facts(2, takes=[zoned.LARGE]))]))
    ((line, reason),) = reasons(report)
    assert (line, "take the same cases" in reason) == (2, True)
    assert counts(load("zones", collection([(MARKET, facts()), (over, facts(2, takes=[zoned.PAPER]))]))) == (2, 0, 0, 0)
    ((line, reason),) = reasons(load("zones", collection([(MARKET, facts()), (SCHOOL, facts())])))
    assert (line, "stands there already" in reason) == (2, True)


def test_a_table_with_chinese_columns(tiny_town: Session, load: Loads) -> None:
    head = "区域名称,区域类型,归属网格,案件类别,wkt,坐标系"
    text = f'{head}\n示例小学,学校,{town.micro(3, 3)},"{zoned.RUBBISH}；{zoned.PAPER}","{SCHOOL.wkt}",WGS84\n'
    report = load("zones", text, suffix=".csv", datum=Datum.WGS84)
    assert reasons(report) == []
    assert standing(tiny_town)[CODE] == ("示例小学", "school", town.micro(3, 3), (zoned.RUBBISH, zoned.PAPER))


def test_cases_from_a_file_heed_the_zones_of_their_day(tiny_town: Session, load: Loads) -> None:
    load("zones", collection([(MARKET, facts())]), valid_from=NOW.replace(year=2026, month=6))
    key = {"standard_ref": town.STANDARD, "kind": "matter", "code": "06010"}
    spot = Point(town.spot(0.9, 0.9))
    older = case(2, **key, occurred_at="2026-05-01T08:00:00+08:00", state="void", closed_at="2026-05-02T08:00:00+08:00")
    report = load("cases", collection([(spot, case(1, **key)), (spot, older), (spot, case(3))]))
    assert reasons(report) == []
    found = {row.source_id: row.grid_code for row in tiny_town.execute(select(Case.source_id, Case.grid_code))}
    assert found == {"t-1": town.micro(3, 3), "t-2": town.micro(1, 1), "t-3": town.micro(1, 1)}
