"""History comes in by columns as it would row by row, whole or not at all, once."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Polygon
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.appraisal.counting import count
from gridmap.appraisal.periods import Kind, containing
from gridmap.cases import figures, lookup
from gridmap.cases.lookup import Filter
from gridmap.cases.models import Case
from gridmap.cases.past import EVERY_CASE, PastCase, PastLoad, history_ends, past_id, past_number
from gridmap.cases.states import State
from gridmap.cluster.server import Cluster
from gridmap.desk.alerts import Incoming, Policy, receive
from gridmap.desk.history import ledger
from gridmap.desk.history import load as loading
from gridmap.desk.loading.export import export_file
from gridmap.desk.loading.job import Terms
from gridmap.desk.loading.load import load_file
from gridmap.errors import Conflict, Invalid
from gridmap.geo.datum import Datum, from_wgs84
from gridmap.grids.codes import Level
from gridmap.grids.publishing import publish, redraw
from gridmap.maps.crowds.columns import read as crowd
from tests import town, zoned
from tests.conftest import database_copy
from tests.desk.history.made import NOW, WRITERS, Facts, all_cases, features, load, many, parquet, past, pieces, table
from tests.offspring import born
from tests.waiting import LONG_S, eventually

# Ground that 11 takes from 12; between the two no corner of others.
_TALLER = Polygon([town.spot(*at) for at in [(0, 0), (1, 0), (1, 1), (0.5, 1), (0.5, 1.5), (0, 1.5)]])
_LOWER = Polygon([town.spot(*at) for at in [(0, 1.5), (0.5, 1.5), (0.5, 1), (1, 1), (1, 2), (0, 2)]])
POLICY = Policy(30.0, 50.0, 72.0)


def furnish(session: Session) -> None:
    """The town, redrawn in summer; a zone since autumn; a category, which a vendor calls by its own name; a camera."""
    town.found(session)
    town.category(session, vendor_code="890")
    town.category(session, "06011", hours=None)
    town.camera(session, at=(1.5, 1.5))
    publish(session, town.drafts(m11=_TALLER, m12=_LOWER), actor="test", at=datetime(2026, 6, 1, tzinfo=UTC))
    redraw(session, zoned.change(session, zoned.zone()), actor="test", at=datetime(2026, 9, 1, tzinfo=UTC))


@pytest.fixture
def furnished(committing: Engine) -> Engine:
    with Session(committing) as session, session.begin():
        furnish(session)
    return committing


@pytest.fixture
def other(cluster: Cluster, template: str) -> Iterator[Engine]:
    """A second database of the same."""
    with database_copy(cluster, template) as engine:
        with Session(engine) as session, session.begin():
            furnish(session)
        yield engine


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


def test_one_load_at_a_time(furnished: Engine, tmp_path: Path) -> None:
    with ledger.alone(furnished), pytest.raises(Conflict):
        load(furnished, parquet(tmp_path / "x.parquet", many(10)))
    assert load(furnished, tmp_path / "x.parquet").new == 10


def nobody_loads(engine: Engine) -> bool:
    held = "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database WHERE locktype = 'advisory' AND datname = current_database()"
    with Session(engine) as session:
        return bool(session.execute(text(held)).scalar_one() == 0)


@pytest.mark.parametrize("where", ["_write", "end"])
def test_kill_9(furnished: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    file = parquet(tmp_path / "x.parquet", many(2000))
    url = furnished.url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("GRIDMAP_DATABASE_URL", url)
    words = ["tests.desk.history.dying", where, "load", "cases", str(file), "--history", "--datum", "wgs84", "--commit"]
    killed = born(words, env=os.environ, log=tmp_path / "log")
    killed.join(LONG_S)
    assert killed.exitcode == -signal.SIGKILL, (tmp_path / "log").read_text()
    assert (all_cases(furnished), len(pieces(furnished)) > 5) == ({}, True)
    with Session(furnished) as session:
        done = session.scalars(select(PastLoad.rows)).one()
    assert done == (1000 if where == "_write" else 2000)
    eventually(lambda: nobody_loads(furnished))  # The server of a killed program's connection takes its time to notice.
    assert load(furnished, file).new == 2000
    with Session(furnished) as session:
        assert session.scalar(select(func.count(PastCase.source_id.distinct()))) == session.scalar(
            select(func.count(PastCase.id))
        )
        assert session.scalar(select(func.count(PastCase.id))) == 2000


def test_another_file_takes_the_place_of_one_that_was_begun(
    furnished: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = parquet(tmp_path / "one.parquet", many(30))
    with monkeypatch.context() as dying:
        dying.setattr(loading._Load, "end", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            load(furnished, file)
    assert load(furnished, parquet(tmp_path / "two.parquet", many(20, seed=2))).new == 20
    assert load(furnished, file).new == 10


def _interrupt(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def test_alerts_that_come_in_meanwhile_are_kept_once(furnished: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = many(30)
    first = loading._Load._attach

    def attach(self: Any, *given: Any) -> None:
        one, at = cases[7], datetime.fromisoformat(cases[7]["occurred_at"])
        alert = Incoming("test", one["source_id"], at, "{}", None, lon=one["lon"], lat=one["lat"])
        with clock.frozen(NOW), Session(furnished) as session, session.begin():
            assert [str(found.relation) for found in receive(session, [alert], actor="test", policy=POLICY)] == ["opened"]
        first(self, *given)

    monkeypatch.setattr(loading._Load, "_attach", attach)
    report = load(furnished, parquet(tmp_path / "x.parquet", cases))
    assert (report.new, report.unchanged, len(all_cases(furnished))) == (29, 1, 30)


def test_boundaries_published_meanwhile_ask_for_another_load(
    furnished: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = loading._Load.end

    def end(self: Any, *, commit: bool) -> None:
        with Session(furnished) as session, session.begin():
            redraw(
                session,
                zoned.change(session, zoned.zone(2, town.square(2.2, 0.2, width=0.3, height=0.3))),
                actor="test",
                at=datetime(2026, 10, 1, tzinfo=UTC),
            )
        first(self, commit=commit)

    file = parquet(tmp_path / "x.parquet", many(30))
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(loading._Load, "end", end)
        with pytest.raises(Conflict):
            load(furnished, file)
    assert (all_cases(furnished), pieces(furnished)) == ({}, set())
    assert load(furnished, tmp_path / "x.parquet").new == 30


def test_what_past_cases_refer_to_stays(furnished: Engine, tmp_path: Path) -> None:
    load(furnished, parquet(tmp_path / "x.parquet", [past(1)]))
    for statement in ("DELETE FROM time_limit; DELETE FROM source_code; DELETE FROM category WHERE code = '06010'",):
        with pytest.raises(IntegrityError, match="past_case"), furnished.begin() as connection:
            connection.execute(text(statement))


def test_a_past_case_is_read_like_any_other(furnished: Engine, tmp_path: Path) -> None:
    load(furnished, parquet(tmp_path / "x.parquet", many(25)))
    with Session(furnished) as session, clock.frozen(NOW):
        pages = [lookup.page(session, Filter(states=[State.CLOSED]), limit=10)]
        while pages[-1].next:
            pages.append(lookup.page(session, replace(Filter(states=[State.CLOSED]), before=pages[-1].next), limit=10))
        numbers = [feature["id"] for page in pages for feature in page.features]
        assert (len(set(numbers)), {page.matched for page in pages}) == (25, {25})
        detail = lookup.detail(session, numbers[0])
        assert (detail.past, detail.feature["id"], detail.route["rule"]) == (True, numbers[0], "covers")
        assert [feature["id"] for feature in lookup.newest(session, Filter(text=numbers[3]), limit=5)] == [numbers[3]]
        assert lookup.page(session, Filter(states=[State.DISCOVERED]), limit=10).matched == 0


def test_numbers_and_ids_say_the_same() -> None:
    assert past_number(20241100000012) == "202411-00000012"
    assert past_id("202411-00000012") == 20241100000012
    assert past_id("20241122-000601") is None


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-11-22T08:00:00Z", "2026-10-31T16:00:00Z"),
        ("2026-12-01T15:59:00Z", "2026-10-31T16:00:00Z"),
        ("2026-12-01T16:00:00Z", "2026-11-30T16:00:00Z"),
    ],
)
def test_a_month_is_history_a_day_after_it_has_ended(now: str, ends: str) -> None:
    assert history_ends(datetime.fromisoformat(now)) == datetime.fromisoformat(ends)


def test_open_cases_are_not_looked_for_in_history(furnished: Engine, tmp_path: Path) -> None:
    load(furnished, parquet(tmp_path / "x.parquet", many(300)))
    with furnished.connect() as connection:

        def plan(condition: str) -> str:
            return "\n".join(connection.execute(text(f"EXPLAIN SELECT id FROM {EVERY_CASE} c WHERE {condition}")).scalars())

        assert "past_case" not in plan("c.closed_at IS NULL")
        assert "past_case" not in plan("c.received_at < '2026-11-22' AND (c.closed_at IS NULL OR c.closed_at >= '2026-11-15')")
        assert plan("c.received_at >= '2026-05-01' AND c.received_at < '2026-05-31'").count("past_case_20260") == 1
