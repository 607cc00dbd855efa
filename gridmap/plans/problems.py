"""What is wrong with a plan, or unfinished: only what was drawn is looked at, and what lies beside it. Pure.

The boundaries a plan begins with tile the ground, so whatever they covered has to be covered, and nothing else: a gap is
what is lost of them, outside is what was won beyond them. Overlaps and corners that neighbours don't share are found by the
grids' own judge (`grids.coverage`) among the grids drawn and their neighbours.
"""

from collections.abc import Iterable, Iterator, Mapping

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from gridmap.grids import coverage
from gridmap.grids.pieces import pieces
from gridmap.plans.flaws import Flaw, Limits, Problem, Repair
from gridmap.plans.grids_alone import alone
from gridmap.plans.measured import crossing, told
from gridmap.plans.repairs import absorbing, by_shared_border
from gridmap.plans.state import MICRO, State
from gridmap.plans.zone_problems import of_zones

Shapes = Mapping[str, MultiPolygon]
_FROM_THE_JUDGE = {coverage.Flaw.OVERLAP: Flaw.OVERLAP, coverage.Flaw.UNNODED: Flaw.UNNODED}


def problems(state: State, limits: Limits, codes: Iterable[str] | None = None) -> list[Problem]:
    """The problems of the grids and zones with these codes (default: all the plan changed) and of the ground they had or have."""
    asked = sorted({*state.touched(), *state.touched_zones()} if codes is None else set(codes))
    return [*_of_grids(state, limits, [code for code in asked if len(code) == MICRO]), *of_zones(state, asked, limits)]


def _of_grids(state: State, limits: Limits, touched: list[str]) -> list[Problem]:
    now = state.shapes(touched)
    broken = [_crossing(code, shape) for code, shape in now.items() if not shape.is_valid]
    single = [problem for code in now if now[code].is_valid for problem in alone(state, code, limits)]
    if broken:  # The other questions have no answer for polygons that are none.
        return [*broken, *single]
    before = [draft.shape for code in touched if (draft := state.base.drafts.get(code)) and draft.shape is not None]
    ground = shapely.GeometryCollection([*before, *now.values()])
    beside = state.near(ground)
    if any(not shape.is_valid for shape in beside.values()):
        return single
    return [*_gaps(before, beside), *_outside(state, now), *_between(beside, set(touched)), *single]


def _crossing(code: str, shape: MultiPolygon) -> Problem:
    place = crossing(shape)
    return Problem(Flaw.CROSSING, (code,), place.x, place.y, 0.0, 0.0, place, repairs=(Repair("untangle", {"code": code}),))


def _gaps(before: Iterable[BaseGeometry], beside: Shapes) -> Iterator[Problem]:
    lost = shapely.difference(shapely.union_all(list(before)), shapely.union_all(list(beside.values())))
    for part in pieces(lost):
        around = by_shared_border(part, beside)
        yield told(Flaw.GAP, around, part, absorbing(part, around))


def _outside(state: State, now: Shapes) -> Iterator[Problem]:
    drawn = shapely.union_all(list(now.values()))
    for part in pieces(shapely.difference(drawn, shapely.union_all(state.base.near(drawn)))):
        codes = [code for code, shape in now.items() if shapely.relate_pattern(shape, part, "T********")]
        yield told(Flaw.OUTSIDE, codes, part, [Repair("trim", {"code": code}) for code in codes])


def _between(beside: Shapes, touched: set[str]) -> Iterator[Problem]:
    for found in coverage.problems(beside):
        flaw = _FROM_THE_JUDGE.get(found.flaw)
        if flaw is None or not touched & set(found.codes):
            continue
        repairs = [Repair("node", {"codes": list(found.codes)})]
        if flaw is Flaw.OVERLAP:
            repairs = [repair for part in shapely.get_parts(found.geometry) for repair in absorbing(part, found.codes)]
        place = (found.lon, found.lat, found.length_m, found.area_m2, found.geometry)
        yield Problem(flaw, found.codes, *place, repairs=tuple(repairs))


def worst_first(found: Iterable[Problem]) -> list[Problem]:
    """Mistakes before what is unfinished, large before small."""
    return sorted(found, key=lambda p: (p.unfinished, -p.area_m2, p.codes, p.flaw))
