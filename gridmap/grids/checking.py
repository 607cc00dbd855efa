"""May this change be published? Codes and their parents, the base it was drawn on, and the partition around it."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gridmap.errors import Conflict, Fault, Invalid, msg
from gridmap.grids.change import Change
from gridmap.grids.codes import Level, level_of, parent_of
from gridmap.grids.coverage import Problem, problems, problems_of_change
from gridmap.grids.models import Boundary, Grid, Publication
from gridmap.grids.publications import touched_since

MOST_NAMED = 20
Shape: TypeAlias = Polygon | MultiPolygon


class NoPartition(Invalid):
    """The boundaries don't tile the ground; `problems` says where."""

    def __init__(self, found: Sequence[Problem]) -> None:
        self.problems = list(found)
        faults = [Fault(",".join(p.codes), p.text, dict(p.values)) for p in found]
        super().__init__(
            msg("The boundaries do not tile the ground: %(count)s problems, the first is: %(first)s"),
            faults=faults,
            count=len(found),
            first=faults[0],
        )


def check_codes(session: Session, change: Change, *, restored: Collection[str] = ()) -> None:
    """Whether the codes of a change, and those above and below them, make sense. `restored` are retired ones that may return.

    Raises:
        Invalid: a code is wrong, a parent or a child is missing, a retired code comes back, one ends that is not in force.
    """
    for code in (*change.grids, *change.retired):
        level_of(code)
    above = {up for code in (*change.grids, *change.retired) if (up := parent_of(code)) is not None}
    known = _known(session, {*change.grids, *change.retired, *above})
    live = {code for code, retired in known.items() if not retired}
    _refuse(change.retired - live, msg("These end, but are not in force: %(codes)s"), "retired")
    _refuse(change.retired & change.grids.keys(), msg("These end, and are changed as well: %(codes)s"), "retired")
    back = {code for code in change.grids if known.get(code)} - set(restored)
    _refuse(back, msg("Retired codes are never used again: %(codes)s"), "code")
    _check_shapes(change)
    after = (live | change.grids.keys()) - change.retired
    orphans = {code for code in change.grids if (up := parent_of(code)) is not None and up not in after}
    orphans |= _children(session, change.retired) - change.retired
    _refuse(orphans, msg("The grids above these are missing: %(codes)s"), "parent")
    parents = {code for code in {*change.grids, *above} if level_of(code) is not Level.MICRO} - change.retired
    staying = _children(session, parents) - change.retired
    fed = {parent_of(code) for code in {*staying, *change.grids}}
    _refuse(parents - fed, msg("These have no micro-grid: %(codes)s"), "code")


def _check_shapes(change: Change) -> None:
    bare = {
        code
        for code, draft in change.grids.items()
        if level_of(code) is Level.MICRO and (draft.shape is None or draft.shape.is_empty)
    }
    _refuse(bare, msg("Micro-grids need a polygon; without: %(codes)s"), "geometry")


def _known(session: Session, codes: Collection[str]) -> dict[str, bool]:
    """The codes that are on record, and whether they are retired."""
    asked = select(Grid.code, Grid.retired_at.is_not(None)).where(Grid.code == func.any(sorted(codes)))
    return {row[0]: row[1] for row in session.execute(asked)}


def _children(session: Session, parents: Collection[str]) -> set[str]:
    asked = select(Grid.code).where(Grid.parent_code == func.any(sorted(parents)), Grid.retired_at.is_(None))
    return set(session.scalars(asked))


def _refuse(codes: Collection[str], text: str, field: str) -> None:
    if codes:
        raise Invalid(text, field=field, codes=few(codes))


def few(codes: Collection[str]) -> str:
    """The first of some codes, for a sentence."""
    return ", ".join(sorted(codes)[:MOST_NAMED]) + (" …" if len(codes) > MOST_NAMED else "")


_BESIDE = text(
    """
    SELECT DISTINCT ON (b.id) b.grid_code AS code, ST_AsBinary(b.geom) AS wkb
    FROM unnest(CAST(:west AS float8[]), CAST(:south AS float8[]), CAST(:east AS float8[]), CAST(:north AS float8[]))
         AS box (west, south, east, north)
    JOIN boundary b ON b.geom && ST_MakeEnvelope(box.west, box.south, box.east, box.north, 4326)
    WHERE b.level = 'micro' AND upper_inf(b.valid) AND b.grid_code <> ALL(CAST(:touched AS text[]))
    """
)
# West, south, east, north: more than a gap's width at any latitude where people live.
_MARGIN_DEG = np.array([-3e-5, -3e-5, 3e-5, 3e-5])


def check_partition(
    session: Session, before: Mapping[str, Shape], after: Mapping[str, Shape], *, same_ground: bool = True
) -> None:
    """Whether micro-grids still tile the ground once the polygons `after` (by code, degrees) have replaced those of `before`.

    Unless it is the `same_ground`, everything there is may have to be looked at.

    Raises:
        NoPartition: gap, overlap, broken polygon, corners that neighbours don't share, ground that was nobody's.
    """
    sides = shapely.bounds([*before.values(), *after.values()]) + _MARGIN_DEG
    asked = dict(zip(("west", "south", "east", "north"), sides.T.tolist(), strict=True))
    rows = session.execute(_BESIDE, {**asked, "touched": sorted({*before, *after})})
    beside = {row.code: shapely.from_wkb(bytes(row.wkb)) for row in rows}
    found = problems_of_change(before, after, beside)
    if found and not same_ground:
        in_force = select(Boundary.grid_code, Boundary.geom).where(Boundary.level == Level.MICRO, func.upper_inf(Boundary.valid))
        found = problems({code: shape for code, shape in session.execute(in_force) if code not in before} | dict(after))
    if found:
        raise NoPartition(found)


def check_base(session: Session, change: Change, touched: Collection[str]) -> None:
    """Whether what a change touches is still as it was when it was drawn; what others have redrawn elsewhere may stay.

    Raises:
        Conflict: somebody has since redrawn some of the grids `touched`; its facts name them.
        Invalid: there is no such publication.
    """
    newest = session.scalar(select(func.max(Publication.id)))
    if change.base == newest:
        return
    if change.base is not None and session.get(Publication, change.base) is None:
        raise Invalid(msg("There is no publication %(id)s"), field="base", id=change.base)
    meeting = sorted(touched_since(session, change.base or 0).keys() & set(touched))
    if meeting:
        raise Conflict(
            msg("Others have redrawn these grids since this was drawn: %(codes)s"),
            facts={"base": change.base, "newest": newest, "codes": meeting},
            codes=few(meeting),
        )
