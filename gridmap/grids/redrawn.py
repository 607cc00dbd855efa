"""What is in force after a change, most of it as it was: who holds what was before need not make all of it anew. Pure."""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon

from gridmap.grids.lookup import InForce, Span

Places = NDArray[np.intp]


class Fresh(NamedTuple):
    """A boundary that has come into force."""

    code: str
    span: Span
    shape: MultiPolygon


@dataclass(frozen=True)
class Redrawn:
    """What is in force now, and how it differs from what was before.

    Attributes:
        held: all there is now.
        gone: the places (ascending) among the micro-grids before of those that ended or have another boundary now.
        fresh: the places (ascending) among those now of the boundaries that are new.
    """

    held: InForce
    gone: Places
    fresh: Places

    def carried(self, before: NDArray[Any], fresh: NDArray[Any]) -> NDArray[Any]:
        """A row (n, …) that had one for each micro-grid before, with one for each there is now; those at `fresh` as given."""
        after = np.empty((len(self.held.codes), *before.shape[1:]), dtype=before.dtype)
        stays = np.ones(len(after), dtype=bool)
        stays[self.fresh] = False
        after[stays] = np.delete(before, self.gone, axis=0)
        after[self.fresh] = fresh
        return after

    @property
    def moved(self) -> Places:
        """For each place before, the place now; -1 for those gone, and one more -1 at the end, for nobody's."""
        now = np.full(len(self.held.codes) - len(self.fresh) + len(self.gone) + 1, -1)
        stays = np.ones(len(now), dtype=bool)
        stays[self.gone] = stays[-1] = False
        now[stays] = np.delete(np.arange(len(self.held.codes)), self.fresh)
        return now


def redraw(before: InForce, gone: Collection[str], fresh: Sequence[Fresh], **also: Any) -> Redrawn:
    """What was in force, without the codes that are `gone`, and with the boundaries that are `fresh`; a code may be both.

    `also`: the other fields of what is in force now.
    """
    lists: tuple[list[Any], ...] = (list(before.codes), list(before.spans), list(before.shapes))
    codes = lists[0]
    left = sorted(bisect_left(codes, code) for code in gone)
    for place in reversed(left):
        for values in lists:
            del values[place]
    came = sorted(fresh)
    for one in came:
        place = bisect_left(codes, one.code)
        for values, value in zip(lists, one, strict=True):
            values.insert(place, value)
    held = replace(before, codes=codes, spans=lists[1], shapes=lists[2], **also)
    return Redrawn(held, np.array(left, np.intp), np.array([bisect_left(codes, one.code) for one in came], np.intp))
