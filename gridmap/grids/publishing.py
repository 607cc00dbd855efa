"""Publish boundaries: the one deed after which other boundaries are in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import shapely
from shapely.geometry import MultiPolygon
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.errors import Conflict, Fault, Invalid, msg
from gridmap.geo.measure import area_m2
from gridmap.geo.shapes import as_multipolygon, snapped
from gridmap.grids import tiling
from gridmap.grids.change import GridDraft
from gridmap.grids.codes import Level, level_of, parent_of
from gridmap.grids.coverage import Problem, problems
from gridmap.grids.models import Boundary, Grid, Publication
from gridmap.journal.write import Event, write

LOCK_SQL = "hashtext('gridmap publish')"  # Who publishes has it alone; who must not see boundaries change shares it.


@dataclass(frozen=True)
class Published:
    """What a publish did; `publication` is None when nothing changed, not even a name."""

    publication: int | None
    at: datetime
    opened: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)


class NoPartition(Invalid):
    """The boundaries don't tile the ground; `problems` says where."""

    def __init__(self, found: Sequence[Problem]) -> None:
        self.problems = list(found)
        faults = [Fault(",".join(p.codes), p.text, dict(p.values)) for p in found]
        super().__init__(
            msg("The boundaries do not tile the ground: %(count)s problems, the first is: %(first)s"),
            faults=faults,
            count=len(found),
            first=str(found[0]),
        )


def publish(
    session: Session, drafts: Sequence[GridDraft], *, actor: str, at: datetime | None = None, note: str = ""
) -> Published:
    """Put the whole set of grids `drafts` in force from `at` (default: now).

    Closes and opens only boundaries that differ; a grid that is no longer among the drafts is retired. Changed names
    and heads are taken over. The caller commits.

    Raises:
        NoPartition: gap, overlap, broken polygon or corners that neighbours don't share.
        Invalid: a code is wrong or twice there, a parent is missing, a micro-grid has no shape, a retired code comes back,
            `at` lies in the future.
        Conflict: `at` is not after the last publish.
    """
    session.execute(text(f"SELECT pg_advisory_xact_lock({LOCK_SQL})"))
    drafts = [_snap(draft) for draft in drafts]
    _check(session, drafts)
    at = _moment(session, at)
    shapes = _with_unions(drafts)
    renamed = _write_grids(session, drafts)
    current = _in_force(session)
    same = {code for code in shapes.keys() & current.keys() if _equal(shapes[code], current[code][1])}
    opened, closed = sorted(shapes.keys() - same), sorted(current.keys() - same)
    if not opened and not closed and not renamed:
        return Published(None, at, unchanged=sorted(same), renamed=renamed)
    publication = session.scalars(insert(Publication).values(at=at, actor=actor, note=note).returning(Publication.id)).one()
    _close(session, [current[code][0] for code in closed], at)
    _open(session, {code: shapes[code] for code in opened}, at, publication)
    retired = sorted(current.keys() - shapes.keys())
    session.execute(update(Grid).where(Grid.code.in_(retired)).values(retired_at=at))
    tiling.rebuild(session)  # Tiles carry names too.
    done = Published(publication, at, opened, closed, sorted(same), renamed)
    write(session, [_event(done, retired, actor)])
    return done


def hold(session: Session) -> None:
    """Let nobody publish until this transaction ends; waits for who is publishing."""
    session.execute(text(f"SELECT pg_advisory_xact_lock_shared({LOCK_SQL})"))


def _snap(draft: GridDraft) -> GridDraft:
    if draft.shape is None:
        return draft
    return GridDraft(draft.code, draft.name, draft.name_en, draft.head_name, draft.head_phone, snapped(draft.shape))


def _check(session: Session, drafts: Sequence[GridDraft]) -> None:
    codes = [draft.code for draft in drafts]
    for code in codes:
        level_of(code)
    known = set(codes)
    if len(known) < len(codes):
        twice = sorted({code for code in codes if codes.count(code) > 1})
        raise Invalid(msg("Grid codes stand there more than once: %(codes)s"), field="code", codes=", ".join(twice[:20]))
    orphans = sorted(code for code in codes if (up := parent_of(code)) and up not in known)
    if orphans:
        raise Invalid(msg("The grids above these are missing: %(codes)s"), field="parent", codes=", ".join(orphans[:20]))
    micros = {d.code: d.shape for d in drafts if level_of(d.code) is Level.MICRO}
    bare = sorted(code for code, shape in micros.items() if shape is None or shape.is_empty)
    if bare or not micros:
        raise Invalid(msg("Micro-grids need a polygon; without: %(codes)s"), field="geometry", codes=", ".join(bare[:20]) or "-")
    childless = sorted(known - micros.keys() - {code[:n] for code in micros for n in (9, 12)})
    if childless:
        raise Invalid(msg("These have no micro-grid: %(codes)s"), field="code", codes=", ".join(childless[:20]))
    back = session.scalars(select(Grid.code).where(Grid.code.in_(codes), Grid.retired_at.is_not(None))).all()
    if back:
        raise Invalid(msg("Retired codes are never used again: %(codes)s"), field="code", codes=", ".join(sorted(back)[:20]))
    found = problems({code: shape for code, shape in micros.items() if shape is not None})
    if found:
        raise NoPartition(found)


