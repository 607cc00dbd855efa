"""What shapes that were drawn anew come to as a step: only what differs, and only on the plan's own ground."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry import MultiPolygon

from gridmap.errors import Invalid, msg
from gridmap.geo.shapes import as_multipolygon
from gridmap.grids.change import GridDraft
from gridmap.plans.mosaic import same
from gridmap.plans.rings import ON_EDGE_DEG
from gridmap.plans.state import Delta, State


def delta(
    state: State,
    shapes: Mapping[str, MultiPolygon],
    *,
    new: Mapping[str, GridDraft] | None = None,
    ended: Iterable[str] = (),
    sources: Mapping[str, tuple[str, ...]] | None = None,
) -> Delta:
    """The step that gives grids these shapes.

    Args:
        state: what they were before.
        shapes: by code; those that differ in nothing are left out.
        new: for codes that were not there, what they are called; their shapes are among `shapes`.
        ended: codes that end.
        sources: see `Delta`.

    Raises:
        Invalid: ground outside of the plan's would change, a grid would vanish that was not to end, or nothing changes.
    """
    gone, made = set(ended), dict(new or {})
    drafts: dict[str, GridDraft | None] = dict.fromkeys(gone)
    for code, shape in shapes.items():
        if code in gone:
            continue
        if code in made:
            drafts[code] = replace(made[code], shape=shape)
            continue
        _check_left(code, shape)
        if not same(state.shape(code), shape):
            _check_ground(state, code, shape)
            drafts[code] = replace(state.grid(code), shape=shape)
    for code in (*gone, *made):
        check_own(state, code)
    if not drafts:
        raise Invalid(msg("This would change nothing"))
    return Delta(drafts, dict(sources or {}))


def check_own(state: State, code: str, field: str = "code") -> None:
    """`Invalid` when the grid, which `field` names, lies outside of the plan's ground."""
    if not code.startswith(state.ground):
        text = msg("This plan draws within %(ground)s; %(code)s lies outside")
        raise Invalid(text, field=field, ground=state.ground, code=code[:40])


def _check_left(code: str, shape: MultiPolygon) -> None:
    if shape.is_empty:
        raise Invalid(msg("Nothing would be left of %(code)s: merge it instead"), field="code", code=code)


def _check_ground(state: State, code: str, shape: MultiPolygon) -> None:
    """A grid outside of the plan's ground may get corners on its border, and nothing else."""
    if not code.startswith(state.ground) and not only_corners(state.shape(code), shape):
        check_own(state, code)


def only_corners(before: MultiPolygon, after: MultiPolygon) -> bool:
    """Whether a shape only got vertices on edges it had, or none at all."""
    old, fresh = _vertices(before), _vertices(after)
    if not old < fresh:
        return old == fresh
    added = shapely.points(list(fresh - old))
    return bool((np.atleast_1d(shapely.distance(shapely.boundary(before), added)) <= ON_EDGE_DEG).all())


def _vertices(shape: MultiPolygon) -> set[tuple[float, float]]:
    return set(map(tuple, shapely.get_coordinates(as_multipolygon(shape)).tolist()))
