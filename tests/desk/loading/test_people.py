"""Loading people, departments and rosters: what goes in, what is refused and why, and what a second load changes."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridmap.clock import frozen
from gridmap.desk.loading import dated
from gridmap.desk.loading.cells import Cells
from gridmap.desk.loading.export import export_file
from gridmap.desk.loading.job import Terms
from gridmap.desk.loading.load import load_file
from gridmap.desk.loading.report import Report
from gridmap.errors import Invalid
from gridmap.geo.files.contents import Row
from gridmap.people import appointing, lookup, registering, rostering
from gridmap.people.models import DutyKind, Person, Post, PostKind, Shift, Team
from gridmap.resources import data_dir
from tests import town

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)  # Four in the afternoon in the town, a Sunday.
TERMS = Terms(actor="test", now=NOW)
HERE, THERE = town.micro(1, 1), town.micro(2, 2)
PEOPLE = ("ref", "name", "phone", "phone_public", "grid", "post", "duties", "department", "leader", "since", "until", "left_at")


@pytest.fixture
def kept(tiny_town: Session) -> Session:
    """The tiny town with the shipped kinds and one department."""
    for table in ("post_kinds", "duty_kinds"):
        report = load_file(tiny_town, "kinds", data_dir() / "people" / f"{table}.csv", datum=None, terms=TERMS)
        assert not report.refused
    return tiny_town


class Files:
    """Writes tables and loads them."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self.folder, self.now = session, folder, NOW

    def __call__(self, layer: str, header: tuple[str, ...] | str, *rows: dict[str, Any], note: str = "") -> Report:
        names = header.split() if isinstance(header, str) else header
        lines = [",".join(names)] + [",".join(str(row.get(name, "")) for name in names) for row in rows]
        path = self.folder / f"{layer}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with frozen(self.now):
            return load_file(self.session, layer, path, datum=None, terms=Terms(actor="test", now=self.now, note=note))


@pytest.fixture
def load(kept: Session, tmp_path: Path) -> Files:
    files = Files(kept, tmp_path)
    assert not files("departments", "code name phone", {"code": "water", "name": "水务", "phone": "021-5550-8001"}).refused
    return files


def reasons(report: Report) -> list[tuple[int, str, str]]:
    return [(refusal.line, refusal.field, refusal.reason) for refusal in report.refused]


def line(number: int = 1, **facts: Any) -> dict[str, Any]:
    return {"ref": f"S{number:03d}", "name": f"演示人{number}", "phone": f"021-5550-9{number:03d}"} | facts


def test_one_line_a_post(kept: Session, load: Files) -> None:
    report = load(
        "people",
        PEOPLE,
        line(1, grid=HERE, post="micro_head", duties="信息员;宣传员;coordinator"),
        line(1, grid=HERE, post="楼组长", phone_public=""),
        line(2, grid=THERE, post="eco_warden", duties="patrol", until="2027-01-01"),
        line(3, department="water", leader="是"),
        line(4),
    )
    assert reasons(report) == []
    assert (report.total, report.new) == (5, 5)
    there = lookup.teams(kept, HERE, NOW)
    assert there.head is not None
    assert [duty.code for duty in there.head.duties] == ["informant", "publicist", "coordinator"]
    assert [held.person.ref for held in there.teams[Team.MANAGEMENT]] == ["S001"]
    (warden,) = lookup.teams(kept, THERE, NOW).teams[Team.WORK]
    assert warden.post.valid.upper == datetime(2026, 12, 31, 16, tzinfo=UTC)
    water = lookup.department(kept, "water").id
    assert [person.ref for _, person in lookup.staff(kept, [water], NOW)[water]] == ["S003"]


@pytest.mark.parametrize(
    ("rows", "where", "why"),
    [
        ([line(1, ref="")], (2, "ref"), "missing"),
        ([line(1, ref="a b")], (2, "ref"), "staff number"),
        ([line(1, name="")], (2, "name"), "missing"),
        ([line(1, grid=HERE)], (2, "post"), "needs its grid"),
        ([line(1, grid=HERE, post="emperor")], (2, "post"), "nothing is called 'emperor'"),
        ([line(1, grid=HERE, post="village_head")], (2, "post"), "has no post"),
        ([line(1, grid="310151999999999", post="eco_warden")], (2, "grid"), "no grid"),
        ([line(1, grid=HERE, post="eco_warden", duties="ruling")], (2, "duties"), "nothing is called"),
        ([line(1, department="fire")], (2, "department"), "no department"),
        ([line(1, department="water", grid=HERE, post="eco_warden")], (2, "department"), "not both"),
        ([line(1, grid=HERE, post="eco_warden", since="2026-12-01", until="2026-12-01")], (2, "until"), "before it begins"),
        ([line(1, grid=HERE, post="eco_warden", since="yesterday")], (2, "since"), "not a moment"),
        ([line(1, grid=HERE, post="eco_warden", since="2026-11-01")], (2, "since"), "--note"),
        ([line(1), line(1, name="别人")], (3, "name"), "same person"),
        ([line(1, grid=HERE, post="eco_warden"), line(1, grid=HERE, post="生态养护员")], (3, "post"), "holds it"),
        ([line(1, grid=HERE, post="micro_head"), line(2, grid=HERE, post="micro_head")], (3, "post"), "演示人1 holds it"),
        ([line(1, department="water", leader="是"), line(2, department="water", leader="是")], (3, "post"), "演示人1 holds it"),
        ([line(1, phone_public="perhaps")], (2, "phone_public"), "must be one of"),
    ],
)  # fmt: skip
def test_what_is_refused(kept: Session, load: Files, rows: list[dict[str, Any]], where: tuple[int, str], why: str) -> None:
    report = load("people", PEOPLE, *rows)
    assert [(number, field) for number, field, _ in reasons(report)] == [where]
    assert why in reasons(report)[0][2]
    assert kept.scalars(select(Person)).all() == []


