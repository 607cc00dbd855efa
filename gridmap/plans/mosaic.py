"""Ground taken apart into pieces along lines, each piece with its owners, and put together again. Pure.

All borders of a neighbourhood and the new lines are noded at once on the lattice of 1e-8 degrees (snap rounding: Hobby 1999,
as GEOS' OverlayNG does it), so that whatever is put together from the pieces shares its corners with its neighbours.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gridmap.errors import Invalid, msg
from gridmap.geo.shapes import SNAP_DEG, snapped, united
from gridmap.plans.state import State


class Piece(NamedTuple):
    """A piece of ground: its polygon, a point inside, and the codes of the grids that have it (none in a gap, several in an
    overlap)."""

    polygon: Polygon
    inside: shapely.Point
    owners: tuple[str, ...]


def pieces(shapes: Mapping[str, MultiPolygon], lines: Iterable[BaseGeometry] = ()) -> list[Piece]:
    """The pieces into which the borders of `shapes` and the `lines` cut the ground; also what they enclose without owning it."""
    borders = [shapely.boundary(shape) for shape in shapes.values()]
    noded = shapely.union_all([*borders, *lines], grid_size=SNAP_DEG)
    found = shapely.get_parts(snapped(shapely.polygonize([noded])))
    found = found[shapely.is_valid(found) & (shapely.area(found) > 0)]
    points = shapely.point_on_surface(found)
    owners = _owners(shapes, points)
    return [Piece(*each) for each in zip(found, points, owners, strict=True)]


def _owners(shapes: Mapping[str, MultiPolygon], points: np.ndarray) -> list[tuple[str, ...]]:
    codes = list(shapes)
    found: list[list[str]] = [[] for _ in points]
    for point, shape in shapely.STRtree(list(shapes.values())).query(points, predicate="intersects").T.tolist():
        found[point].append(codes[shape])
    return [tuple(sorted(owners)) for owners in found]


def owner(piece: Piece) -> str | None:
    """Who has a piece: of several the first, in a gap nobody."""
    return piece.owners[0] if piece.owners else None


def dealt_out(
    state: State, codes: Iterable[str], lines: Iterable[BaseGeometry], to: Callable[[Piece], str | None] = owner
) -> dict[str, MultiPolygon]:
    """Cut the ground of `codes` and of all that touch them along `lines`; `to` says who gets each piece (None: nobody).

    Answers the shapes of those whose ground or corners became others, new codes included; who is left with nothing has an
    empty shape.

    Raises:
        Invalid: sound shapes would become broken ones.
    """
    before = state.around(codes)
    dealt: dict[str, list[Polygon]] = {}
    for piece in pieces(before, lines):
        whose = to(piece)
        if whose is not None:
            dealt.setdefault(whose, []).append(piece.polygon)
    after = {code: united(parts) for code, parts in dealt.items()}
    _check_sound(before, after)
    return {code: shape for code, shape in after.items() if not (code in before and same(before[code], shape))} | {
        code: MultiPolygon() for code in before.keys() - after.keys()
    }


def _check_sound(before: Mapping[str, MultiPolygon], after: Mapping[str, MultiPolygon]) -> None:
    """`Invalid` when sound shapes would become broken ones: the sides of a piece thinner than the lattice fall together."""
    broken = sorted(code for code, shape in after.items() if not shape.is_valid)
    if broken and all(shape.is_valid for shape in before.values()):
        raise Invalid(
            msg("This would leave a piece of %(code)s less than a millimetre wide: draw it a little differently"), code=broken[0]
        )


def same(one: MultiPolygon, other: MultiPolygon) -> bool:
    """Whether two shapes have the same rings, wherever these begin."""
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other)))
