"""Two plans that begin with the same boundaries give the same next numbers to what is new in them. Whoever is published first
keeps them; in the other plan grids and zones go on under the next free ones. Pure.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from gridmap.grids.change import ZoneDraft
from gridmap.grids.zones import next_code
from gridmap.plans.operations.numbering import in_order, next_codes, recoded
from gridmap.plans.state import MICRO, TOWN, VILLAGE, Delta, State


class Renumbered(NamedTuple):
    """A step by which grids and zones leave their codes to others, and which codes take the place of which."""

    step: Delta
    codes: Mapping[str, str]


AS_IT_IS = Renumbered(Delta({}), {})


def taken(state: State, since: Collection[str]) -> list[str]:
    """The codes of grids and zones that are new in a plan, and that others have published `since` its base; in order."""
    drawn = [code for code, draft in state.changed.items() if draft is not None and code not in state.base.drafts]
    zoned = [code for code, zone in state.zoned.items() if zone is not None and code not in state.base.zones]
    return sorted({*drawn, *zoned} & set(since))


def renumbered(state: State, left: Sequence[str]) -> Renumbered:
    """The step by which what is new in a plan leaves these codes to others.

    Raises:
        Invalid: no code is left.
    """
    grids = _grids(state, [code for code in left if len(code) == MICRO])
    codes = {**grids, **_zones(state, [code for code in left if code in state.zoned])}
    return Renumbered(replace(recoded(state, grids), zones=_moved(state, codes)), codes)


def _grids(state: State, left: Sequence[str]) -> dict[str, str]:
    to: dict[str, str] = {}
    for village in sorted({code[:VILLAGE] for code in left}):
        ordered = in_order({code: state.shape(code) for code in left if code.startswith(village)})
        to |= dict(zip(ordered, next_codes(state, village, len(ordered)), strict=True))
    return to


def _zones(state: State, left: Sequence[str]) -> dict[str, str]:
    to: dict[str, str] = {}
    for code in left:
        to[code] = next_code(code[:TOWN], {*state.base.known, *state.zoned, *to.values()})
    return to


def _moved(state: State, codes: Mapping[str, str]) -> dict[str, ZoneDraft | None]:
    """The zones under new codes, and those whose cases go to a grid under one."""
    made: dict[str, ZoneDraft | None] = {}
    for code, zone in state.zoned.items():
        after = zone and replace(zone, code=codes.get(code, code), target=codes.get(zone.target, zone.target))
        if after != zone and after is not None:
            made |= {code: None, after.code: after}
    return made
