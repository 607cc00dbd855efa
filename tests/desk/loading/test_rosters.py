"""Loading rosters: shifts, weekdays and hours as offices write them, and what is refused."""

from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridmap.desk.loading import dated
from gridmap.desk.loading.cells import Cells
from gridmap.geo.files.contents import Row
from gridmap.people.models import Shift
from tests.desk.loading.tables import HERE, PEOPLE, ROSTER, Tables, line, reasons, shift


def test_rosters(kept: Session, tables: Tables) -> None:
    tables("people", PEOPLE, line(1, grid=HERE, post="eco_warden"))
    rows = [shift(), shift(weekdays="Sa;Su", starts="22:00", ends="6:00", since="2026-12-01")]
    report = tables("rosters", ROSTER, *rows)
    assert (reasons(report), report.new) == ([], 2)
    found = kept.scalars(select(Shift).order_by(Shift.id)).all()
    assert [(s.weekdays, s.starts, s.ends, s.valid.lower) for s in found] == [
        ([1, 2, 3, 4, 5], time(8), time(16), date(2026, 11, 22)),
        ([6, 7], time(22), time(6), date(2026, 12, 1)),
    ]
    assert tables("rosters", ROSTER, *rows).unchanged == 2
    rows[0] |= {"until": "2026-12-24"}
    changed = tables("rosters", ROSTER, *rows)
    assert (reasons(changed), changed.changed, changed.unchanged) == ([], 1, 1)


@pytest.mark.parametrize(
    ("rows", "where", "why"),
    [
        ([shift(ref="S009")], (2, "ref"), "does not hold"),
        ([shift(post="party_member")], (2, "ref"), "does not hold"),
        ([shift(weekdays="someday")], (2, "weekdays"), "no weekdays"),
        ([shift(starts="25:00")], (2, "starts"), "not an hour"),
        ([shift(ends="")], (2, "ends"), "missing"),
        ([shift(since="2026-13-01")], (2, "since"), "not a day"),
        ([shift(since="2026-11-01")], (2, "ref"), "does not hold"),
        ([shift(), shift()], (3, "weekdays"), "already"),
        ([shift(), shift(starts="12:00", ends="20:00")], (3, "starts"), "overlaps"),
        ([shift(since="2026-12-10", until="2026-12-01")], (2, "until"), "before it begins"),
    ],
)
def test_rosters_refused(kept: Session, tables: Tables, rows: list[dict[str, Any]], where: tuple[int, str], why: str) -> None:
    tables("people", PEOPLE, line(1, grid=HERE, post="eco_warden", until="2027-01-01"), note="x")
    kept.execute(text("UPDATE post SET valid = tstzrange('2026-11-10', '2027-01-01')"))
    rows = [row | ({"since": "2026-10-01", "until": "2026-11-01"} if row.get("since") == "2026-11-01" else {}) for row in rows]
    report = tables("rosters", ROSTER, *rows)
    assert [(number, field) for number, field, _ in reasons(report)] == [where]
    assert why in reasons(report)[0][2]
    assert kept.scalars(select(Shift)).all() == []


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("1;3;5", (1, 3, 5)),
        ("Mo-Fr", (1, 2, 3, 4, 5)),
        ("周一至周五", (1, 2, 3, 4, 5)),
        ("星期六、星期日", (6, 7)),
        ("周末", None),
        ("一三五", (1, 3, 5)),
        ("135", (1, 3, 5)),
        ("六-一", (1, 6, 7)),
        ("每天", (1, 2, 3, 4, 5, 6, 7)),
        ("周天", (7,)),
        ("0", None),
        ("8", None),
        ("", None),
        ("Mo-", None),
    ],
)
def test_weekdays(words: str, days: tuple[int, ...] | None) -> None:
    assert dated.weekdays_of(words) == days


def test_midnight_may_be_called_24() -> None:
    cells = Cells("rosters", Row(2, {"ends": "24:00", "starts": "07:30:00", "since": "2026-12-01T00:00:00"}, None))
    assert (dated.hour(cells, "ends"), dated.hour(cells, "starts"), dated.day(cells, "since")) == (
        time(),
        time(7, 30),
        date(2026, 12, 1),
    )