def _moment(session: Session, at: datetime | None) -> datetime:
    last = session.scalar(select(func.max(Publication.at)))
    if at is None:
        return max(clock.now(), last + timedelta(microseconds=1)) if last else clock.now()
    if at > clock.now():
        raise Invalid(
            msg("Boundaries can't be put in force ahead of time: %(at)s lies in the future"), field="at", at=at.isoformat()
        )
    if last and at <= last:
        raise Conflict(msg("Boundaries published at %(last)s are already in force; choose a later moment"), last=last.isoformat())
    return at


def _with_unions(drafts: Sequence[GridDraft]) -> dict[str, MultiPolygon]:
    shapes = {d.code: as_multipolygon(d.shape) for d in drafts if d.shape is not None and level_of(d.code) is Level.MICRO}
    for length in (12, 9):
        children: dict[str, list[MultiPolygon]] = {}
        for code, shape in shapes.items():
            if len(code) == length + 3:
                children.setdefault(code[:length], []).append(shape)
        # coverage_union drops shared edges by equality of their vertices: exact, and right because ours was just checked.
        shapes |= {code: as_multipolygon(shapely.coverage_union_all(parts)) for code, parts in children.items()}
    return shapes


def _equal(one: MultiPolygon, other: MultiPolygon) -> bool:
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other)))


def _in_force(session: Session) -> dict[str, tuple[int, MultiPolygon]]:
    rows = session.execute(select(Boundary.grid_code, Boundary.id, Boundary.geom).where(func.upper_inf(Boundary.valid)))
    return {code: (key, shape) for code, key, shape in rows}


def _write_grids(session: Session, drafts: Sequence[GridDraft]) -> list[str]:
    known = {grid.code: grid for grid in session.scalars(select(Grid))}
    renamed = []
    for draft in sorted(drafts, key=lambda d: len(d.code)):
        facts = {"name": draft.name, "name_en": draft.name_en, "head_name": draft.head_name, "head_phone": draft.head_phone}
        grid = known.get(draft.code)
        if grid is None:
            session.add(Grid(code=draft.code, level=level_of(draft.code), parent_code=parent_of(draft.code), **facts))
        elif any(getattr(grid, key) != value for key, value in facts.items()):
            renamed.append(draft.code)
            for key, value in facts.items():
                setattr(grid, key, value)
    session.flush()  # Boundaries refer to the grids by plain inserts.
    return renamed


def _close(session: Session, boundaries: Sequence[int], at: datetime) -> None:
    session.execute(
        update(Boundary)
        .where(Boundary.id.in_(boundaries))
        .values(valid=func.tstzrange(func.lower(Boundary.valid), at))
        .execution_options(synchronize_session=False)
    )


def _open(session: Session, shapes: Mapping[str, MultiPolygon], at: datetime, publication: int) -> None:
    rows = [
        {
            "grid_code": code,
            "level": level_of(code),
            "valid": Range(at, None, bounds="[)"),
            "publication_id": publication,
            "geom": shape,
            "label": label_point(shape),
            "area_m2": area_m2(shape),
        }
        for code, shape in sorted(shapes.items())
    ]
    if rows:
        session.execute(insert(Boundary), rows)


def label_point(shape: MultiPolygon) -> shapely.Point:
    """Where the name goes: the centre of the largest circle inside the largest part, in degrees."""
    largest = max(shape.geoms, key=lambda part: part.area)
    west, south, east, north = largest.bounds
    radius = shapely.maximum_inscribed_circle(largest, tolerance=float(np.hypot(east - west, north - south)) / 200)
    return shapely.Point(snapped(radius).coords[0])


def _event(done: Published, retired: list[str], actor: str) -> Event:
    data = {
        "publication": done.publication,
        "valid_from": done.at.isoformat(),
        "opened": done.opened,
        "closed": done.closed,
        "retired": retired,
        "renamed": done.renamed,
    }
    return Event("grids", "grids.published", str(done.publication), actor, data)
