"""What a load leaves out because it is on record: the sieves that tell of most that it is not change nothing of that."""

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.past import MONTH_IDS, PastCase, PastLoad
from gridmap.desk.alerts import Incoming, receive
from gridmap.desk.history import keys as keys_of
from gridmap.desk.history import pieces, prints
from gridmap.desk.history.sieve import Sieve
from tests.desk.history.made import POLICY, Facts, load, many, parquet, past
from tests.desk.history.made import pieces as pieces_there

CASES = many(90)


def came_as_alerts(engine: Engine, cases: list[Facts]) -> None:
    alerts = [
        Incoming(c["source"], c["source_id"], datetime.fromisoformat(c["occurred_at"]), "{}", None, lon=c["lon"], lat=c["lat"])
        for c in cases
    ]
    with clock.frozen(max(alert.occurred_at for alert in alerts)), Session(engine) as session, session.begin():
        receive(session, alerts, actor="test", policy=POLICY)


def loaded(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return sorted(session.scalars(select(PastCase.source_id)))


def names(cases: list[Facts]) -> list[str]:
    return sorted(case["source_id"] for case in cases)


def lets_all_through(monkeypatch: pytest.MonkeyPatch, _: Engine) -> None:
    monkeypatch.setattr(Sieve, "may_hold", lambda _, prints: np.ones(len(prints), dtype=bool))


def knows_few_keys(monkeypatch: pytest.MonkeyPatch, _: Engine) -> None:
    monkeypatch.setattr(keys_of, "MOST", 3)


def has_no_sieves(_: pytest.MonkeyPatch, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.execute(update(PastLoad).values(keys=None))


@pytest.mark.parametrize("when", [lambda *_: None, lets_all_through, knows_few_keys, has_no_sieves])
def test_alerts_and_earlier_loads_are_left_out(
    furnished: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: Any
) -> None:
    came_as_alerts(furnished, CASES[:7])
    load(furnished, parquet(tmp_path / "1.parquet", CASES[5:30]))
    load(furnished, parquet(tmp_path / "2.parquet", CASES[25:60]))
    when(monkeypatch, furnished)
    report = load(furnished, parquet(tmp_path / "3.parquet", CASES))
    assert (report.new, report.unchanged) == (30, 60)
    assert loaded(furnished) == names(CASES[7:])


def test_a_month_of_which_all_is_on_record_leaves_no_piece(furnished: Engine, tmp_path: Path) -> None:
    load(furnished, parquet(tmp_path / "1.parquet", CASES[:60]))
    there, march = pieces_there(furnished), past(1000)
    report = load(furnished, parquet(tmp_path / "2.parquet", [march, *CASES[:60]]))
    assert (report.new, report.unchanged) == (1, 60)
    assert len(pieces_there(furnished) - there) == 1
    assert load(furnished, parquet(tmp_path / "3.parquet", [*CASES, march])).new == 30
    assert loaded(furnished) == sorted([*names(CASES), "h-1000"])


def test_the_same_id_of_another_source_is_another_case(
    furnished: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lets_all_through(monkeypatch, furnished)
    load(furnished, parquet(tmp_path / "1.parquet", CASES[:5]))
    others = [{**case, "source": "other"} for case in CASES[:5]]
    assert load(furnished, parquet(tmp_path / "2.parquet", others)).new == 5


def test_nobody_vacuums_a_piece_before_it_is_attached(furnished: Engine, tmp_path: Path) -> None:
    """Else whoever attaches it waits for that, and every alert with him."""
    with Session(furnished) as session, session.begin():
        pieces.make(session, 202603 * MONTH_IDS + 50)
        options = text("SELECT reloptions FROM pg_class WHERE relname = :name")
        assert session.scalar(options, {"name": f"past_case_{202603 * MONTH_IDS + 50}"}) == ["autovacuum_enabled=false"]
        pieces.drop(session, [202603 * MONTH_IDS + 50])
    load(furnished, parquet(tmp_path / "x.parquet", CASES[:20]))
    with Session(furnished) as session:
        assert [session.scalar(options, {"name": name}) for name in pieces_there(furnished)] == [None] * len(
            pieces_there(furnished)
        )


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=20))
def test_keys_read_from_the_database_have_the_same_prints(tiny_town: Session, pairs: list[tuple[str, str]]) -> None:
    with tiny_town.begin_nested() as savepoint:
        tiny_town.execute(text("CREATE TEMPORARY TABLE written (id bigint, source text, source_id text)"))
        rows = [{"id": n, "source": source, "source_id": source_id} for n, (source, source_id) in enumerate(pairs, 5)]
        tiny_town.execute(text("INSERT INTO written VALUES (:id, :source, :source_id)"), rows)
        found = list(pieces.prints_of(tiny_town, "written", 1, len(pairs) + 5))
        assert np.concatenate(found).tolist() == prints.of_keys(pairs).tolist()
        savepoint.rollback()
