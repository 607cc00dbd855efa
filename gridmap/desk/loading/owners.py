"""Load which department answers for which category: the first to be thought of when its cases are handed on.

A line names one category by its code, or a whole group by the two digits its codes begin with. What the file says of a category
replaces what was said of it before; categories it does not mention stay as they are.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import delete, insert, select

from gridmap.cases.loop_models import CategoryOwner
from gridmap.cases.models import Category
from gridmap.desk.loading.cells import Cells
from gridmap.desk.loading.job import Job
from gridmap.errors import msg
from gridmap.journal.write import Event, write
from gridmap.people.models import Department

_KINDS = {"部件": "component", "事件": "matter", "事项": "matter", "component": "component", "matter": "matter"}
_GROUP_DIGITS = 2
Pair = tuple[int, int]


def load(job: Job) -> None:
    """Bring the job's rows in; its report counts pairs of category and department."""
    categories = {(c.standard_ref, c.kind, c.code): c.id for c in job.session.scalars(select(Category))}
    departments = {d.code: d.id for d in job.session.scalars(select(Department).where(Department.closed_at.is_(None)))}
    rows = [(cells, _pairs(cells, categories, departments)) for cells in job.cells("owners")]
    job.collect(cells for cells, _ in rows)
    if job.report.refuses:
        return
    _bring(job, {pair for _, pairs in rows for pair in pairs})


def _pairs(cells: Cells, categories: dict[tuple[str, str, str], int], departments: dict[str, int]) -> Iterable[Pair]:
    standard, kind = cells.text("standard_ref", needed=True, most=100), cells.choice("kind", _KINDS)
    code, department = cells.text("code", needed=True, most=20), cells.text("department", needed=True, most=100)
    if kind is None and not cells.text("kind"):
        cells.wrong("kind", msg("%(field)s is missing"))
    if department and department not in departments:
        cells.wrong("department", msg("There is no department with the code '%(code)s'"), code=department)
    meant = _meant(categories, standard, kind, code)
    if not meant and not cells.faults:
        cells.wrong("code", msg("There is no category %(category)s"), category=" ".join((standard, str(kind), code)))
    return [(category, departments[department]) for category in meant] if not cells.faults else []


def _meant(categories: dict[tuple[str, str, str], int], standard: str, kind: str | None, code: str) -> list[int]:
    if len(code) == _GROUP_DIGITS:
        return [id_ for (of, sort, own), id_ in categories.items() if (of, sort) == (standard, kind) and own.startswith(code)]
    found = categories.get((standard, str(kind), code))
    return [] if found is None else [found]


def _bring(job: Job, wanted: Collection[Pair]) -> None:
    mentioned = {category for category, _ in wanted}
    asked = select(CategoryOwner.category_id, CategoryOwner.department_id).where(CategoryOwner.category_id.in_(mentioned))
    held = {(category, department) for category, department in job.session.execute(asked)}
    fresh, gone = set(wanted) - held, held - set(wanted)
    for category, department in gone:
        same = (CategoryOwner.category_id == category) & (CategoryOwner.department_id == department)
        job.session.execute(delete(CategoryOwner).where(same))
    if fresh:
        rows: list[dict[str, Any]] = [
            {"category_id": category, "department_id": department} for category, department in sorted(fresh)
        ]
        job.session.execute(insert(CategoryOwner), rows)
    report = job.report
    report.new, report.changed, report.unchanged = len(fresh), len(gone), len(set(wanted) & held)
    if fresh or gone:
        data = {"new": report.new, "ended": len(gone), "unchanged": report.unchanged}
        write(job.session, [Event("departments", "owners.loaded", "owners", job.terms.actor, data)])
