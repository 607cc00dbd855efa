"""Make one micro-grid of several that lie side by side."""

from collections.abc import Mapping, Sequence

from shapely.geometry import MultiPolygon

from gridmap.errors import Invalid, msg
from gridmap.plans.mosaic import Piece, dealt_out, owner
from gridmap.plans.operations.drawn import delta
from gridmap.plans.operations.numbering import origins, touching
from gridmap.plans.state import Delta, State


def merge(state: State, codes: Sequence[str], into: str | None = None) -> Delta:
    """Let `into` (by default the largest) have the ground of all `codes`; the others end.

    Raises:
        Invalid: fewer than two, `into` is none of them, or they don't lie side by side.
    """
    shapes = {code: state.shape(code) for code in dict.fromkeys(codes)}
    if len(shapes) < 2:
        raise Invalid(msg("It takes two grids to merge"), field="codes")
    if into is not None and into not in shapes:
        raise Invalid(msg("The grid that goes on has to be one of those that are merged"), field="into")
    if not side_by_side(shapes):
        raise Invalid(msg("These grids don't lie side by side: each needs a border with another"), field="codes")
    stays = into or max(shapes, key=lambda code: shapes[code].area)

    def to(piece: Piece) -> str | None:
        return stays if set(piece.owners) & shapes.keys() else owner(piece)

    ended = sorted(shapes.keys() - {stays})
    return delta(state, dealt_out(state, shapes, (), to), ended=ended, sources={stays: origins(state, shapes)})


def side_by_side(shapes: Mapping[str, MultiPolygon]) -> bool:
    """Whether one can walk from each to every other across borders, not corners."""
    left = set(shapes)
    reached = [left.pop()]
    for here in reached:
        next_ones = [code for code in left if touching(shapes[here], shapes[code])]
        left.difference_update(next_ones)
        reached += next_ones
    return not left
