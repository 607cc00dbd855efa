"""Load cases: those not on record (by source and source id) are opened as the file says they stand; the others stay as they are.

Each is routed by the boundaries that were in force when it occurred, or by the first ones when it is older than all.
One journal row tells of the whole file: a hundred thousand old cases are one happening, not as many.
"""

from collections.abc import Sequence

from gridmap.cases import working
from gridmap.cases.opening import Kept, NewCase, keep_alerts, open_cases
from gridmap.cases.taking import Taken
from gridmap.desk.loading import surroundings
from gridmap.desk.loading.case_rows import CaseRow, Known, on_record, read_case
from gridmap.desk.loading.cells import Cells, Firsts
from gridmap.desk.loading.job import MOST_IDS, Job
from gridmap.desk.loading.upserting import CHUNK, chunks
from gridmap.errors import msg
from gridmap.grids.publishing import hold
from gridmap.journal.write import Event, write


def load(job: Job) -> None:
    """Bring the job's rows in; its report tells how it went."""
    rows = _read(job)
    there = on_record(job.session, [case.key for _, case in rows if case])
    fresh = [(cells, case) for cells, case in rows if case is None or case.key not in there]
    known = Known.of(job.session, [case for _, case in fresh if case])
    for cells, case in fresh:
        if case is not None:
            known.check(cells, case, keep_outside=job.terms.keep_outside)
    strangers = sum(case is not None and known.strange(case) for _, case in fresh)
    if strangers and job.terms.keep_outside:
        job.warn("camera_id", msg("%(count)s cases name cameras that are not on record"), count=strangers)
    places = [(cells, case.point) for cells, case in fresh if case and case.point]
    surroundings.check(job, places, {}, keep_outside=job.terms.keep_outside)
    job.collect(cells for cells, _ in rows)
    if job.report.refuses:
        return
    cases = [case for _, case in fresh if case]
    job.report.new, job.report.unchanged = len(cases), len(rows) - len(cases)
    _write(job, cases, known)


def _read(job: Job) -> list[tuple[Cells, CaseRow | None]]:
    firsts = Firsts()
    rows: list[tuple[Cells, CaseRow | None]] = []
    for cells, row in zip(job.cells("cases"), job.rows, strict=True):
        rows.append((cells, read_case(cells, row.properties, job.terms, firsts)))
        if len(rows) % CHUNK == 0:
            job.terms.progress("check", len(rows), len(job.rows))
    return rows


def _write(job: Job, cases: Sequence[CaseRow], known: Known) -> None:
    if not cases:
        return
    numbers: list[str] = []
    hold(job.session)
    calendar = working.calendar(job.session)
    for start, chunk in zip(range(0, len(cases), CHUNK), chunks(cases), strict=True):
        settled = known.settle(job.session, chunk, calendar, limit_m=job.terms.nearest_limit_m)
        rows = [one.columns for one in settled]
        made: dict[tuple[str, str], Taken] = {}
        new = [NewCase(case.key, row, row, None) for case, row in zip(chunk, rows, strict=True)]
        open_cases(job.session, new, made.__setitem__)
        numbers.extend(made[case.key].number for case in chunk[: max(0, MOST_IDS - start)])
        kept = [Kept(*case.key, case.payload, made[case.key].case_id, "opened") for case in chunk]
        keep_alerts(job.session, kept, actor=job.terms.actor, received_at=job.terms.now)
        job.terms.progress("write", start + len(chunk), len(cases))
    data = {"new": job.report.new, "unchanged": job.report.unchanged, "ids": numbers[:MOST_IDS]}
    write(job.session, [Event("cases", "cases.loaded", "cases", job.terms.actor, data)])
