"""Which department answers for which category: by code and by group, replaced category by category, there and back."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.cases.loop_models import CategoryOwner
from gridmap.cases.models import Category
from gridmap.desk.loading.export import export_file
from gridmap.desk.loading.job import Terms
from gridmap.desk.loading.load import load_file
from gridmap.desk.loading.report import Report
from gridmap.people.models import Department
from tests import town
from tests.desk.loading.tables import NOW

HEADER = "standard_ref,kind,code,department"


@pytest.fixture
def kept(tiny_town: Session) -> Session:
    for code in ("06010", "06011", "09005"):
        town.category(tiny_town, code)
    tiny_town.add_all([Department(code=code, name=code) for code in ("greening", "chengguan")])
    tiny_town.flush()
    return tiny_town


def bring(session: Session, folder: Path, *lines: str) -> Report:
    path = folder / "owners.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return load_file(session, "owners", path, datum=None, terms=Terms(actor="test", now=NOW))


def owners(session: Session) -> set[tuple[str, str]]:
    rows = session.execute(
        select(Category.code, Department.code)
        .join(CategoryOwner, CategoryOwner.category_id == Category.id)
        .join(Department, Department.id == CategoryOwner.department_id)
    )
    return {(category, department) for category, department in rows}


def test_a_group_and_one_category(kept: Session, tmp_path: Path) -> None:
    report = bring(kept, tmp_path, f"{town.STANDARD},matter,06,greening", f"{town.STANDARD},事项,09005,chengguan")
    assert (report.new, report.changed, report.unchanged, report.refused) == (3, 0, 0, [])
    assert owners(kept) == {("06010", "greening"), ("06011", "greening"), ("09005", "chengguan")}
    again = bring(kept, tmp_path, f"{town.STANDARD},matter,06,greening")
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)


def test_what_is_said_of_a_category_replaces_what_was_said(kept: Session, tmp_path: Path) -> None:
    bring(kept, tmp_path, f"{town.STANDARD},matter,06,greening")
    report = bring(kept, tmp_path, f"{town.STANDARD},matter,06010,chengguan")
    assert (report.new, report.changed) == (1, 1)
    assert owners(kept) == {("06010", "chengguan"), ("06011", "greening")}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (f"{town.STANDARD},matter,77,greening", "code"),
        (f"{town.STANDARD},matter,06999,greening", "code"),
        (f"{town.STANDARD},matter,06010,nobody", "department"),
        (f"{town.STANDARD},,06010,greening", "kind"),
        (f"{town.STANDARD},weather,06010,greening", "kind"),
        (",matter,06010,greening", "standard_ref"),
    ],
)
def test_nonsense_is_named_and_nothing_changes(kept: Session, tmp_path: Path, line: str, field: str) -> None:
    report = bring(kept, tmp_path, f"{town.STANDARD},matter,06011,greening", line)
    assert field in {refusal.field for refusal in report.refused}
    assert owners(kept) == set()


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_there_and_back(kept: Session, tmp_path: Path, suffix: str) -> None:
    bring(kept, tmp_path, f"{town.STANDARD},matter,06,greening")
    assert export_file(kept, "owners", tmp_path / f"x{suffix}") == 2
    report = load_file(kept, "owners", tmp_path / f"x{suffix}", datum=None, terms=Terms(actor="test", now=NOW))
    assert (report.new, report.changed, report.unchanged) == (0, 0, 2)
