"""Load grids: the file holds all grids of the towns it names; what it leaves out of them is retired.

Only micro-grids need a polygon. Villages and towns are the union of theirs; a polygon given for one is only compared.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.desk.loading import suspicion
from gridmap.desk.loading.cells import Cells, Firsts
from gridmap.desk.loading.job import Job
from gridmap.desk.loading.report import Refusal
from gridmap.desk.redrawing.enact import enact_whole
from gridmap.errors import Fault, Invalid, msg
from gridmap.geo.measure import plane_at
from gridmap.geo.shapes import snapped
from gridmap.grids.change import GridDraft
from gridmap.grids.checking import NoPartition
from gridmap.grids.codes import LENGTHS, Level, level_of, parent_of
from gridmap.grids.models import Boundary, Grid
from gridmap.grids.publishing import Published

_LEVELS = {
    "镇": "town",
    "街道": "town",
    "镇总网格": "town",
    "总网格": "town",
    "村居": "village",
    "村": "village",
    "社区": "village",
}
_LEVELS |= {"村居网格": "village", "微网格": "micro", "网格": "micro"} | {str(level): str(level) for level in Level}
_NAMES = ("name", "name_en", "head_name", "head_phone")
_DIFFERS_M2 = 1.0


class _Standing(NamedTuple):
    """A grid in force."""

    names: dict[str, str]
    shape: MultiPolygon


def load(job: Job) -> None:
    """Publish the job's rows; its report tells how it went."""
    standing = _standing(job.session)
    firsts = Firsts()
    rows = [(cells, _draft(cells, standing, firsts)) for cells in job.cells("grids")]
    drafts = {draft.code: draft for _, draft in rows if draft is not None}
    _check_retired(job.session, rows)
    _check_parents(rows, drafts, standing)
    _check_datum(job, drafts, standing)
    job.collect(cells for cells, _ in rows)
    if job.report.refuses:
        return
    _compare_unions(job, rows, drafts)
    _publish(job, {cells.number: draft.code for cells, draft in rows if draft}, drafts, standing)


def _standing(session: Session) -> dict[str, _Standing]:
    rows = session.execute(
        select(Grid.code, Grid.name, Grid.name_en, Grid.head_name, Grid.head_phone, Boundary.geom)
        .join(Boundary, Boundary.grid_code == Grid.code)
        .where(func.upper_inf(Boundary.valid), Grid.retired_at.is_(None))
    )
    return {row.code: _Standing({name: getattr(row, name) for name in _NAMES}, row.geom) for row in rows}


def _draft(cells: Cells, standing: Mapping[str, _Standing], firsts: Firsts) -> GridDraft | None:
    code = cells.text("code", needed=True, most=40)
    try:
        level = level_of(code)
    except Invalid as error:
        if code:
            cells.wrong("code", error.text, **error.values)
        return None
    firsts.check(cells, "code", code)
    named = cells.choice("level", _LEVELS)
    if named not in (None, level):
        cells.wrong(
            "level", msg("%(code)s is the code of a %(level)s, not of a %(named)s"), code=code, level=str(level), named=named
        )
    parent = cells.text("parent", most=40)
    if parent and parent != parent_of(code):
        cells.wrong(
            "parent", msg("The parent of %(code)s is %(right)s, not %(parent)s"), code=code, right=parent_of(code), parent=parent
        )
    names = dict(standing[code].names) if code in standing else {}
    names |= {name: cells.text(name, most=200) for name in _NAMES if cells.has(name)}
    if not names.get("name"):
        cells.wrong("name", msg("%(field)s is missing"))
    return GridDraft(code, **{"name": "", **names}, shape=_polygon(cells) if level is Level.MICRO else None)


def _polygon(cells: Cells) -> Polygon | MultiPolygon | None:
    shape = cells.geometry
    if shape is None:
        if not cells.faults:
            cells.wrong("geometry", msg("A micro-grid needs a polygon"))
        return None
    if not isinstance(shape, Polygon | MultiPolygon):
        cells.wrong("geometry", msg("It must be a Polygon or MultiPolygon, not a %(kind)s"), kind=shape.geom_type)
        return None
    shape = snapped(shape)
    if not shape.is_valid:
        cells.wrong("geometry", msg("The polygon is broken: %(why)s"), why=shapely.is_valid_reason(shape))
        return None
    return shape


def _check_retired(session: Session, rows: Iterable[tuple[Cells, GridDraft | None]]) -> None:
    retired = set(session.scalars(select(Grid.code).where(Grid.retired_at.is_not(None))))
    for cells, draft in rows:
        if draft is not None and draft.code in retired:
            cells.wrong("code", msg("%(code)s is retired; codes are never used again"), code=draft.code)


def _check_parents(
    rows: Iterable[tuple[Cells, GridDraft | None]], drafts: dict[str, GridDraft], standing: Mapping[str, _Standing]
) -> None:
    """The village and the town of a micro-grid stand in the file, or else in force; those taken from there join the drafts."""
    for cells, draft in rows:
        above = parent_of(draft.code) if draft else None
        while above and above not in drafts:
            if above not in standing:
                cells.wrong("code", msg("Its parent %(parent)s is neither in the file nor in force"), parent=above)
                break
            drafts[above] = GridDraft(above, **standing[above].names)
            above = parent_of(above)


