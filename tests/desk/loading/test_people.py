"""Loading people and departments: what goes in, what is refused and why, and what a second load changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.errors import Invalid
from gridmap.people import lookup
from gridmap.people.models import DutyKind, Person, Post, PostKind, Team
from tests.desk.loading.tables import HERE, NOW, PEOPLE, THERE, Tables, line, reasons


def test_one_line_a_post(kept: Session, tables: Tables) -> None:
    report = tables(
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
def test_what_is_refused(kept: Session, tables: Tables, rows: list[dict[str, Any]], where: tuple[int, str], why: str) -> None:
    report = tables("people", PEOPLE, *rows)
    assert [(number, field) for number, field, _ in reasons(report)] == [where]
    assert why in reasons(report)[0][2]
    assert kept.scalars(select(Person)).all() == []


def test_a_second_load_changes_what_differs_and_nothing_else(kept: Session, tables: Tables) -> None:
    rows = [line(1, grid=HERE, post="micro_head", duties="informant"), line(2, grid=HERE, post="eco_warden")]
    assert tables("people", PEOPLE, *rows).new == 2
    again = tables("people", PEOPLE, *rows)
    assert (reasons(again), again.unchanged) == ([], 2)
    rows[0] |= {"phone": "021-5550-7777", "duties": "publicist"}
    rows[1] |= {"until": "2026-12-01"}
    tables.now += timedelta(hours=1)
    changed = tables("people", PEOPLE, *rows)
    assert (reasons(changed), changed.changed) == ([], 2)
    before, after = (lookup.teams(kept, HERE, NOW + timedelta(minutes=minutes)).head for minutes in (59, 60))
    assert before is not None
    assert after is not None
    assert after.person.phone == "021-5550-7777"
    assert [[duty.code for duty in head.duties] for head in (before, after)] == [["informant"], ["publicist"]]
    assert lookup.teams(kept, HERE, datetime(2026, 12, 2, tzinfo=UTC)).teams[Team.WORK] == []
    refused = tables("people", PEOPLE, {**rows[1], "until": "2027-01-01"})
    assert "keeps it" in reasons(refused)[0][2]


def test_a_head_follows_another_in_one_file(kept: Session, tables: Tables) -> None:
    tables("people", PEOPLE, line(1, grid=HERE, post="micro_head"))
    report = tables(
        "people",
        PEOPLE,
        line(1, grid=HERE, post="micro_head", until="2026-12-01"),
        line(2, grid=HERE, post="micro_head", since="2026-12-01"),
    )
    assert reasons(report) == []
    assert [lookup.responsible(kept, HERE, datetime(2026, m, 2, tzinfo=UTC)).heads[0].person.ref for m in (12,)] == ["S002"]


def test_nobody_is_dismissed_by_being_left_out(kept: Session, tables: Tables) -> None:
    tables("people", PEOPLE, line(1, grid=HERE, post="micro_head"), line(2, grid=HERE, post="eco_warden"))
    tables("people", PEOPLE, line(3, grid=HERE, post="eco_warden"))
    assert len(lookup.teams(kept, HERE, NOW).teams[Team.WORK]) == 2


def test_who_left_has_left(kept: Session, tables: Tables) -> None:
    rows = [line(1, grid=HERE, post="eco_warden", left_at="2026-12-01")]
    assert tables("people", PEOPLE, *rows).new == 1
    assert lookup.teams(kept, HERE, datetime(2026, 12, 2, tzinfo=UTC)).teams[Team.WORK] == []
    assert tables("people", PEOPLE, {**rows[0], "until": "2026-12-01"}).unchanged == 1
    assert "left already" in reasons(tables("people", PEOPLE, {**rows[0], "until": "2026-12-01", "left_at": "2026-12-05"}))[0][2]


def test_kinds_are_told_apart_and_checked(kept: Session, tables: Tables) -> None:
    with pytest.raises(Invalid, match="No table of kinds"):
        tables("kinds", "code name", {"code": "x", "name": "y"})
    header = "code team name name_en place phone_by_office"
    wrong = tables(
        "kinds",
        header,
        {"code": "micro_head", "team": "work", "name": "x", "name_en": "x", "place": 1, "phone_by_office": "true"},
    )
    assert "in no team" in reasons(wrong)[0][2]
    assert len(kept.scalars(select(PostKind)).all()) == 19
    assert sum(kind.head_function for kind in kept.scalars(select(DutyKind))) == 4
    assert kept.scalars(select(Post)).all() == []
