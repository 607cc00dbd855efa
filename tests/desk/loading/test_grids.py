"""Grids come in whole or not at all, and every reason names its feature."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.errors import Conflict, Invalid
from gridmap.geo.datum import Datum
from gridmap.grids.change import GridDraft
from gridmap.grids.models import Boundary, Grid, Publication
from gridmap.journal.models import JournalEntry
from tests import town
from tests.desk.loading.conftest import Feature, Loads, collection, in_datum, reasons
from tests.desk.loading.tables import NOW


def features(drafts: list[GridDraft] | None = None) -> list[Feature]:
    made: list[Feature] = []
    for draft in drafts if drafts is not None else town.drafts():
        facts = {"code": draft.code, "name": draft.name, "name_en": draft.name_en, "head_name": draft.head_name}
        made.append((draft.shape, facts))
    return made


def changed(which: str, *, shape: BaseGeometry | None = None, **facts: Any) -> list[Feature]:
    return [
        (shape if f["code"] == which and shape is not None else s, f | facts if f["code"] == which else f) for s, f in features()
    ]


def line_of(code: str) -> int:
    return next(i for i, (_, facts) in enumerate(features(), start=1) if facts["code"] == code)


def test_an_empty_database_gets_a_town(session: Session, load: Loads) -> None:
    report = load("grids", collection(features()))
    assert reasons(report) == []
    assert (report.total, report.new, report.changed, report.unchanged, report.retired) == (13, 13, 0, 0, 0)
    assert session.scalar(select(func.count()).select_from(Boundary)) == 13
    entry = session.scalars(select(JournalEntry)).one()
    assert (entry.topic, entry.kind, entry.actor) == ("grids", "grids.published", "test")


def test_the_same_again_changes_nothing(tiny_town: Session, load: Loads) -> None:
    report = load("grids", collection(features()))
    assert (report.new, report.changed, report.unchanged, report.retired) == (0, 0, 13, 0)
    assert tiny_town.scalar(select(func.count()).select_from(Publication)) == 1


def test_valid_from_and_note(session: Session, load: Loads) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    load("grids", collection(features()), valid_from=at, note="第一次")
    publication = session.scalars(select(Publication)).one()
    assert (publication.at, publication.note, publication.actor) == (at, "第一次", "test")
    with pytest.raises(Conflict):
        load("grids", collection(changed(town.micro(1, 1), name="改名")), valid_from=at - timedelta(days=1))


def test_a_moved_border_and_a_new_name_are_changes(tiny_town: Session, load: Loads) -> None:
    drafts = town.drafts(m11=town.square(0, 0, height=0.5), m12=town.square(0, 0.5, height=1.5))
    report = load("grids", collection(features(drafts)), valid_from=NOW)
    # The neighbours to the east lack the corner at (1, 0.5), which they must share.
    assert report.refuses
    nodes = {"m21": Polygon([town.spot(1, 0), town.spot(2, 0), town.spot(2, 1), town.spot(1, 1), town.spot(1, 0.5)])}
    drafts = town.drafts(
        m11=town.square(0, 0, height=0.5),
        m12=Polygon([town.spot(*at) for at in [(0, 0.5), (1, 0.5), (1, 1), (1, 2), (0, 2)]]),
        **nodes,
    )
    report = load("grids", collection(features(drafts)), valid_from=NOW)
    assert reasons(report) == []
    # Also the town and two villages: the first village's outline has a corner less, no more ground.
    assert report.new == 0
    assert report.changed >= 3
    report = load(
        "grids", collection([(s, f | ({"head_name": "示例甲"} if f["code"] == town.TOWN else {})) for s, f in features(drafts)])
    )
    assert (report.changed, report.unchanged) == (1, 12)
    assert tiny_town.get_one(Grid, town.TOWN).head_name == "示例甲"


def test_columns_that_are_missing_keep_what_is_known(tiny_town: Session, load: Loads) -> None:
    bare = [(shape, {"code": facts["code"], "name": facts["name"]}) for shape, facts in features()]
    report = load("grids", collection(bare))
    assert report.unchanged == 13
    assert tiny_town.get_one(Grid, town.TOWN).head_name == "示例总网格长"


def test_what_the_file_leaves_out_is_retired_only_when_that_is_meant(tiny_town: Session, load: Loads) -> None:
    left = [(shape, facts) for shape, facts in features() if not facts["code"].startswith(town.village(3))]
    text = reasons(load("grids", collection(left)))[0][1]
    assert text.startswith("4 grids in force are not in the file")
    assert "--retire" in text
    assert tiny_town.get_one(Grid, town.micro(3, 1)).retired_at is None
    report = load("grids", collection(left), retire=True)
    assert report.retired == 4
    assert town.village(3) in str(report.warnings[0])
    tiny_town.expire_all()
    assert tiny_town.get_one(Grid, town.micro(3, 1)).retired_at is not None
    again = load("grids", collection(features()))
    assert (line_of(town.village(3)), f"{town.village(3)} is retired; codes are never used again") in reasons(again)


def test_a_village_without_micro_grids(load: Loads) -> None:
    bare: list[Feature] = [*features(), (None, {"code": f"{town.TOWN}209", "name": "空村"})]
    assert reasons(load("grids", collection(bare))) == [(0, f"These have no micro-grid: {town.TOWN}209")]


def test_other_towns_stay_as_they_are(tiny_town: Session, load: Loads) -> None:
    there = [("310151998", None), ("310151998201", None), ("310151998201001", shapely.box(121.5, 31.6, 121.51, 31.61))]
    report = load("grids", collection([(shape, {"code": code, "name": "别处"}) for code, shape in there]))
    assert (report.new, report.retired) == (3, 0)
    assert tiny_town.scalar(select(func.count()).where(Grid.retired_at.is_(None))) == 16


def test_the_parents_may_be_left_out_once_they_are_known(tiny_town: Session, load: Loads) -> None:
    micros = [(shape, facts) for shape, facts in features() if shape is not None]
    report = load("grids", collection(micros))
    assert (report.unchanged, report.retired) == (9, 0)


def test_unknown_parents(load: Loads) -> None:
    report = load("grids", collection([(town.square(0, 0), {"code": town.micro(1, 1), "name": "一"})]))
    assert reasons(report) == [(1, f"Its parent {town.village(1)} is neither in the file nor in force")]


def test_a_gap_has_its_place_and_its_size(load: Loads) -> None:
    report = load("grids", collection(changed(town.micro(2, 2), shape=town.square(1, 1, width=0.9))))
    gap = next(text for _, text in reasons(report) if text.startswith("A gap"))
    assert f"{town.SOUTH + 1.5 * town.CELL:.3f}" in gap
    metres = float(gap.split("gap of ")[1].split(" m²")[0].replace(",", ""))
    assert metres == pytest.approx(0.1 * 948 * 1109, rel=0.01)


def test_an_overlap_has_its_place_and_its_size(load: Loads) -> None:
    report = load("grids", collection(changed(town.micro(3, 3), shape=town.square(1.9, 2, width=1.1))))
    concerned = f"between {town.micro(2, 3)}, {town.micro(3, 3)}"
    line, text = next((line, text) for line, text in reasons(report) if text.startswith("An overlap") and concerned in text)
    assert line == line_of(town.micro(2, 3))
    assert float(text.split("overlap of ")[1].split(" m²")[0].replace(",", "")) == pytest.approx(0.1 * 948 * 1109, rel=0.01)


BOW_TIE = Polygon([town.spot(0, 0), town.spot(1, 1), town.spot(1, 0), town.spot(0, 1)])


@pytest.mark.parametrize(
    ("shape", "facts", "said"),
    [
        (BOW_TIE, {}, "The polygon is broken: Self-intersection[121.405 31.605"),
        (Point(121.4, 31.6), {}, "Polygon or MultiPolygon, not a Point"),
        (None, {"code": "31015199920100"}, "9, 12 or 15 digits"),
        (None, {"code": None}, "code is missing"),
        (None, {"code": True}, "must be text"),
        (None, {"code": 3.1015e20}, "lost digits"),
        (None, {"name": ""}, "name is missing"),
        (None, {"name": "长" * 201}, "at most 200"),
        (None, {"name": "\0"}, "characters that are none"),
        (None, {"level": "village"}, "is the code of a micro, not of a village"),
        (None, {"level": "大网格"}, "must be one of"),
        (None, {"parent": town.village(2)}, f"is {town.village(1)}, not {town.village(2)}"),
        (None, {"code": town.micro(1, 2)}, "stands there already in"),
    ],
)
def test_one_bad_feature_keeps_the_file_out(
    session: Session, load: Loads, shape: BaseGeometry | None, facts: dict[str, Any], said: str
) -> None:
    report = load("grids", collection(changed(town.micro(1, 1), shape=shape, **facts)))
    lines = {line for line, text in reasons(report) if said in text}
    assert lines <= {line_of(town.micro(1, 1)), line_of(town.micro(1, 2))}
    assert lines, reasons(report)
    assert session.scalar(select(func.count()).select_from(Grid)) == 0


def test_a_micro_grid_without_a_polygon(load: Loads) -> None:
    bare = [(None if facts["code"] == town.micro(1, 1) else shape, facts) for shape, facts in features()]
    assert reasons(load("grids", collection(bare))) == [(line_of(town.micro(1, 1)), "A micro-grid needs a polygon")]


def test_a_duplicate_names_the_first(load: Loads) -> None:
    report = load("grids", collection([*features(), features()[4]]))
    assert reasons(report) == [(14, f"{town.micro(1, 1)} stands there already in 5")]


@pytest.mark.parametrize("truth", [Datum.GCJ02, Datum.BD09])
def test_a_wrong_datum_is_found_out_by_the_centres(tiny_town: Session, load: Loads, truth: Datum) -> None:
    there = [(shape and in_datum(shape, truth), facts) for shape, facts in features()]
    report = load("grids", collection(there), datum=Datum.WGS84)
    line, text = reasons(report)[0]
    assert line == 0
    assert "Wrong datum?" in text
    assert f"read as {truth}" in text
    assert load("grids", collection(there), datum=truth).refused == []


def test_a_wrong_datum_of_a_town_redrawn_with_new_codes_is_found_out_by_its_outline(tiny_town: Session, load: Loads) -> None:
    moved = [(in_datum(shape, Datum.GCJ02), facts) for shape, facts in features() if shape is not None]
    report = load(
        "grids", collection([(shape, facts | {"code": f"{facts['code'][:12]}9{facts['code'][13:]}"}) for shape, facts in moved])
    )
    assert "read as gcj02" in reasons(report)[0][1]


def test_grids_in_gcj02_become_the_same_grids(tiny_town: Session, load: Loads) -> None:
    there = [(shape and in_datum(shape, Datum.GCJ02), facts) for shape, facts in features()]
    report = load("grids", collection(there), datum=Datum.GCJ02)
    assert (report.changed, report.unchanged) == (0, 13)


def test_a_village_drawn_otherwise_than_its_micro_grids(load: Loads) -> None:
    drawn = [(town.square(0, 0, height=2) if facts["code"] == town.village(1) else shape, facts) for shape, facts in features()]
    report = load("grids", collection(drawn))
    assert not report.refuses
    assert f"The polygon given for {town.village(1)} differs from the union" in str(report.warnings[0])
    right = [(town.square(0, 0, height=3) if facts["code"] == town.village(1) else shape, facts) for shape, facts in features()]
    assert load("grids", collection(right)).warnings == []


def test_a_town_in_two_parts_is_worth_a_word(load: Loads) -> None:
    island = MultiPolygon([town.square(0, 0), town.square(5, 5)])
    report = load("grids", collection(changed(town.micro(1, 1), shape=island)))
    assert not report.refuses
    assert "falls into 2 parts" in str(report.warnings[0])


def test_columns_that_mean_nothing_are_told(load: Loads) -> None:
    report = load("grids", collection([(shape, facts | {"颜色": "红"}) for shape, facts in features()]))
    assert "颜色" in str(report.warnings[0])


def test_chinese_columns(load: Loads) -> None:
    said = {"code": "网格编码", "name": "网格名称", "head_name": "网格长", "name_en": "英文名"}
    chinese = [(shape, {said[key]: value for key, value in facts.items()} | {"级别": None}) for shape, facts in features()]
    assert load("grids", collection(chinese)).new == 13


def test_an_empty_file_retires_nothing(tiny_town: Session, load: Loads) -> None:
    report = load("grids", collection([]))
    assert report.total == 0
    assert tiny_town.scalar(select(func.count()).where(Grid.retired_at.is_not(None))) == 0


def test_no_datum_no_load(load: Loads) -> None:
    with pytest.raises(Invalid, match="name the datum"):
        load("grids", collection(features()), datum=None)
    assert load("grids", collection(features(), datum="wgs84"), datum=None).new == 13


def test_boundaries_of_tomorrow_are_refused(session: Session, load: Loads) -> None:
    report = load("grids", collection(features()), valid_from=datetime(2999, 1, 1, tzinfo=UTC))
    assert "lies in the future" in reasons(report)[0][1]
    assert session.scalar(select(func.count()).select_from(Grid)) == 0
