"""Special zones of a plan: drawn, changed and ended."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon

from gridmap.errors import Invalid, NotFound, msg
from gridmap.geo.shapes import as_multipolygon, snapped
from gridmap.grids.change import ZoneDraft
from gridmap.grids.pieces import pieces
from gridmap.grids.zones import next_code
from gridmap.plans.operations.drawn import check_own
from gridmap.plans.state import MICRO, TOWN, Delta, State

_NEEDED = ("name", "kind", "target", "outline")


def zone(state: State, code: str | None, facts: dict[str, Any]) -> Delta:
    """Draw a zone, or change what is given of one.

    Args:
        code: of the zone; None: a new one under the next free code.
        facts: name, name_en, kind, takes (paths), target (a micro-grid's code), outline (degrees, longitude first).

    Raises:
        NotFound: there is no such zone.
        Invalid: something is missing or would not change, the outline crosses itself or leaves the plan's ground, or the target
            is no micro-grid of the plan's. Of a zone beyond that ground only the target may change, and only where it ends.
    """
    shaped = {key: value for key, value in facts.items() if key != "outline"}
    if "outline" in facts:
        shaped["shape"] = _ground(state, facts["outline"])
    if code is None:
        made = _new(state, shaped)
    else:
        before = _found(state, code) if _only_follows(state, code, shaped) else _own(state, code)
        made = replace(before, **shaped)
        if made == before:
            raise Invalid(msg("This would change nothing"))
    if not made.name.strip():
        raise Invalid(msg("A name is needed"), field="name")
    check_own(state, made.target, "target")
    if len(made.target) != MICRO or state.find(made.target) is None:
        raise Invalid(msg("These are no micro-grids in force: %(codes)s"), field="target", codes=made.target)
    return Delta({}, zones={made.code: made})


def unzone(state: State, code: str) -> Delta:
    """End a zone. `NotFound` where there is none, `Invalid` where it reaches beyond the plan's ground."""
    return Delta({}, zones={_own(state, code).code: None})


def _new(state: State, shaped: dict[str, Any]) -> ZoneDraft:
    if missing := [name for name in _NEEDED if ("shape" if name == "outline" else name) not in shaped]:
        raise Invalid(msg("This field is required"), field=missing[0])
    used = state.base.known | state.zoned.keys()
    return ZoneDraft(code=next_code(state.ground[:TOWN], used), **shaped)


def _only_follows(state: State, code: str, facts: Collection[str]) -> bool:
    """Whether a zone, wherever it lies, would only go to another grid than the one the plan ends: whoever ends it says which."""
    before = state.base.zones.get(code)
    return (
        set(facts) == {"target"}
        and before is not None
        and before.target.startswith(state.ground)
        and not state.find(before.target)
    )


def _own(state: State, code: str) -> ZoneDraft:
    found = _found(state, code)
    _check_within(state, found.shape)
    return found


def _found(state: State, code: str) -> ZoneDraft:
    found = state.zones.get(code)
    if found is None:
        raise NotFound(msg("This plan has no zone with the code '%(code)s'"), field="code", code=code[:40])
    return found


def _ground(state: State, outline: Sequence[tuple[float, float]]) -> MultiPolygon:
    drawn = snapped(Polygon(outline))
    if not drawn.is_valid or not pieces(drawn):
        raise Invalid(msg("The outline crosses itself or encloses nothing"), field="outline")
    shape = as_multipolygon(drawn)
    _check_within(state, shape)
    return shape


def lies_within(state: State, shape: MultiPolygon) -> bool:
    """Whether all of it lies on the plan's ground, so that the plan may draw and change it."""
    own = [ground for code, ground in state.near(shape).items() if code.startswith(state.ground)]
    return not pieces(shapely.difference(shape, shapely.union_all(own)))


def _check_within(state: State, shape: MultiPolygon) -> None:
    if not lies_within(state, shape):
        raise Invalid(msg("A zone lies within the plan's ground, %(ground)s"), field="outline", ground=state.ground)