def _check_datum(job: Job, drafts: Mapping[str, GridDraft], standing: Mapping[str, _Standing]) -> None:
    both = [(draft.shape, standing[code].shape) for code, draft in drafts.items() if draft.shape is not None and code in standing]
    if not both:  # Every grid is new; then the town as a whole may tell.
        both = [(shape, standing[code].shape) for code, shape in _towns(drafts).items() if code in standing]
    suspect = suspicion.by_offset(*suspicion.pairs(both), job.datum)
    if suspect is not None:
        job.report.refused.append(Refusal(0, suspect.fault))


def _compare_unions(job: Job, rows: Iterable[tuple[Cells, GridDraft | None]], drafts: Mapping[str, GridDraft]) -> None:
    """Tell where the polygon given for a village or a town is not what its micro-grids make."""
    parts: dict[str, list[BaseGeometry]] = {}
    for code, micro in drafts.items():
        for length in (LENGTHS[Level.VILLAGE], LENGTHS[Level.TOWN]):
            if micro.shape is not None:
                parts.setdefault(code[:length], []).append(micro.shape)
    for cells, draft in rows:
        if draft is None or draft.shape is not None or cells.geometry is None or draft.code not in parts:
            continue
        union, given = shapely.union_all(parts[draft.code]), snapped(cells.geometry)
        plane = plane_at(union.centroid.x)
        flat = plane.flat(np.array([union, given], dtype=object))
        differs = shapely.symmetric_difference(*flat).area if given.is_valid else float("inf")
        if differs > _DIFFERS_M2:
            text = msg(
                "The polygon given for %(code)s differs from the union of its micro-grids by %(area)s m²; the union counts"
            )
            job.warn("geometry", text, code=draft.code, area=f"{differs:,.0f}")


def _publish(job: Job, lines: Mapping[int, str], drafts: Mapping[str, GridDraft], standing: Mapping[str, _Standing]) -> None:
    here = {code[: LENGTHS[Level.TOWN]] for code in drafts}
    left_out = sorted(code for code in standing if code[: LENGTHS[Level.TOWN]] in here and code not in drafts)
    if left_out and not job.terms.retire:  # Half a town by mistake would end the other half's codes for good.
        text = msg("%(count)s grids in force are not in the file (%(codes)s); with --retire they are retired, for good")
        job.refuse(0, "code", text, count=len(left_out), codes=_few(left_out))
        return
    elsewhere = [_kept(code, grid) for code, grid in standing.items() if code[: LENGTHS[Level.TOWN]] not in here]
    terms = job.terms
    terms.progress("check", 0, len(drafts))
    try:
        done = enact_whole(
            job.session,
            [*drafts.values(), *elsewhere],
            actor=terms.actor,
            nearest_limit_m=terms.nearest_limit_m,
            at=terms.valid_from,
            note=terms.note,
        ).published
    except NoPartition as error:
        _refuse_problems(job, error, {code: line for line, code in lines.items()})
        return
    except Invalid as error:
        faults = error.faults or (Fault("", error.text, error.values),)
        job.report.refused.extend(Refusal(0, fault) for fault in faults)
        return
    _tell(job, done, lines.values(), standing)
    if left_out:
        job.report.retired = len(left_out)
        job.warn("code", msg("In force, but not in the file, and so retired: %(codes)s"), codes=_few(left_out))
    for code, shape in sorted(_towns(drafts).items()):
        if isinstance(shape, MultiPolygon) and len(shape.geoms) > 1:
            job.warn("geometry", msg("%(code)s falls into %(count)s parts that do not touch"), code=code, count=len(shape.geoms))


def _tell(job: Job, done: Published, codes: Iterable[str], standing: Mapping[str, _Standing]) -> None:
    touched = {*done.opened, *done.renamed}
    for code in codes:
        if code not in standing:
            job.report.new += 1
        elif code in touched:
            job.report.changed += 1
        else:
            job.report.unchanged += 1


def _towns(drafts: Mapping[str, GridDraft]) -> dict[str, BaseGeometry]:
    """The ground of each town, as the union of its micro-grids."""
    parts: dict[str, list[BaseGeometry]] = {}
    for code, draft in drafts.items():
        if draft.shape is not None:
            parts.setdefault(code[: LENGTHS[Level.TOWN]], []).append(draft.shape)
    return {code: shapely.union_all(shapes) for code, shapes in parts.items()}


def _kept(code: str, grid: _Standing) -> GridDraft:
    return GridDraft(code, **grid.names, shape=grid.shape if level_of(code) is Level.MICRO else None)


def _refuse_problems(job: Job, error: NoPartition, lines: Mapping[str, int]) -> None:
    for problem in error.problems:
        line = min((lines[code] for code in problem.codes if code in lines), default=0)
        job.report.refused.append(Refusal(line, Fault("geometry", problem.text, dict(problem.values))))


def _few(codes: Sequence[str]) -> str:
    return ", ".join(codes[:10]) + (" …" if len(codes) > 10 else "")