def test_a_second_load_changes_what_differs_and_nothing_else(kept: Session, load: Files) -> None:
    rows = [line(1, grid=HERE, post="micro_head", duties="informant"), line(2, grid=HERE, post="eco_warden")]
    assert load("people", PEOPLE, *rows).new == 2
    again = load("people", PEOPLE, *rows)
    assert (reasons(again), again.unchanged) == ([], 2)
    rows[0] |= {"phone": "021-5550-7777", "duties": "publicist"}
    rows[1] |= {"until": "2026-12-01"}
    load.now += timedelta(hours=1)
    changed = load("people", PEOPLE, *rows)
    assert (reasons(changed), changed.changed) == ([], 2)
    before, after = (lookup.teams(kept, HERE, NOW + timedelta(minutes=minutes)).head for minutes in (59, 60))
    assert before is not None
    assert after is not None
    assert after.person.phone == "021-5550-7777"
    assert [[duty.code for duty in head.duties] for head in (before, after)] == [["informant"], ["publicist"]]
    assert lookup.teams(kept, HERE, datetime(2026, 12, 2, tzinfo=UTC)).teams[Team.WORK] == []
    refused = load("people", PEOPLE, {**rows[1], "until": "2027-01-01"})
    assert "keeps it" in reasons(refused)[0][2]


def test_a_head_follows_another_in_one_file(kept: Session, load: Files) -> None:
    load("people", PEOPLE, line(1, grid=HERE, post="micro_head"))
    report = load(
        "people",
        PEOPLE,
        line(1, grid=HERE, post="micro_head", until="2026-12-01"),
        line(2, grid=HERE, post="micro_head", since="2026-12-01"),
    )
    assert reasons(report) == []
    assert [lookup.responsible(kept, HERE, datetime(2026, m, 2, tzinfo=UTC)).heads[0].person.ref for m in (12,)] == ["S002"]


def test_nobody_is_dismissed_by_being_left_out(kept: Session, load: Files) -> None:
    load("people", PEOPLE, line(1, grid=HERE, post="micro_head"), line(2, grid=HERE, post="eco_warden"))
    load("people", PEOPLE, line(3, grid=HERE, post="eco_warden"))
    assert len(lookup.teams(kept, HERE, NOW).teams[Team.WORK]) == 2


def test_who_left_has_left(kept: Session, load: Files) -> None:
    rows = [line(1, grid=HERE, post="eco_warden", left_at="2026-12-01")]
    assert load("people", PEOPLE, *rows).new == 1
    assert lookup.teams(kept, HERE, datetime(2026, 12, 2, tzinfo=UTC)).teams[Team.WORK] == []
    assert load("people", PEOPLE, {**rows[0], "until": "2026-12-01"}).unchanged == 1
    assert "left already" in reasons(load("people", PEOPLE, {**rows[0], "until": "2026-12-01", "left_at": "2026-12-05"}))[0][2]


ROSTER = "ref grid post weekdays starts ends since until"


def shift(**facts: Any) -> dict[str, Any]:
    return {
        "ref": "S001",
        "grid": HERE,
        "post": "eco_warden",
        "weekdays": "周一至周五",
        "starts": "08:00",
        "ends": "16:00",
    } | facts


def test_rosters(kept: Session, load: Files) -> None:
    load("people", PEOPLE, line(1, grid=HERE, post="eco_warden"))
    rows = [shift(), shift(weekdays="Sa;Su", starts="22:00", ends="6:00", since="2026-12-01")]
    report = load("rosters", ROSTER, *rows)
    assert (reasons(report), report.new) == ([], 2)
    found = kept.scalars(select(Shift).order_by(Shift.id)).all()
    assert [(s.weekdays, s.starts, s.ends, s.valid.lower) for s in found] == [
        ([1, 2, 3, 4, 5], time(8), time(16), date(2026, 11, 22)),
        ([6, 7], time(22), time(6), date(2026, 12, 1)),
    ]
    assert load("rosters", ROSTER, *rows).unchanged == 2
    rows[0] |= {"until": "2026-12-24"}
    changed = load("rosters", ROSTER, *rows)
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
def test_rosters_refused(kept: Session, load: Files, rows: list[dict[str, Any]], where: tuple[int, str], why: str) -> None:
    load("people", PEOPLE, line(1, grid=HERE, post="eco_warden", until="2027-01-01"), note="x")
    kept.execute(text("UPDATE post SET valid = tstzrange('2026-11-10', '2027-01-01')"))
    rows = [row | ({"since": "2026-10-01", "until": "2026-11-01"} if row.get("since") == "2026-11-01" else {}) for row in rows]
    report = load("rosters", ROSTER, *rows)
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


@pytest.fixture
def furnished(kept: Session, load: Files) -> Session:
    """People with a past, a future, duties that changed, a department, shifts that ended."""
    load(
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


def test_kinds_are_told_apart_and_checked(kept: Session, load: Files) -> None:
    with pytest.raises(Invalid, match="No table of kinds"):
        load("kinds", "code name", {"code": "x", "name": "y"})
    header = "code team name name_en place phone_by_office"
    wrong = load(
        "kinds",
        header,
        {"code": "micro_head", "team": "work", "name": "x", "name_en": "x", "place": 1, "phone_by_office": "true"},
    )
    assert "in no team" in reasons(wrong)[0][2]
    assert len(kept.scalars(select(PostKind)).all()) == 19
    assert sum(kind.head_function for kind in kept.scalars(select(DutyKind))) == 4
    assert kept.scalars(select(Post)).all() == []
