"""Load service points: new ones are added, known ones (by code) changed where the file says other things."""

from collections.abc import Sequence
from typing import Any

from gridmap.desk.loading import surroundings
from gridmap.desk.loading.cells import Cells, Firsts
from gridmap.desk.loading.job import MOST_IDS, Job
from gridmap.desk.loading.upserting import on_record, upsert
from gridmap.errors import msg
from gridmap.grids.lookup import names
from gridmap.journal.write import Event, write
from gridmap.places.models import ServicePoint

_TEXTS = ("name_en", "address", "opening_hours", "keeper", "phone")
_GRID_DIGITS = (9, 12, 15)


def load(job: Job) -> None:
    """Bring the job's rows in; its report tells how it went."""
    firsts = Firsts()
    rows = [(cells, _facts(cells, firsts)) for cells in job.cells("service-points")]
    _check_grids(job, rows)
    known = on_record(job.session, ServicePoint, "code", [facts["code"] for _, facts in rows if facts["code"]])
    places = [(cells, facts["location"]) for cells, facts in rows if facts["location"] is not None]
    before = {cells.number: known[facts["code"]].location for cells, facts in rows if facts["code"] in known}  # type: ignore[attr-defined]  # they are service points
    surroundings.check(job, places, before)
    job.collect(cells for cells, _ in rows)
    if job.report.refuses:
        return
    done = upsert(job.session, ServicePoint, "code", [facts for _, facts in rows], known)
    report = job.report
    report.new, report.changed, report.unchanged = len(done.new), len(done.changed), len(done.unchanged)
    if done.new or done.changed:
        counts = {"new": report.new, "changed": report.changed, "unchanged": report.unchanged}
        data = {**counts, "ids": [*done.new, *done.changed][:MOST_IDS]}
        write(job.session, [Event("service-points", "service-points.loaded", "service-points", job.terms.actor, data)])


def _facts(cells: Cells, firsts: Firsts) -> dict[str, Any]:
    facts: dict[str, Any] = {"code": cells.text("code", needed=True, most=60), "name": cells.text("name", needed=True, most=200)}
    if facts["code"]:
        firsts.check(cells, "code", facts["code"])
    for name in _TEXTS:
        if cells.has(name):
            facts[name] = cells.text(name)
    if cells.has("services"):
        facts["services"] = cells.listing("services", most=50)
        if not all(isinstance(service, str) and service and "\0" not in service for service in facts["services"]):
            cells.wrong("services", msg("%(field)s must be a list of words"))
    facts["location"] = cells.point()
    return facts


def _grid_of(code: str) -> str | None:
    """The grid a code like 310151101203001-01 names; None for codes of another make."""
    grid = code.partition("-")[0]
    return grid if len(grid) in _GRID_DIGITS and grid.isascii() and grid.isdigit() else None


def _check_grids(job: Job, rows: Sequence[tuple[Cells, dict[str, Any]]]) -> None:
    asked = [(cells, grid) for cells, facts in rows if (grid := _grid_of(facts["code"]))]
    known = names(job.session, [grid for _, grid in asked])
    for cells, grid in asked:
        if grid not in known:
            cells.wrong("code", msg("There is no grid %(grid)s"), grid=grid)
