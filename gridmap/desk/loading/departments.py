"""Load line departments: new ones are added, known ones (by code) changed where the file says other things."""

from typing import Any

from gridmap.desk.loading.cells import Cells, Firsts
from gridmap.desk.loading.job import MOST_IDS, Job
from gridmap.desk.loading.upserting import on_record, upsert
from gridmap.errors import Invalid
from gridmap.journal.write import Event, write
from gridmap.people.departments import FIELDS, check_code
from gridmap.people.models import Department


def load(job: Job) -> None:
    """Bring the job's rows in; its report tells how it went."""
    firsts = Firsts()
    rows = [(cells, _facts(cells, firsts)) for cells in job.cells("departments")]
    job.collect(cells for cells, _ in rows)
    if job.report.refuses:
        return
    codes = [facts["code"] for _, facts in rows]
    done = upsert(job.session, Department, "code", [f for _, f in rows], on_record(job.session, Department, "code", codes))
    report = job.report
    report.new, report.changed, report.unchanged = len(done.new), len(done.changed), len(done.unchanged)
    if done.new or done.changed:
        counts = {"new": report.new, "changed": report.changed, "unchanged": report.unchanged}
        data = {**counts, "ids": [*done.new, *done.changed][:MOST_IDS]}
        write(job.session, [Event("departments", "departments.loaded", "departments", job.terms.actor, data)])


def _facts(cells: Cells, firsts: Firsts) -> dict[str, Any]:
    facts: dict[str, Any] = {"code": cells.text("code", needed=True, most=40)}
    if facts["code"]:
        firsts.check(cells, "code", facts["code"])
        try:
            check_code(facts["code"])
        except Invalid as error:
            cells.wrong("code", error.text, **error.values)
    facts["name"] = cells.text("name", needed=True, most=FIELDS["name"])
    return facts | {name: cells.text(name, most=most) for name, most in FIELDS.items() if name != "name" and cells.has(name)}
