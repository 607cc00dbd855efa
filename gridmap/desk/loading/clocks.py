"""Load what clocks go by, told apart by its columns: limits of stages, and the days this town works or does not."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from gridmap.cases import working
from gridmap.cases.clock_models import StageLimit, WorkDay
from gridmap.cases.deadlines import Unit
from gridmap.desk.loading.cells import Cells, Firsts
from gridmap.desk.loading.dated import TRUTHS
from gridmap.desk.loading.fields import known
from gridmap.desk.loading.job import Job
from gridmap.errors import Invalid, msg
from gridmap.journal.write import Event, write

_STAGES = {"派遣": "dispatch", "接单": "accept", "核实": "verify"} | {stage: stage for stage in ("dispatch", "accept", "verify")}
_UNITS = {"紧急工作时": "urgent_hour", "工作时": "working_hour", "工作日": "working_day", "自然日": "calendar_day"}
_UNITS |= {str(unit): str(unit) for unit in Unit}
_KEYS = {"stage-limits": "stage", "work-days": "day"}
_TOLD = {"stage-limits": "stages.loaded", "work-days": "workdays.loaded"}


def table_of(columns: Iterable[str]) -> str:
    """Which of the two tables these columns are of."""
    names = dict.fromkeys(columns)
    for table, key in _KEYS.items():
        if key in known(table, names):
            return table
    raise Invalid(msg("No table of clocks has these columns: limits of stages have stage, working days have day"), field="file")


def load(job: Job) -> None:
    """Bring the job's rows in; the worker then reckons anew what they bear on."""
    table = table_of(job.rows[0].properties if job.rows else ())
    firsts, read = Firsts(), _stage if table == "stage-limits" else _day
    rows = [(cells, read(cells, firsts)) for cells in job.cells(table)]
    job.collect(cells for cells, _ in rows)
    if job.report.refuses:
        return
    _bring(job, StageLimit if table == "stage-limits" else WorkDay, _KEYS[table], [facts for _, facts in rows])
    working.forget()
    report = job.report
    if report.new or report.changed:
        data = {"new": report.new, "changed": report.changed, "unchanged": report.unchanged}
        write(job.session, [Event("clocks", _TOLD[table], table, job.terms.actor, data)])


def _bring(job: Job, model: type[StageLimit] | type[WorkDay], key: str, rows: list[dict[str, Any]]) -> None:
    names = [name for name in rows[0] if name != key] if rows else []
    old = {getattr(row, key): [getattr(row, name) for name in names] for row in job.session.scalars(select(model))}
    fresh = [row for row in rows if row[key] not in old]
    changed = [row for row in rows if row[key] in old and old[row[key]] != [row[name] for name in names]]
    job.report.new, job.report.changed = len(fresh), len(changed)
    job.report.unchanged = len(rows) - len(fresh) - len(changed)
    if fresh or changed:
        statement = insert(model)
        update = {name: statement.excluded[name] for name in names}
        job.session.execute(statement.on_conflict_do_update(index_elements=[key], set_=update), [*fresh, *changed])
        job.session.expire_all()


def _stage(cells: Cells, firsts: Firsts) -> dict[str, Any]:
    facts: dict[str, Any] = {"stage": _needed(cells, "stage", cells.choice("stage", _STAGES))}
    firsts.check(cells, "stage", facts["stage"])
    facts["value"] = _needed(cells, "value", cells.number_of("value", 0.01, 10_000))
    facts["unit"] = _needed(cells, "unit", cells.choice("unit", _UNITS))
    return facts | {"source": cells.text("source", most=500)}


def _day(cells: Cells, firsts: Firsts) -> dict[str, Any]:
    facts: dict[str, Any] = {"day": _date(cells)}
    firsts.check(cells, "day", facts["day"])
    facts["works"] = _needed(cells, "works", cells.choice("works", TRUTHS)) == "true"
    return facts | {"note": cells.text("note", most=500)}


def _date(cells: Cells) -> date | None:
    value = cells.values.get("day")
    if isinstance(value, datetime):  # As workbooks keep days.
        return value.date()
    if isinstance(value, date):
        return value
    text = cells.text("day", needed=True)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        cells.wrong("day", msg("%(field)s is not a day: write 2026-10-10, not '%(value)s'"), value=text[:40])
        return None


def _needed(cells: Cells, name: str, value: Any) -> Any:
    if value is None and not any(fault.field == name for fault in cells.faults):
        cells.wrong(name, msg("%(field)s is missing"))
    return value
