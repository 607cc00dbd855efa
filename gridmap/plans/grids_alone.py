"""Problems of one grid, whatever its neighbours are like. Pure."""

from collections.abc import Iterator

import shapely
from shapely.geometry import MultiPolygon, Polygon

from gridmap.geo.measure import area_m2
from gridmap.plans.flaws import Flaw, Limits, Problem, Repair
from gridmap.plans.measured import told, too_little
from gridmap.plans.repairs import assigning, by_shared_border, merging
from gridmap.plans.state import VILLAGE, State


def alone(state: State, code: str, limits: Limits) -> Iterator[Problem]:
    """The problems of a micro-grid with a sound outline. What it was like before the plan is no problem of the plan's."""
    shape = state.shape(code)
    old = state.base.drafts.get(code)
    before = old.shape if old is not None and isinstance(old.shape, MultiPolygon) else None
    if before is None or before != shape:
        yield from _scattered(state, code, shape, len(before.geoms) if before is not None else 1)
        yield from _surrounding(state, code, shape, _holes(before))
        yield from _sizes(state, code, shape, limits)
    if old is None:
        yield from _fresh(state, code, shape)


def _neighbours(state: State, code: str, ground: Polygon | MultiPolygon) -> list[str]:
    """Those that share a border with a piece of ground; none of them the grid itself."""
    return [other for other in by_shared_border(ground, state.near(ground)) if other != code]


def _holes(shape: MultiPolygon | None) -> int:
    return 0 if shape is None else sum(len(part.interiors) for part in shape.geoms)


def _scattered(state: State, code: str, shape: MultiPolygon, pieces: int) -> Iterator[Problem]:
    for part in sorted(shape.geoms, key=lambda part: -part.area)[pieces:]:
        yield told(Flaw.SCATTERED, [code], part, assigning(part, code, _neighbours(state, code, part)))


def _surrounding(state: State, code: str, shape: MultiPolygon, holes: int) -> Iterator[Problem]:
    inner = sorted((Polygon(ring) for part in shape.geoms for ring in part.interiors), key=lambda hole: -hole.area)
    for hole in inner[holes:]:
        within = [other for other, ground in state.near(hole).items() if other != code and shapely.covered_by(ground, hole)]
        yield told(
            Flaw.HOLE, [code, *within], hole, [Repair("merge", {"codes": [code, other], "into": code}) for other in within]
        )


def _sizes(state: State, code: str, shape: MultiPolygon, limits: Limits) -> Iterator[Problem]:
    size = area_m2(shape)
    others = _neighbours(state, code, shape)
    if below := too_little(shape, limits.least_m2, limits.width_m):
        flaw, limit = below
        yield told(flaw, [code], shape, merging(code, others), limit)
    if limits.most_m2 and size > limits.most_m2:
        yield told(Flaw.TOO_LARGE, [code], shape, [Repair("divide", {"code": code, "parts": 2})], limits.most_m2)


def _fresh(state: State, code: str, shape: MultiPolygon) -> Iterator[Problem]:
    if code in state.base.known:
        yield told(Flaw.CODE_USED, [code], shape, [Repair("renumber", {"village": code[:VILLAGE], "codes": [code]})])
    if not state.grid(code).head_name:
        yield told(Flaw.UNHEADED, [code], shape)
