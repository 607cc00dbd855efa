"""Split a micro-grid along a drawn line."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from gridmap.errors import Invalid, msg
from gridmap.grids.change import GridDraft
from gridmap.plans.mosaic import Piece, dealt_out, owner, pieces
from gridmap.plans.operations.drawn import delta
from gridmap.plans.operations.numbering import in_order, next_codes
from gridmap.plans.rings import Place, lattice
from gridmap.plans.state import VILLAGE, Delta, State

AT_A_CORNER_DEG = 2e-6  # Some 20 cm: a cut that ends so near a corner ends at it.
MOST_PIECES = 50


class Keep(StrEnum):
    """Which piece of a grid that is split goes on under its code."""

    LARGEST = "largest"
    NONE = "none"


def split(state: State, code: str, line: Sequence[Place], keep: Keep = Keep.LARGEST) -> Delta:
    """Cut a micro-grid along a line, which has to cross it from border to border; each piece becomes a grid.

    Pieces that get a new code have nobody at their head yet. Parts of the grid the line does not cross stay with the largest.

    Raises:
        Invalid: the line does not cut it.
    """
    shape = state.shape(code)
    if not shape.is_valid:
        raise Invalid(msg("The outline of %(code)s crosses itself: mend that first"), field="code", code=code)
    cuts = cuts_within(shape, LineString([lattice(place) for place in line]))
    found = [piece for piece in pieces({code: shape}, cuts) if piece.owners]
    if len(found) <= len(shape.geoms):
        raise Invalid(msg("The line does not cut %(code)s: it has to cross it from border to border"), field="line", code=code)
    if len(found) > MOST_PIECES:
        raise Invalid(msg("The line cuts %(code)s into more than %(most)s pieces"), field="line", code=code, most=MOST_PIECES)
    return parted(state, code, cuts, _uncut_together(shape, found), keep)


def cuts_within(shape: MultiPolygon, line: BaseGeometry) -> list[LineString]:
    """The parts of a line inside a shape; ends that come near one of its corners end there."""
    inside = [part for part in shapely.get_parts(shapely.intersection(line, shape)) if part.length > 0]
    merged = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(inside))) if inside else []
    corners = shapely.MultiPoint(shapely.get_coordinates(shape))
    return [
        LineString([*_at_corner(xy[:1], corners), *xy[1:-1], *_at_corner(xy[-1:], corners)])
        for xy in map(shapely.get_coordinates, merged)
    ]


def _at_corner(end: np.ndarray, corners: shapely.MultiPoint) -> np.ndarray:
    here = Point(end[0])
    to_corner = shapely.get_coordinates(shapely.shortest_line(here, corners))
    return to_corner[1:] if np.hypot(*(to_corner[1] - to_corner[0])) <= AT_A_CORNER_DEG else end


def _uncut_together(shape: MultiPolygon, found: Sequence[Piece]) -> list[BaseGeometry]:
    """The ground of each new grid, largest first: every piece of a part that was cut; parts left whole go with the largest."""
    part_of = [int(np.argmin(shapely.distance(shapely.get_parts(shape), piece.inside))) for piece in found]
    cut = [piece.polygon for piece, part in zip(found, part_of, strict=True) if part_of.count(part) > 1]
    whole = [piece.polygon for piece, part in zip(found, part_of, strict=True) if part_of.count(part) == 1]
    largest, *others = sorted(cut, key=lambda polygon: -polygon.area)
    return [shapely.union_all([largest, *whole]), *others]


def parted(state: State, code: str, cuts: Sequence[BaseGeometry], grounds: Sequence[BaseGeometry], keep: Keep) -> Delta:
    """The step that makes grids of a grid's `grounds` (the largest first), borders running along `cuts`."""
    kept = [code] if keep is Keep.LARGEST else []
    numbered = {str(i): shapely.geometry.MultiPolygon(shapely.get_parts(ground)) for i, ground in enumerate(grounds)}
    fresh_order = in_order({key: shape for key, shape in numbered.items() if not (kept and key == "0")})
    fresh = dict(zip(fresh_order, next_codes(state, code[:VILLAGE], len(fresh_order)), strict=True))
    names = {"0": code, **fresh} if kept else fresh

    def to(piece: Piece) -> str | None:
        if piece.owners != (code,):
            return owner(piece)
        return names[min(numbered, key=lambda key: numbered[key].distance(piece.inside))]

    shapes = dealt_out(state, [code], cuts, to)
    new = {fresh_code: _named_after(state.grid(code), fresh_code) for fresh_code in fresh.values()}
    sources = dict.fromkeys(names.values(), state.origin(code))
    return delta(state, shapes, new=new, ended=[] if kept else [code], sources=sources)


def _named_after(old: GridDraft, code: str) -> GridDraft:
    number = int(code[VILLAGE:])
    return GridDraft(code, f"{old.name}-{number}", f"{old.name_en}-{number}" if old.name_en else "")
