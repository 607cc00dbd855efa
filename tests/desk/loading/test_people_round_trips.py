"""People, rosters and departments that were exported and are loaded again: nothing changes; into empty tables, they are the same."""

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.clock import frozen
from gridmap.desk.loading.export import export_file
from gridmap.desk.loading.job import Terms
from gridmap.desk.loading.load import load_file
from gridmap.people import appointing, lookup, registering, rostering
from tests.desk.loading.tables import HERE, NOW, PEOPLE, THERE, Tables, line, reasons


@pytest.fixture
def furnished(kept: Session, tables: Tables) -> Session:
    """People with a past, a future, duties that changed, a department, shifts that ended."""
    tables(
        "people",
        PEOPLE,
        line(1, grid=HERE, post="micro_head", duties="informant;supervisor", since="2026-01-01", until="2026-06-01"),
        line(2, grid=HERE, post="micro_head", duties="informant", since="2026-06-01"),
        line(2, department="water", leader="true"),
        line(3, grid=THERE, post="resident_volunteer", phone_public="true", since="2026-12-01"),
        line(4, name="=演示;公式", phone="+86"),
        note="history",
    )
    with frozen(NOW + timedelta(hours=1)):
        head = lookup.teams(kept, HERE, NOW).head
        assert head is not None
        appointing.give_duty(kept, head.post.id, "patrol", actor="test")
        rostering.add_shift(
            kept, head.post.id, weekdays=[1, 2], starts=time(22), ends=time(6), until=date(2026, 12, 31), actor="test"
        )
        rostering.add_shift(kept, head.post.id, weekdays=[3], starts=time(8), ends=time(9), actor="test")
    with frozen(NOW + timedelta(hours=2)):
        registering.leave(kept, "S004", actor="test")
    return kept


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx"])
@pytest.mark.parametrize(
    ("layer", "count"), [("post-kinds", 19), ("duty-kinds", 20), ("departments", 1), ("people", 5), ("rosters", 2)]
)
def test_round_trips(furnished: Session, tmp_path: Path, layer: str, count: int, suffix: str) -> None:
    path, loads = tmp_path / f"x{suffix}", "kinds" if layer.endswith("kinds") else layer
    assert export_file(furnished, layer, path) == count
    later = Terms(actor="test", now=NOW + timedelta(hours=3))
    with frozen(later.now):
        report = load_file(furnished, loads, path, datum=None, terms=later)
    assert reasons(report) == []
    assert (report.new, report.changed, report.unchanged) == (0, 0, count)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_made_anew_they_are_the_same(furnished: Session, tmp_path: Path, suffix: str) -> None:
    def state() -> list[Any]:
        tables = ("SELECT ref, name, phone, phone_public, left_at FROM person ORDER BY ref",
                  "SELECT n.ref, p.grid_code, p.kind, p.team, p.valid FROM post p JOIN person n ON n.id = person_id ORDER BY 1, 2, 3, 5",
                  "SELECT d.kind, p.kind, upper(d.valid) FROM duty d JOIN post p ON p.id = post_id ORDER BY 1, 2, 3",
                  "SELECT leader, valid FROM department_post",
                  "SELECT weekdays, starts, ends, valid FROM shift ORDER BY 1")  # fmt: skip
        return [[tuple(map(str, row)) for row in furnished.execute(text(table))] for table in tables]

    before = state()
    for layer in ("people", "rosters"):
        export_file(furnished, layer, tmp_path / f"{layer}{suffix}")
    for table in ("shift", "duty", "post", "department_post", "person"):
        furnished.execute(text(f"DELETE FROM {table}"))
    furnished.expire_all()
    terms = Terms(actor="test", now=NOW + timedelta(hours=3), note="again")
    with frozen(terms.now):
        for layer in ("people", "rosters"):
            assert reasons(load_file(furnished, layer, tmp_path / f"{layer}{suffix}", datum=None, terms=terms)) == []
    assert state() == before
