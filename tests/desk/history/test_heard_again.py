"""An alert that history has is known, whenever it comes, whatever it says of its moment, and whoever has loaded history meanwhile."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.models import Alert, Case
from gridmap.cases.past import PastLoad
from gridmap.cases.taking import WHOLE_FROM
from gridmap.desk.alerts import Incoming, Outcome, prepare, receive, take
from gridmap.desk.history import keys as keys_of
from gridmap.desk.history import remembered
from tests import town
from tests.desk.history.made import NOW, POLICY, load, many, parquet, past


def alert(name: str, at: datetime = NOW) -> Incoming:
    lon, lat = town.spot(0.5, 0.5)
    return Incoming("test", name, at, "{}", None, lon=lon, lat=lat, join=False)


def heard(engine: Engine, alerts: Sequence[Incoming], now: datetime = NOW) -> list[Outcome]:
    with clock.frozen(now), Session(engine) as session, session.begin():
        return receive(session, alerts, actor="test", policy=POLICY)


def relations(outcomes: Sequence[Outcome]) -> list[str]:
    return [str(outcome.relation) for outcome in outcomes]


@pytest.mark.parametrize(
    "at", [NOW, NOW - timedelta(days=400), datetime.fromisoformat(past(1)["occurred_at"]), datetime(1990, 1, 1, tzinfo=UTC)]
)
def test_whatever_it_says_of_its_moment(furnished: Engine, tmp_path: Path, at: datetime) -> None:
    load(furnished, parquet(tmp_path / "x.parquet", [past(1)]))
    known, fresh = heard(furnished, [alert("h-1", at), alert("h-2", at)])
    assert (known.number, relations([known, fresh])) == ("202603-00000001", ["known", "opened"])
    with Session(furnished) as session:
        assert session.scalars(select(Case.source_id)).all() == session.scalars(select(Alert.source_id)).all() == ["h-2"]


def test_however_wrong_the_clock_of_who_takes_it(furnished: Engine, tmp_path: Path) -> None:
    load(furnished, parquet(tmp_path / "x.parquet", [past(1)]))
    for now in (NOW - timedelta(days=700), NOW, NOW + timedelta(days=700)):
        assert relations(heard(furnished, [alert("h-1", now)], now)) == ["known"]


def test_loaded_after_this_process_has_last_looked(furnished: Engine, tmp_path: Path) -> None:
    assert relations(heard(furnished, [alert("before")])) == ["opened"]
    for number in (1, 2):
        load(furnished, parquet(tmp_path / f"{number}.parquet", [past(number)]))
        assert relations(heard(furnished, [alert(f"h-{number}"), alert("before")])) == ["known", "known"]
    assert relations(heard(furnished, [alert(f"h-{number}") for number in (1, 2, 3)])) == ["known", "known", "opened"]


def test_loaded_between_its_preparation_and_its_turn(furnished: Engine, tmp_path: Path) -> None:
    with clock.frozen(NOW), Session(furnished) as session:
        prepared = prepare(session, [alert("h-1"), alert("h-2")], policy=POLICY)
        session.commit()
        load(furnished, parquet(tmp_path / "x.parquet", [past(1)]))
        outcomes = take(session, prepared, actor="test", policy=POLICY)
        session.commit()
    assert relations(outcomes) == ["known", "opened"]


def test_a_chunk_of_all_that_history_has(furnished: Engine, tmp_path: Path) -> None:
    count = WHOLE_FROM + 50
    load(furnished, parquet(tmp_path / "x.parquet", many(count)))
    outcomes = heard(furnished, [alert(f"h-{n}") for n in range(count + 10)])
    assert relations(outcomes) == ["known"] * count + ["opened"] * 10


def test_where_the_load_has_not_seen_all_keys_itself(furnished: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_of, "MOST", 3)
    load(furnished, parquet(tmp_path / "x.parquet", many(20)))
    assert set(relations(heard(furnished, [alert(f"h-{n}") for n in range(20)]))) == {"known"}


def test_history_from_before_there_were_sieves(furnished: Engine, tmp_path: Path) -> None:
    load(furnished, parquet(tmp_path / "x.parquet", [past(1)]))
    with Session(furnished) as session, session.begin():
        session.execute(update(PastLoad).values(keys=None))
    assert relations(heard(furnished, [alert("h-1"), alert("h-2")])) == ["known", "opened"]


def test_what_history_lacks_is_not_looked_for_in_it(furnished: Engine, tmp_path: Path) -> None:
    load(furnished, parquet(tmp_path / "x.parquet", many(300)))
    heard(furnished, [alert("first")])  # Now this process has seen that there is history.
    with Session(furnished) as session:
        among = remembered.last_past(session).among([("test", f"other-{n}") for n in range(3000)])
        asked = [one for n in range(50) for one in prepare(session, [alert(f"other-{n}")], policy=POLICY).asking]
    assert len(among) < 60  # 20 are to be expected.
    assert sum("past_case" in statement for statement, _ in asked) < 5
