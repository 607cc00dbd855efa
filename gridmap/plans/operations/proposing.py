"""Propose how a village could be divided: contiguous micro-grids of about the same weight, to begin drawing from."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry import MultiPolygon

from gridmap.errors import Invalid, msg
from gridmap.geo.shapes import as_multipolygon
from gridmap.grids.change import GridDraft
from gridmap.plans.mosaic import Piece, dealt_out, owner
from gridmap.plans.operations.balancing import divided
from gridmap.plans.operations.drawn import delta
from gridmap.plans.operations.numbering import in_order, next_codes
from gridmap.plans.rings import Place
from gridmap.plans.state import Delta, State

MOST_GRIDS = 100
OF_IT = 0.001  # Less than this share of a grid is not what another was made from.


def propose(
    state: State,
    village: str,
    parts: int,
    *,
    points: Sequence[tuple[float, float, float]] = (),
    lines: Sequence[Sequence[Place]] = (),
) -> Delta:
    """Let a village have `parts` micro-grids in the place of those it has; arguments as `balancing.divide` takes them.

    All its codes end; the new ones are numbered in order, with nobody at their head yet.

    Raises:
        Invalid: it has no micro-grids, is not one piece of ground, or can't be divided so.
    """
    before = state.children(village)
    above = state.find(village)
    if above is None or not before or above.shape is not None:
        raise Invalid(msg("There is no village with the code '%(code)s'"), field="village", code=village[:40])
    if not 2 <= parts <= MOST_GRIDS:
        raise Invalid(msg("A village is divided into 2 to %(most)s micro-grids"), field="parts", most=MOST_GRIDS)
    ground = as_multipolygon(shapely.coverage_union_all(list(before.values())))
    named = _named(state, village, [as_multipolygon(part) for part in divided(village, ground, parts, points, lines)])
    there = list(named)

    def to(piece: Piece) -> str | None:
        if not before.keys() & set(piece.owners):
            return owner(piece)
        return there[int(np.argmin(shapely.distance(list(named.values()), piece.inside)))]

    drawn = dealt_out(state, before, [shapely.boundary(shape) for shape in named.values()], to)
    new = {code: GridDraft(code, f"{above.name}-{int(code[-3:])}", _english(above.name_en, code)) for code in named}
    return delta(state, drawn, new=new, ended=before.keys() - named.keys(), sources=_sources(state, before, named))


def _named(state: State, village: str, grounds: Sequence[MultiPolygon]) -> dict[str, MultiPolygon]:
    """The new grids by their codes, in order."""
    numbered = {str(i): ground for i, ground in enumerate(grounds)}
    codes = next_codes(state, village, len(grounds), leaving=state.children(village))
    return {code: numbered[key] for code, key in zip(codes, in_order(numbered), strict=True)}


def _english(name: str, code: str) -> str:
    return f"{name}-{int(code[-3:])}" if name else ""


def _sources(state: State, before: Mapping[str, MultiPolygon], named: Mapping[str, MultiPolygon]) -> dict[str, tuple[str, ...]]:
    """For each new grid the codes of the base whose ground it has."""
    found = {}
    for code, shape in named.items():
        made_from = [old for old, ground in before.items() if shapely.intersection(shape, ground).area > OF_IT * ground.area]
        found[code] = tuple(sorted({one for old in made_from for one in state.origin(old)}))
    return found
