"""A load of history that is killed, interrupted, or not alone."""

import os
import signal
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.past import PastCase, PastLoad
from gridmap.desk.alerts import Incoming, receive
from gridmap.desk.history import known, ledger
from gridmap.desk.history import load as loading
from gridmap.desk.history import pieces as steps
from gridmap.desk.history.filling import Filling
from gridmap.errors import Conflict
from gridmap.geo.streams import parquet as streamed
from gridmap.grids.publishing import redraw
from tests import town, zoned
from tests.desk.history.made import NOW, POLICY, Facts, all_cases, load, many, parquet, pieces
from tests.offspring import born
from tests.waiting import LONG_S, eventually


def test_one_load_at_a_time(furnished: Engine, tmp_path: Path) -> None:
    with ledger.alone(furnished), pytest.raises(Conflict):
        load(furnished, parquet(tmp_path / "x.parquet", many(10)))
    assert load(furnished, tmp_path / "x.parquet").new == 10


LOST = [(Filling, "_write"), (known, "suspects"), (loading._Load, "_attach"), (loading._Load, "_forget")]


@pytest.mark.parametrize(("owner", "deed"), LOST)
def test_who_is_overtaken_because_the_lock_was_lost_gives_way(
    furnished: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, deed: str
) -> None:
    file = parquet(tmp_path / "x.parquet", many(30))
    own = getattr(owner, deed)

    def overtaken(*given: Any) -> Any:
        monkeypatch.setattr(owner, deed, own)
        assert load(furnished, file).new == 30
        return own(*given)

    monkeypatch.setattr(owner, deed, overtaken)
    monkeypatch.setattr(ledger, "alone", lambda _: nullcontext())
    with pytest.raises(Conflict, match="Another load"):
        load(furnished, file, commit=deed != "_forget")
    assert len(all_cases(furnished)) == 30
    assert load(furnished, file).unchanged == 30


def test_a_load_does_not_fail_for_its_lock_alone(furnished: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = (
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = hashtext('gridmap history')::oid"
    )
    first = loading._Load.end

    def end(self: Any, *, commit: bool) -> None:
        with Session(furnished) as session:
            assert session.scalars(text(lost)).all() == [True]
        first(self, commit=commit)

    monkeypatch.setattr(loading._Load, "end", end)
    assert load(furnished, parquet(tmp_path / "x.parquet", many(30))).new == 30


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


STEPS = [
    (ledger, "keep"),
    (known, "suspects"),
    (known, "leave_out"),
    (steps, "end"),
    (steps, "leave_out_since"),
    (ledger, "done"),
]


def test_dying_at_every_step_while_alerts_of_the_same_come_in(
    furnished: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streamed, "batch_rows", lambda *_: 40)
    cases = many(120)
    load(furnished, parquet(tmp_path / "before.parquet", cases[50:60]))
    file = parquet(tmp_path / "x.parquet", cases)
    for turn, (owner, deed) in enumerate(STEPS):
        with monkeypatch.context() as dying:
            dying.setattr(owner, deed, _dead_after(2, getattr(owner, deed)))
            with pytest.raises(KeyboardInterrupt):
                load(furnished, file)
        heard(furnished, cases[turn * 20])
        assert len(all_cases(furnished)) == 10 + turn + 1
    assert load(furnished, file).new == 120 - 10 - len(STEPS)
    assert len(all_cases(furnished)) == 120
    with Session(furnished) as session:
        ids = session.scalars(select(PastCase.source_id)).all()
    assert sorted(ids) == sorted(
        {case["source_id"] for case in cases} - {cases[turn * 20]["source_id"] for turn in range(len(STEPS))}
    )


def _dead_after(times: int, deed: Callable[..., Any]) -> Callable[..., Any]:
    left = [times]

    def do(*given: Any, **more: Any) -> Any:
        done = deed(*given, **more)
        left[0] -= 1
        if not left[0] or deed.__name__ in ("done", "suspects"):  # These are done once in a load.
            raise KeyboardInterrupt
        return done

    return do


def heard(engine: Engine, case: Facts) -> None:
    """It comes as an alert, and becomes a case."""
    at = datetime.fromisoformat(case["occurred_at"])
    alert = Incoming("test", case["source_id"], at, "{}", None, lon=case["lon"], lat=case["lat"], join=False)
    with clock.frozen(NOW), Session(engine) as session, session.begin():
        assert [str(found.relation) for found in receive(session, [alert], actor="test", policy=POLICY)] == ["opened"]


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
        heard(furnished, cases[7])
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
