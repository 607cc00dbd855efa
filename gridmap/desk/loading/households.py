"""Load counts of households: one a micro-grid and day; what the file says of a day replaces what was said before."""

from datetime import date
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert

from gridmap.clock import local
from gridmap.desk.loading.cells import Cells, Firsts
from gridmap.desk.loading.dated import day
from gridmap.desk.loading.job import Job
from gridmap.errors import msg
from gridmap.grids.codes import LENGTHS, Level
from gridmap.grids.households import HouseholdCount
from gridmap.grids.models import Grid
from gridmap.journal.write import Event, write

MOST = 100_000  # In one micro-grid: whoever has more has taken a column for another.
Key = tuple[str, date]


def load(job: Job) -> None:
    """Bring the job's rows in; its report tells how it went."""
    known = set(job.session.scalars(select(Grid.code).where(Grid.level == Level.MICRO)))
    firsts = Firsts()
    rows = [(cells, _facts(cells, job, known, firsts)) for cells in job.cells("households")]
    job.collect(cells for cells, _ in rows)
    if job.report.refuses:
        return
    _bring(job, {(facts["grid_code"], facts["counted_on"]): facts for _, facts in rows})


def _facts(cells: Cells, job: Job, known: set[str], firsts: Firsts) -> dict[str, Any]:
    code, counted_on = cells.text("code", needed=True, most=40), day(cells, "counted_on")
    if code and (len(code) != LENGTHS[Level.MICRO] or code not in known):
        cells.wrong("code", msg("There is no micro-grid %(code)s on record"), code=code)
    if counted_on is None and not cells.faults:
        cells.wrong("counted_on", msg("%(field)s is missing"))
    elif counted_on is not None and counted_on > local(job.terms.now).date():
        cells.wrong("counted_on", msg("%(value)s is still to come"), value=counted_on.isoformat())
    firsts.check(cells, "code", (code, str(counted_on)))
    number = cells.number_of("households", 0, MOST)
    if number is None and not cells.faults:
        cells.wrong("households", msg("%(field)s is missing"))
    elif number is not None and number != int(number):
        cells.wrong("households", msg("Households are counted in whole numbers"))
    facts = {"grid_code": code, "counted_on": counted_on, "households": int(number or 0)}
    return facts | {"source": cells.text("source", most=500)}


def _bring(job: Job, wanted: dict[Key, dict[str, Any]]) -> None:
    key = tuple_(HouseholdCount.grid_code, HouseholdCount.counted_on)
    held = {(one.grid_code, one.counted_on): one for one in job.session.scalars(select(HouseholdCount).where(key.in_(wanted)))}
    fresh = [facts for one, facts in wanted.items() if one not in held]
    changed = [
        facts for one, facts in wanted.items() if one in held and _said(held[one]) != (facts["households"], facts["source"])
    ]
    report = job.report
    report.new, report.changed, report.unchanged = len(fresh), len(changed), len(wanted) - len(fresh) - len(changed)
    if fresh or changed:
        statement = insert(HouseholdCount)
        update = {name: statement.excluded[name] for name in ("households", "source")}
        job.session.execute(
            statement.on_conflict_do_update(index_elements=["grid_code", "counted_on"], set_=update), [*fresh, *changed]
        )
        job.session.expire_all()
        data = {"new": report.new, "changed": report.changed, "unchanged": report.unchanged}
        write(job.session, [Event("grids", "households.loaded", "households", job.terms.actor, data)])


def _said(one: HouseholdCount) -> tuple[int, str]:
    return one.households, one.source
