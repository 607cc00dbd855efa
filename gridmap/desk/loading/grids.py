"""Load grids: the file holds all grids of the towns it names; what it leaves out of them is retired.

Only micro-grids need a polygon. Villages and towns are the union of theirs; a polygon given for one is only compared.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from gridmap.desk.loading.cells import Cells
from gridmap.desk.loading.grid_rows import Standing, drafted, towns
from gridmap.desk.loading.job import Job
from gridmap.desk.loading.report import Refusal
from gridmap.desk.redrawing.enact import enact_whole
from gridmap.errors import Fault, Invalid, msg
from gridmap.geo.measure import plane_at
from gridmap.geo.shapes import snapped
from gridmap.grids.change import GridDraft
from gridmap.grids.checking import NoPartition
from gridmap.grids.codes import LENGTHS, Level, level_of
from gridmap.grids.publishing import Published

_DIFFERS_M2 = 1.0


def load(job: Job) -> None:
    """Publish the job's rows; its report tells how it went."""
    rows, drafts, standing = drafted(job)
    if job.report.refuses:
        return
    _compare_unions(job, rows, drafts)
    _publish(job, {cells.number: draft.code for cells, draft in rows if draft}, drafts, standing)


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


def _publish(job: Job, lines: Mapping[int, str], drafts: Mapping[str, GridDraft], standing: Mapping[str, Standing]) -> None:
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
    for code, shape in sorted(towns({code: draft.shape for code, draft in drafts.items() if draft.shape is not None}).items()):
        if isinstance(shape, MultiPolygon) and len(shape.geoms) > 1:
            job.warn("geometry", msg("%(code)s falls into %(count)s parts that do not touch"), code=code, count=len(shape.geoms))


def _tell(job: Job, done: Published, codes: Iterable[str], standing: Mapping[str, Standing]) -> None:
    touched = {*done.opened, *done.renamed}
    for code in codes:
        if code not in standing:
            job.report.new += 1
        elif code in touched:
            job.report.changed += 1
        else:
            job.report.unchanged += 1


def _kept(code: str, grid: Standing) -> GridDraft:
    return GridDraft(code, **grid.names, shape=grid.shape if level_of(code) is Level.MICRO else None)


def _refuse_problems(job: Job, error: NoPartition, lines: Mapping[str, int]) -> None:
    for problem in error.problems:
        line = min((lines[code] for code in problem.codes if code in lines), default=0)
        job.report.refused.append(Refusal(line, Fault("geometry", problem.text, dict(problem.values))))


def _few(codes: Sequence[str]) -> str:
    return ", ".join(codes[:10]) + (" …" if len(codes) > 10 else "")
