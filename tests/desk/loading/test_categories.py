"""The three tables, told apart by their columns."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.cases.models import Category, SourceCode, TimeLimit
from gridmap.errors import Invalid
from gridmap.journal.models import JournalEntry
from gridmap.resources import data_dir
from tests.desk.loading.conftest import Loads, reasons

CATEGORIES = (
    "standard_ref,kind,code,group_zh,group_en,name_zh,name_en\nS,matter,01,类,Group,一,One\nS,component,01,类,Group,二,Two\n"
)
LIMITS = "standard_ref,kind,code,city,condition_zh,value,unit,is_default\n"
CODES = "vendor,vendor_code,vendor_name,standard_ref,kind,code\n"


def table(load: Loads, text: str) -> list[tuple[int, str]]:
    return reasons(load("categories", text, suffix=".csv", datum=None))


def test_our_own_tables(session: Session, load: Loads) -> None:
    for name in ("categories", "time_limits", "source_codes"):
        report = load("categories", data_dir() / "categories" / f"{name}.csv", datum=None)
        assert reasons(report) == []
        assert report.new == report.total > 10
        assert load("categories", data_dir() / "categories" / f"{name}.csv", datum=None).unchanged == report.total
    counts = [session.scalar(select(func.count()).select_from(model)) for model in (Category, TimeLimit, SourceCode)]
    assert all(counts)
    kinds = [entry.subject for entry in session.scalars(select(JournalEntry).order_by(JournalEntry.id))]
    assert kinds == ["categories", "time-limits", "source-codes"]


def test_a_new_name_is_a_change(session: Session, load: Loads) -> None:
    load("categories", CATEGORIES, suffix=".csv")
    report = load("categories", CATEGORIES.replace("One", "First"), suffix=".csv")
    assert (report.changed, report.unchanged) == (1, 1)
    assert session.scalars(select(Category.name_en).order_by(Category.kind)).all() == ["Two", "First"]


def test_the_default_moves_from_one_condition_to_another(session: Session, load: Loads) -> None:
    load("categories", CATEGORIES, suffix=".csv")
    row = "S,matter,01,城,{},{},自然日,{}\n"
    assert table(load, LIMITS + row.format("甲", 2, "是") + row.format("乙", 5, "否")) == []
    assert table(load, LIMITS + row.format("甲", 2, "否") + row.format("乙", 5, "是")) == []
    assert session.scalars(select(TimeLimit.condition_zh).where(TimeLimit.is_default)).all() == ["乙"]
    assert table(load, LIMITS + row.format("丙", 1.5, "true")) == []
    assert session.scalars(select(TimeLimit.condition_zh).where(TimeLimit.is_default)).all() == ["丙"]
    report = load("categories", LIMITS + row.format("丙", 1.5, "true"), suffix=".csv")
    assert report.unchanged == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CATEGORIES + "S,matter,01,类,Group,三,Three\n", (4, "S matter 01 stands there already in 2")),
        (CATEGORIES + "S,thing,02,类,,三,\n", (4, "kind must be one of component, matter, got 'thing'")),
        (CATEGORIES + "S,,02,类,,三,\n", (4, "kind is missing")),
        (CATEGORIES + "S,matter,02,类,,,\n", (4, "name_zh is missing")),
        (LIMITS + "S,matter,77,城,,1,自然日,是\n", (2, "There is no category S matter 77")),
        (LIMITS + "S,matter,01,城,,0,自然日,是\n", (2, "value must be a number from 0.01 to 10000, got '0'")),
        (LIMITS + "S,matter,01,城,,,自然日,是\n", (2, "value is missing")),
        (LIMITS + "S,matter,01,城,,1,,是\n", (2, "unit is missing")),
        (LIMITS + "S,matter,01,城,,1,fortnight,是\n", (2, "unit must be one of")),
        (
            LIMITS + "S,matter,01,城,甲,1,自然日,是\nS,matter,01,城,乙,1,自然日,是\n",
            (3, "Its category has a default already in 2"),
        ),
        (
            LIMITS + "S,matter,01,城,甲,1,自然日,是\nS,matter,01,城,甲,2,自然日,否\n",
            (3, "S matter 01 城 甲 stands there already in 2"),
        ),
        (CODES + "v,1,x,S,matter,01\nv,1,x,S,component,01\n", (3, "v 1 stands there already in 2")),
        (CODES + "v,,x,S,matter,01\n", (2, "vendor_code is missing")),
    ],
)
def test_reasons(session: Session, load: Loads, text: str, said: tuple[int, str]) -> None:
    load("categories", CATEGORIES, suffix=".csv")
    found = table(load, text)
    assert len(found) == 1, found
    assert found[0][0] == said[0]
    assert found[0][1].startswith(said[1])


def test_a_table_of_something_else(load: Loads) -> None:
    with pytest.raises(Invalid, match="No category table"):
        table(load, "a,b\n1,2\n")
