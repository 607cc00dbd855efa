"""Load special zones: new ones begin, known ones (by code) change where the file says other things, all by one publish.

What the file leaves out stays, unless zones that it leaves out are to end. A zone without a code gets the next free one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import func, select

from gridmap import clock
from gridmap.cases.categories import zone_paths
from gridmap.desk.loading import surroundings
from gridmap.desk.loading.cells import Cells, Firsts
from gridmap.desk.loading.job import Job
from gridmap.desk.redrawing.enact import enact
from gridmap.errors import msg
from gridmap.geo.shapes import as_multipolygon
from gridmap.grids import zones, zoning
from gridmap.grids.change import Change, ZoneDraft
from gridmap.grids.codes import LENGTHS, Level
from gridmap.grids.models import Publication
from gridmap.grids.zones import Zone, ZoneKind

_KINDS = {"学校": "school", "市场": "market", "菜市场": "market", "医院": "hospital", "工地": "site", "公园": "park"}
_KINDS |= {"车站": "station", "园区": "estate", "产业园区": "estate", "其他": "other"} | {
    str(kind): str(kind) for kind in ZoneKind
}
_TOWN = LENGTHS[Level.TOWN]
Rows = Sequence[tuple[Cells, ZoneDraft | None]]


class _Known(NamedTuple):
    """What the rows are read against: zones in force, every code there ever was, and how categories may be named."""

    standing: Mapping[str, ZoneDraft]
    used: set[str]
    categories: set[str]


def load(job: Job) -> None:
    """Publish the job's rows; its report tells how it went.

    Raises:
        Conflict: others have published the same zones since they were read.
    """
    base = job.session.scalar(select(func.max(Publication.id)))  # First: what comes after it is not overwritten.
    there = {zone.code: zone.draft for zone in job.session.scalars(select(Zone).where(func.upper_inf(Zone.valid)))}
    known = _Known(there, set(job.session.scalars(select(Zone.code).distinct())), zone_paths(job.session))
    rows = _drafted(job, known)
    wanted = {draft.code: draft for _, draft in rows if draft is not None}
    ended = [code for code in there if code not in wanted and _retires(job, code, wanted)]
    _check(job, rows, there, ended)
    job.collect(cells for cells, _ in rows)
    if not job.report.refuses:
        _publish(job, Change(base, zones={**wanted, **dict.fromkeys(ended)}), there)


def _retires(job: Job, code: str, wanted: Iterable[str]) -> bool:
    """Whether a zone the file leaves out ends: it is asked for, and the file has zones of its town."""
    return job.terms.retire and code[:_TOWN] in {other[:_TOWN] for other in wanted}


def _drafted(job: Job, known: _Known) -> Rows:
    firsts = Firsts()
    rows = [(cells, _draft(cells, known, firsts)) for cells in job.cells("zones")]
    used = known.used | {draft.code for _, draft in rows if draft is not None}
    return [(cells, draft and _coded(draft, used)) for cells, draft in rows]


def _coded(draft: ZoneDraft, used: set[str]) -> ZoneDraft:
    """The draft, under the next free code of its target's town where it has none."""
    made = draft if draft.code else replace(draft, code=zones.next_code(draft.target[:_TOWN], used))
    used.add(made.code)
    return made


def _draft(cells: Cells, known: _Known, firsts: Firsts) -> ZoneDraft | None:
    code = cells.text("code", most=40)
    if code:
        firsts.check(cells, "code", code)
    before = known.standing.get(code)
    facts = _facts(cells, known, new=before is None)
    if before is None:
        _check_code(cells, code, facts.get("target", ""), known)
    if cells.faults:
        return None
    return replace(before, **facts) if before is not None else ZoneDraft(code=code, **facts)


def _facts(cells: Cells, known: _Known, *, new: bool) -> dict[str, Any]:
    """What the row says; what it does not say stays, and a new zone has to say it."""
    said = {name for name in ("name", "target", "kind") if new or cells.has(name)}
    facts: dict[str, Any] = {name: cells.text(name, needed=True, most=200) for name in sorted(said)}
    if "kind" in said:
        facts["kind"] = cells.choice("kind", _KINDS)
    if cells.has("name_en"):
        facts["name_en"] = cells.text("name_en", most=200)
    if cells.has("takes"):
        facts["takes"] = _takes(cells, known.categories)
    elif new:  # A column that was forgotten must not send every case there.
        cells.wrong("takes", msg("%(field)s is missing: leave its cell empty where the zone takes every case"))
    return facts | _ground(cells, new=new)


def _ground(cells: Cells, *, new: bool) -> dict[str, Any]:
    if new and cells.geometry is None and not cells.faults:
        cells.wrong("geometry", msg("A zone needs a polygon"))
    shape = cells.polygon()
    return {} if shape is None else {"shape": as_multipolygon(shape)}


def _takes(cells: Cells, categories: set[str]) -> tuple[str, ...]:
    paths = [_path(one) for one in cells.listing("takes")]
    for path in paths:
        if path not in categories:
            cells.wrong("takes", msg("There is no category %(category)s"), category=path[:120])
    return tuple(sorted(paths))


def _path(given: Any) -> str:
    """A category as zones name it; the API tells one by its three parts."""
    if isinstance(given, dict):
        return zones.path(*(str(given.get(part, "")) for part in ("standard_ref", "kind", "code")))
    return str(given)


def _check_code(cells: Cells, code: str, target: str, known: _Known) -> None:
    if not code:
        return
    if not re.fullmatch(zones.CODE_DIGITS, code):
        text = msg("'%(code)s' is no code of a zone: the nine digits of its town, a Z and three more")
        cells.wrong("code", text, code=code)
    elif code in known.used:
        cells.wrong("code", msg("%(code)s is retired; codes are never used again"), code=code)
    elif target and code[:_TOWN] != target[:_TOWN]:
        cells.wrong("code", msg("%(code)s is not of the town of %(target)s"), code=code, target=target)


def _check(job: Job, rows: Rows, there: Mapping[str, ZoneDraft], ended: Sequence[str]) -> None:
    drafts = [(cells, draft) for cells, draft in rows if draft is not None]
    before = {cells.number: there[draft.code].shape.point_on_surface() for cells, draft in drafts if draft.code in there}
    surroundings.check(job, [(cells, draft.shape.point_on_surface()) for cells, draft in drafts], before)
    if any(cells.faults for cells, _ in rows) or job.report.refuses:
        return  # They would be told twice.
    lines = {draft.code: cells for cells, draft in drafts}
    for zone, fault in zoning.unfit(job.session, [draft for _, draft in drafts], clock.now(), ended=ended):
        lines[zone.code].wrong("geometry", fault.text, **fault.values)


def _publish(job: Job, change: Change, there: Mapping[str, ZoneDraft]) -> None:
    terms, report = job.terms, job.report
    limit_m = terms.nearest_limit_m
    enacted = enact(job.session, change, actor=terms.actor, nearest_limit_m=limit_m, at=terms.valid_from, note=terms.note)
    wanted = {code for code, zone in change.zones.items() if zone is not None}
    done = set(enacted.published.zones)
    report.new, report.retired = len(wanted - there.keys()), len(change.zones.keys() - wanted)
    report.changed = len(done & wanted & there.keys())
    report.unchanged = len(wanted) - report.new - report.changed
