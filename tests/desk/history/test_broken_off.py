"""A load of history that is killed, interrupted, or not alone."""

import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.past import PastCase, PastLoad
from gridmap.desk.alerts import Incoming, receive
from gridmap.desk.history import ledger
from gridmap.desk.history import load as loading
from gridmap.errors import Conflict
from gridmap.grids.publishing import redraw
from tests import town, zoned
from tests.desk.history.made import NOW, POLICY, all_cases, load, many, parquet, pieces
from tests.offspring import born
from tests.waiting import LONG_S, eventually


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
