"""Codes for new micro-grids: the village's 12 digits and a number no grid ever had, row by row from north to south and in a row
from west to east (GB/T 47678.3 numbers them within their village "west to east, north to south").
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry import MultiPolygon

from gridmap.errors import Invalid, msg
from gridmap.plans.operations.drawn import check_own
from gridmap.plans.state import MICRO, VILLAGE, Delta, State

HIGHEST = 999


def in_order(shapes: Mapping[str, MultiPolygon]) -> list[str]:
    """The codes row by row from north to south, each row from west to east.

    A row is what lies, by the shapes' middles, within half of a usual grid's height of its northernmost.
    """
    boxes = {code: shape.bounds for code, shape in shapes.items()}
    middle = {code: ((west + east) / 2, (south + north) / 2) for code, (west, south, east, north) in boxes.items()}
    height = float(np.median([north - south for _, south, _, north in boxes.values()])) if boxes else 0.0
    left = sorted(boxes, key=lambda code: (-middle[code][1], middle[code][0], code))
    ordered: list[str] = []
    while left:
        top = middle[left[0]][1]
        row = [code for code in left if top - middle[code][1] < height / 2 or code == left[0]]
        ordered += sorted(row, key=lambda code: (middle[code][0], code))
        left = [code for code in left if code not in row]
    return ordered


def next_codes(state: State, village: str, how_many: int, *, leaving: Iterable[str] = ()) -> list[str]:
    """The village's next numbers: above all that were ever used, as long as there are any, then the lowest never used.

    Numbers of grids that are `leaving` theirs are free, unless they were published once.

    Raises:
        Invalid: fewer than so many are left.
    """
    drawn = {code for code, found in state.changed.items() if found is not None} - set(leaving)
    used = {int(code[VILLAGE:]) for code in state.base.known | drawn if _below(code, village)}
    highest = max(used, default=0)
    free = [n for n in (*range(highest + 1, HIGHEST + 1), *range(1, highest)) if n not in used][:how_many]
    if len(free) < how_many:
        raise Invalid(msg("%(village)s has no free numbers left: a micro-grid's has three digits"), village=village)
    return [f"{village}{n:03d}" for n in free]


def _below(code: str, village: str) -> bool:
    return len(code) == MICRO and code.startswith(village)


def renumber(state: State, village: str, codes: Sequence[str] = ()) -> Delta:
    """Give micro-grids of a village (by default those that are new in this plan) its next free numbers, in order.

    A code that was ever published is never given to another ground: it ends, and leads to its successor.

    Raises:
        Invalid: there is none to renumber, or one is not of this village.
    """
    known = state.base.known
    chosen = list(dict.fromkeys(codes)) or [code for code in state.children(village) if code not in known]
    if not chosen:
        raise Invalid(msg("There is no new grid in %(village)s to number"), field="village", village=village[:40])
    for code in chosen:
        if not _below(code, village):
            raise Invalid(msg("%(code)s is no micro-grid of %(village)s"), field="codes", code=code[:40], village=village[:40])
    ordered = in_order({code: state.shape(code) for code in chosen})
    return recoded(state, dict(zip(ordered, next_codes(state, village, len(ordered), leaving=ordered), strict=True)))


def rehome(state: State, code: str, village: str) -> Delta:
    """Let a micro-grid belong to another village, under that village's next free number.

    Raises:
        Invalid: it belongs there already, or there is no such village in the plan's ground.
    """
    state.shape(code)
    if len(village) != VILLAGE or state.find(village) is None:
        raise Invalid(msg("There is no village with the code '%(code)s'"), field="village", code=village[:40])
    if _below(code, village):
        raise Invalid(msg("It belongs to this village already"), field="village")
    return recoded(state, {code: next_codes(state, village, 1)[0]})


def recoded(state: State, to: Mapping[str, str]) -> Delta:
    """The step by which grids go on under other codes."""
    for code in (*to, *to.values()):
        check_own(state, code)
    fresh = {new: replace(state.grid(old), code=new) for old, new in to.items()}
    return Delta({**dict.fromkeys(to), **fresh}, {new: state.origin(old) for old, new in to.items()})


def origins(state: State, codes: Iterable[str]) -> tuple[str, ...]:
    """The codes of the base that grids stem from, each once, in order."""
    return tuple(sorted({one for code in codes for one in state.origin(code)}))


def touching(one: MultiPolygon, other: MultiPolygon) -> bool:
    """Whether two shapes have a piece of border in common, not a corner only."""
    return bool(shapely.relate_pattern(one, other, "****1****"))
