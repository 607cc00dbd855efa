"""PostGIS judges routes of past cases as well."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.orm import Session

from gridmap.cases import judging
from gridmap.cases.judging import RouteCheck
from gridmap.cases.past import PastCase
from gridmap.desk.history import load as loading
from gridmap.desk.judging import judge
from gridmap.notices.models import Notice
from tests import town
from tests.desk.history.made import NOW, Facts, load, many, parquet, past

AUTUMN = {
    "occurred_at": "2026-09-10T08:00:00+08:00",
    "received_at": "2026-09-10T08:00:00+08:00",
    "closed_at": "2026-09-11T08:00:00+08:00",
}


def places() -> list[Facts]:
    """In grids, before and after boundaries and zones were redrawn, on a border and a corner, near a border, beside, nowhere."""
    odd = [(1.0, 0.5), (2.0, 2.0), (-0.01, 0.5), None, (0.3, 1.2), (1.1, 1.1)]
    return [
        past(1000 + n, at, **facts) for facts in ({}, AUTUMN, {"accuracy_m": 25}) for n, at in enumerate(odd, len(facts) * 10)
    ]


def judged(engine: Engine, turn: int = 0, count: int = 400) -> tuple[int, int]:
    """How many were looked at, and how many of them differ."""
    with Session(engine) as session, session.begin():
        session.execute(update(RouteCheck).values(next_at=NOW, checked=0))
        differing = judge(session, count=count, every=timedelta(minutes=10), now=NOW + timedelta(minutes=turn))
        assert session.scalar(select(func.count()).select_from(Notice)) == 0
        return session.get_one(RouteCheck, 1).checked, len(differing)


def test_routes_as_a_load_makes_them_are_right(furnished: Engine, tmp_path: Path) -> None:
    load(furnished, parquet(tmp_path / "x.parquet", [*many(100), *places()]))
    load(furnished, parquet(tmp_path / "y.parquet", [past(7000 + n, (0.5, 1.2)) for n in range(20)]))
    checked, differing = judged(furnished)
    assert 100 < checked <= 138
    assert differing == 0


@pytest.mark.parametrize(
    "wrong",
    [
        "grid_code = :other",
        "location = ST_SetSRID(ST_MakePoint(121.0, 30.0), 4326)",
        "publication = (SELECT min(id) FROM publication)",
    ],
)
def test_a_wrong_route_is_answered_and_nobody_is_told(furnished: Engine, tmp_path: Path, wrong: str) -> None:
    load(furnished, parquet(tmp_path / "x.parquet", [past(1, (0.3, 1.2), **AUTUMN), past(2, (2.5, 2.5))]))
    assert judged(furnished) == (2, 0)
    with furnished.begin() as connection:
        values = {"other": town.micro(3, 2)} if ":other" in wrong else {}
        assert connection.execute(text(f"UPDATE past_case SET {wrong} WHERE source_id = 'h-1'"), values).rowcount == 1
    assert judged(furnished) == (2, 1)


def test_what_is_not_attached_is_not_looked_at(furnished: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loading._Load, "end", interrupt)
    with pytest.raises(KeyboardInterrupt):
        load(furnished, parquet(tmp_path / "x.parquet", [past(1)]))
    assert judged(furnished) == (0, 0)


def test_it_looks_at_no_more_than_it_has_chosen(furnished: Engine, tmp_path: Path) -> None:
    load(furnished, parquet(tmp_path / "x.parquet", many(600)))
    with Session(furnished) as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))  # Pieces as small as these are read whole otherwise.
        plan = "\n".join(session.execute(text(f"EXPLAIN {judging._CHOSEN_OF_PAST.text}"), {"count": 5}).scalars())
        assert session.scalar(select(func.count(PastCase.id))) == 600
    assert "Seq Scan on past_case_" not in plan
    assert judged(furnished, count=5)[0] <= 5
