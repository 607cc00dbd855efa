"""The rows of a publish: grids with their names, boundaries closed and opened."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry import MultiPolygon
from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.errors import Conflict, Invalid, msg
from gridmap.geo.measure import area_m2
from gridmap.geo.shapes import snapped
from gridmap.grids.change import GridDraft
from gridmap.grids.codes import level_of, parent_of
from gridmap.grids.lineage import Shapes, all_levels
from gridmap.grids.models import Boundary, Grid, Lineage, Publication, Renaming


class Standing(NamedTuple):
    """A boundary in force."""

    id: int
    shape: MultiPolygon


def moment(session: Session, at: datetime | None) -> datetime:
    """From when a publish holds: `at`, or now, and in any case after the last one.

    Raises:
        Invalid: `at` lies in the future.
        Conflict: `at` is not after the last publish.
    """
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


def equal(one: MultiPolygon, other: MultiPolygon) -> bool:
    """Whether two shapes have the same vertices, wherever their rings begin."""
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other)))


def names(grid: GridDraft | Grid | Renaming) -> dict[str, str]:
    """What a grid is called and who heads it, by column."""
    return {"name": grid.name, "name_en": grid.name_en, "head_name": grid.head_name, "head_phone": grid.head_phone}


def in_force(session: Session, codes: Sequence[str]) -> dict[str, Standing]:
    """The boundaries in force of these grids; codes without one are left out."""
    asked = select(Boundary.grid_code, Boundary.id, Boundary.geom)
    rows = session.execute(asked.where(func.upper_inf(Boundary.valid), Boundary.grid_code == func.any(list(codes))))
    return {code: Standing(key, shape) for code, key, shape in rows}


def children_in_force(session: Session, parents: Collection[str]) -> dict[str, MultiPolygon]:
    """The shapes in force directly below these grids, by code."""
    asked = select(Boundary.grid_code, Boundary.geom).join(Grid, Grid.code == Boundary.grid_code)
    rows = session.execute(asked.where(func.upper_inf(Boundary.valid), Grid.parent_code == func.any(sorted(parents))))
    return {row[0]: row[1] for row in rows}


def ended_by(session: Session, publication: int) -> set[str]:
    """The codes that a publish retired and that have not gone on since."""
    ended = select(Grid.code).join(Publication, Publication.at == Grid.retired_at).where(Publication.id == publication)
    return set(session.scalars(ended))


def renamings(session: Session, drafts: Collection[GridDraft]) -> dict[str, dict[str, str]]:
    """What the grids on record are called now that shall be called otherwise."""
    wanted = {draft.code: names(draft) for draft in drafts}
    known = session.scalars(select(Grid).where(Grid.code == func.any(sorted(wanted))))
    return {grid.code: names(grid) for grid in known if names(grid) != wanted[grid.code]}


def write_grids(
    session: Session, drafts: Collection[GridDraft], renamed: Mapping[str, Mapping[str, str]], publication: int
) -> None:
    """Write down new grids and new names, and what those `renamed` were called until this publish; the retired go on."""
    if renamed:
        session.execute(
            insert(Renaming), [{"publication_id": publication, "grid_code": code, **facts} for code, facts in renamed.items()]
        )
    known = {grid.code: grid for grid in session.scalars(select(Grid).where(Grid.code == func.any([d.code for d in drafts])))}
    for draft in sorted(drafts, key=lambda d: (len(d.code), d.code)):
        grid = known.get(draft.code)
        if grid is None:
            session.add(Grid(code=draft.code, level=level_of(draft.code), parent_code=parent_of(draft.code), **names(draft)))
        else:
            grid.retired_at = None
            for key, value in names(draft).items():
                setattr(grid, key, value)
    session.flush()  # Boundaries refer to the grids by plain inserts.


def keep_lineage(
    session: Session, publication: int, before: Shapes, after: Shapes, sources: Mapping[str, tuple[str, ...]]
) -> None:
    """Write down where the ground of every grid touched went; shapes of all levels, by code."""
    rows = all_levels(before, after, sources)
    if rows:
        session.execute(
            insert(Lineage),
            [
                {
                    "publication_id": publication,
                    "from_code": row.from_code,
                    "to_code": row.to_code,
                    "kind": row.kind.value,
                    "area_m2": row.area_m2,
                    "area_share": row.share,
                }
                for row in rows
            ],
        )


def close_boundaries(session: Session, boundaries: Sequence[int], at: datetime) -> None:
    """Let the boundaries of these ids end at `at`."""
    session.execute(
        update(Boundary)
        .where(Boundary.id.in_(boundaries))
        .values(valid=func.tstzrange(func.lower(Boundary.valid), at))
        .execution_options(synchronize_session=False)
    )


def open_boundaries(session: Session, shapes: Mapping[str, MultiPolygon], at: datetime, publication: int) -> None:
    """Let boundaries with these shapes (by code, degrees) begin at `at`, with their labels and areas."""
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
