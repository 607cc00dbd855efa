"""Taking a draft onto the boundaries in force: a three-way merge of what it began with, what it drew, and what others published.

What a plan touches falls into parts: micro-grids that border on each other, whose changes only make sense together. Parts that
others have not touched stay as drawn; of the others somebody has to give way. Pure.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace

import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.grids.codes import parent_of
from gridmap.plans.state import MICRO, Base, Delta, State

_BESIDE_DEG = 1e-7


def meeting(state: State, onto: Base, since: Collection[str]) -> list[str]:
    """The codes a plan changes and others have changed `since` its base, and those whose village is gone; in order."""
    orphans = {code for code in state.touched() if state.find(code) and (up := parent_of(code)) and up not in onto.drafts}
    return sorted(({*state.touched(), *state.touched_zones()} & set(since)) | orphans)


def giving_way(state: State, met: Collection[str]) -> frozenset[str]:
    """The codes whose changes are given up where those of `met` are: all of the parts they belong to."""
    return frozenset(code for part in parts(state) if part & set(met) for code in part)


def rebased(state: State, onto: Base, given_up: Collection[str]) -> Delta:
    """What a step has to write so that a plan stands on `onto`: what it does not change, or no longer, is as it is there."""
    kept = set(state.touched()) - set(given_up)
    drafts = {code: onto.drafts.get(code) for code in state.changed if code not in kept}
    zones = {code: onto.zones.get(code) for code in state.zoned if code not in set(state.touched_zones()) - set(given_up)}
    return Delta(drafts, {code: (code,) if draft else () for code, draft in drafts.items()}, zones)


def moved(state: State, onto: Base, delta: Delta) -> State:
    """The state after that step."""
    return replace(state.then(delta), base=onto)


def parts(state: State) -> list[frozenset[str]]:
    """The codes a plan changes, by what only makes sense together; villages, towns and zones by themselves."""
    touched = state.touched()
    ground = {code: _ground(state, code) for code in touched if len(code) == MICRO}
    alone = [*(code for code in touched if len(code) != MICRO), *state.touched_zones()]
    return [*_touching(ground), *(frozenset({code}) for code in alone)]


def _ground(state: State, code: str) -> BaseGeometry:
    """What a micro-grid has or had, degrees."""
    drafts = (state.base.drafts.get(code), state.find(code))
    return shapely.GeometryCollection([draft.shape for draft in drafts if draft is not None and draft.shape is not None])


def _touching(ground: Mapping[str, BaseGeometry]) -> list[frozenset[str]]:
    codes, shapes = list(ground), list(ground.values())
    if not codes:
        return []
    pairs = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=_BESIDE_DEG)
    beside: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs.T.tolist():
        beside[codes[one]].add(codes[other])
    found, left = [], set(codes)
    while left:
        part = _reached(left.pop(), beside)
        found.append(part)
        left -= part
    return found


def _reached(start: str, beside: Mapping[str, set[str]]) -> frozenset[str]:
    part, at = {start}, [start]
    while at:
        fresh = beside[at.pop()] - part
        part |= fresh
        at += fresh
    return frozenset(part)
