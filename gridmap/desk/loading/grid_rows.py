"""The rows of a file of grids as drafts: codes, names, parents, polygons, and the datum they are said to be in."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.desk.loading import suspicion
from gridmap.desk.loading.cells import Cells, Firsts
from gridmap.desk.loading.job import Job
from gridmap.desk.loading.report import Refusal
from gridmap.errors import Invalid, msg
from gridmap.grids.change import GridDraft
from gridmap.grids.codes import LENGTHS, Level, level_of, parent_of
from gridmap.grids.models import Boundary, Grid

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


class Standing(NamedTuple):
    """A grid in force."""

    names: dict[str, str]
    shape: MultiPolygon


class Drafted(NamedTuple):
    """A file's rows, the grids they make by code (with the parents in force they leave out), and those in force."""

    rows: list[tuple[Cells, GridDraft | None]]
    drafts: dict[str, GridDraft]
    standing: Mapping[str, Standing]


def drafted(job: Job, *, to_be_mended: bool = False) -> Drafted:
    """The job's rows as drafts; what is wrong with them stands in its report.

    Polygons are snapped to the lattice and must be sound, unless they are `to_be_mended`.
    """
    standing = _standing(job.session)
    firsts = Firsts()
    rows = [(cells, _draft(cells, standing, firsts, to_be_mended=to_be_mended)) for cells in job.cells("grids")]
    drafts = {draft.code: draft for _, draft in rows if draft is not None}
    _check_retired(job.session, rows)
    _check_parents(rows, drafts, standing)
    _check_datum(job, drafts, standing)
    job.collect(cells for cells, _ in rows)
    return Drafted(rows, drafts, standing)


def _standing(session: Session) -> dict[str, Standing]:
    rows = session.execute(
        select(Grid.code, Grid.name, Grid.name_en, Grid.head_name, Grid.head_phone, Boundary.geom)
        .join(Boundary, Boundary.grid_code == Grid.code)
        .where(func.upper_inf(Boundary.valid), Grid.retired_at.is_(None))
    )
    return {row.code: Standing({name: getattr(row, name) for name in _NAMES}, row.geom) for row in rows}


def _draft(cells: Cells, standing: Mapping[str, Standing], firsts: Firsts, *, to_be_mended: bool) -> GridDraft | None:
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
    return GridDraft(
        code, **{"name": "", **names}, shape=_polygon(cells, to_be_mended=to_be_mended) if level is Level.MICRO else None
    )


def _polygon(cells: Cells, *, to_be_mended: bool) -> Polygon | MultiPolygon | None:
    if cells.geometry is None and not cells.faults:
        cells.wrong("geometry", msg("A micro-grid needs a polygon"))
    return cells.polygon(to_be_mended=to_be_mended)


def _check_retired(session: Session, rows: Iterable[tuple[Cells, GridDraft | None]]) -> None:
    retired = set(session.scalars(select(Grid.code).where(Grid.retired_at.is_not(None))))
    for cells, draft in rows:
        if draft is not None and draft.code in retired:
            cells.wrong("code", msg("%(code)s is retired; codes are never used again"), code=draft.code)


def _check_parents(
    rows: Iterable[tuple[Cells, GridDraft | None]], drafts: dict[str, GridDraft], standing: Mapping[str, Standing]
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


def _check_datum(job: Job, drafts: Mapping[str, GridDraft], standing: Mapping[str, Standing]) -> None:
    sound = {code: draft.shape for code, draft in drafts.items() if draft.shape is not None and draft.shape.is_valid}
    both = [(shape, standing[code].shape) for code, shape in sound.items() if code in standing]
    if not both:  # Every grid is new; then the town as a whole may tell.
        both = [(shape, standing[code].shape) for code, shape in towns(sound).items() if code in standing]
    suspect = suspicion.by_offset(*suspicion.pairs(both), job.datum)
    if suspect is not None:
        job.report.refused.append(Refusal(0, suspect.fault))


def towns(shapes: Mapping[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """The ground of each town, as the union of its micro-grids."""
    parts: dict[str, list[BaseGeometry]] = {}
    for code, shape in shapes.items():
        parts.setdefault(code[: LENGTHS[Level.TOWN]], []).append(shape)
    return {code: shapely.union_all(shapes) for code, shapes in parts.items()}
