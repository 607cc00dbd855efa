"""History comes in by columns as it would row by row, whole or not at all, once."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.appraisal.counting import count
from gridmap.appraisal.periods import Kind, containing
from gridmap.cases import figures
from gridmap.cases.models import Case
from gridmap.cases.past import PastCase, PastLoad, past_number
from gridmap.desk.alerts import Incoming, receive
from gridmap.desk.loading.export import export_file
from gridmap.desk.loading.job import Terms
from gridmap.desk.loading.load import load_file
from gridmap.errors import Invalid
from gridmap.geo.datum import Datum, from_wgs84
from gridmap.grids.codes import Level
from gridmap.maps.crowds.columns import read as crowd
from tests.desk.history.made import NOW, POLICY, WRITERS, Facts, all_cases, features, load, many, parquet, past, pieces, table


def mixed() -> list[Facts]:
    """What files hold: cases plainly in order, and all that is not."""
    camera = "31015100081326000001"
    odd = [
        past(1001, (1.0, 0.5)),  # On a border.
        past(1002, (-0.01, 0.5)),  # Beside the town, near enough.
        past(1003, None),
        past(1004, None, camera_id=camera),
        past(1005, (0.999, 0.5), accuracy_m=25),
        past(1006, (0.5, 0.5), accuracy_m=25, camera_id=camera),
        past(1007, (1.0, 1.0), occurred_at="2026-09-10T08:00:00+08:00", closed_at="2026-09-11T08:00:00+08:00", received_at=None),
        past(1008, source="dahua", source_code="890", standard_ref="", kind="", code=""),
        past(1009, source_code="999", standard_ref="", kind="", code=""),
        past(1010, source_code="890", camera_id=camera, standard_ref="", kind="", code=""),
        past(1011, code="06011", state="已作废"),
        past(1012, text="  spaces around "),
        past(1013, kind="事件", media='[{"url": "a.jpg"}]'),
        past(1014, occurred_at="1990-07-01T08:00:00+08:00", received_at="", closed_at="1990-08-01T08:00:00+08:00"),
        past(
            1015,
            occurred_at="2026-03-31T23:30:00+08:00",
            received_at="2026-03-31T16:00:00+00:00",
            closed_at="2026-04-02T16:00:00.125+00:00",
        ),  # Midnight in the town.
    ]
    return many(300) + [one | {"received_at": one["received_at"] or one["occurred_at"]} for one in odd]


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_the_same_as_row_by_row(furnished: Engine, other: Engine, tmp_path: Path, suffix: str) -> None:
    cases = mixed()
    report = load(furnished, WRITERS[suffix](tmp_path / f"x{suffix}", cases))
    assert [str(refusal.fault) for refusal in report.refused] == []
    assert (report.total, report.new, report.unchanged) == (len(cases), len(cases), 0)
    with clock.frozen(NOW), Session(other) as session, session.begin():
        file = features(tmp_path / "x.geojson", cases)
        assert load_file(session, "cases", file, datum=Datum.WGS84, terms=Terms(actor="test", now=NOW)).new == len(cases)
    ours, theirs = all_cases(furnished), all_cases(other)
    assert ours.keys() == theirs.keys()
    for key in ours:
        assert dict(ours[key]) == dict(theirs[key])
    with Session(furnished) as one, Session(other) as two, clock.frozen(NOW):
        assert one.scalar(select(func.count()).select_from(Case)) == 0
        for period in (containing(Kind.MONTH, date(2026, month, 1)) for month in range(1, 11)):
            sides = [count(session, period.window(NOW), None, Level.MICRO) for session in (one, two)]
            assert sides[0] == sides[1]
            assert sides[0].total["filed"] > 0
        at = datetime(2026, 5, 5, 4, tzinfo=UTC)
        assert figures.open_counts_then(one, at) == figures.open_counts_then(two, at) != {}
        assert sorted(crowd(one, ended=True).key) == sorted(crowd(two, ended=True).key)


def test_exported_and_loaded_again_it_is_the_same(furnished: Engine, other: Engine, tmp_path: Path) -> None:
    load(furnished, parquet(tmp_path / "x.parquet", many(50)))
    with Session(furnished) as session:
        export_file(session, "cases", tmp_path / "y.csv")
    assert load(other, tmp_path / "y.csv", datum=None).new == 50
    assert {key: dict(row) for key, row in all_cases(furnished).items()} == {
        key: dict(row) for key, row in all_cases(other).items()
    }


def test_a_file_loaded_twice_is_loaded_once(furnished: Engine, tmp_path: Path) -> None:
    cases = many(60)
    load(furnished, parquet(tmp_path / "x.parquet", cases))
    again = load(furnished, tmp_path / "x.parquet")
    assert (again.new, again.unchanged) == (0, 60)
    assert "loaded already" in str(again.warnings[0])
    more = load(furnished, parquet(tmp_path / "more.parquet", [*cases[:20], past(777, (2.5, 2.5))]))
    assert (more.new, more.unchanged) == (1, 20)
    assert len(all_cases(furnished)) == 61


def test_what_came_as_an_alert_is_not_loaded_again_nor_the_other_way_round(furnished: Engine, tmp_path: Path) -> None:
    came = past(1, (0.5, 0.5))
    at = datetime.fromisoformat(came["occurred_at"])
    with clock.frozen(at), Session(furnished) as session, session.begin():
        receive(session, [Incoming("test", "h-1", at, "{}", None, lon=came["lon"], lat=came["lat"])], actor="test", policy=POLICY)
    report = load(furnished, parquet(tmp_path / "x.parquet", [came, past(2), past(3, None)]))
    assert (report.new, report.unchanged) == (2, 1)
    old = datetime.fromisoformat(past(2)["occurred_at"])
    with clock.frozen(NOW), Session(furnished) as session, session.begin():
        outcomes = receive(
            session,
            [Incoming("test", name, old, "{}", None, lon=came["lon"], lat=came["lat"]) for name in ("h-2", "h-4")],
            actor="test",
            policy=POLICY,
        )
        numbers = [past_number(one) for one in session.scalars(select(PastCase.id).where(PastCase.source_id == "h-2"))]
        assert [str(outcome.relation) for outcome in outcomes] == ["known", "opened"]
        assert [outcomes[0].number] == numbers
        file = features(tmp_path / "plain.geojson", [past(2), past(3, None)])
        assert load_file(session, "cases", file, datum=Datum.WGS84, terms=Terms(actor="test", now=NOW)).new == 0


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (past(9, code="99999"), "There is no category"),
        (past(9, (9, 9)), "lies outside of the town"),
        (past(9, state="handling", closed_at=None), "closed and void"),
        (past(9, closed_at=None), "closed_at is missing"),
        (past(9, closed_at="2026-02-01T00:00:00Z"), "before it occurred"),
        (past(9, closed_at="2026-11-02T00:00:00+08:00"), "without --history"),
        (past(9, occurred_at="2026-02-30T00:00:00Z"), "not a time"),
        (past(9, source_id=""), "source_id is missing"),
        (past(9, camera_id="31015100081326000099"), "There is no camera"),
        (past(9, source_id="h-3"), "stands there already in 5"),
        (
            past(9, source_id="h-3", received_at="2026-05-01T00:00:00Z", closed_at="2026-05-02T00:00:00Z"),
            "stands there already in 5",
        ),
        (past(9, lat=None), "lat is empty"),
        (past(9, text="长" * 20_001), "at most 20000"),
    ],
)
def test_one_bad_line_keeps_the_file_out(furnished: Engine, tmp_path: Path, bad: Facts, said: str) -> None:
    report = load(furnished, table(tmp_path / "x.csv", [*(past(n) for n in range(9)), bad]))
    assert [refusal.line for refusal in report.refused] == [11]
    assert said in str(report.refused[0].fault)
    assert (all_cases(furnished), pieces(furnished)) == ({}, set())


def test_a_wrong_datum_is_told(furnished: Engine, tmp_path: Path) -> None:
    cases = many(200)
    for one in cases:
        lon, lat = from_wgs84(Datum.GCJ02, one["lon"], one["lat"])
        one |= {"lon": float(lon), "lat": float(lat)}
    refused = load(furnished, table(tmp_path / "x.csv", cases)).refused
    assert "Wrong datum?" in str(refused[0].fault)
    assert load(furnished, tmp_path / "x.csv", datum=Datum.GCJ02).new == 200
    with pytest.raises(Invalid, match="name the datum"):
        load(furnished, table(tmp_path / "y.csv", many(3)), datum=None)


def test_a_dry_run_leaves_nothing(furnished: Engine, tmp_path: Path) -> None:
    report = load(furnished, parquet(tmp_path / "x.parquet", many(40)), commit=False)
    assert (report.new, all_cases(furnished), pieces(furnished)) == (40, {}, set())
    with Session(furnished) as session:
        assert session.scalars(select(PastLoad)).all() == []
