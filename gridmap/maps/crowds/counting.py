"""How many of the cases that somebody asks for stand how, and which sources and grids they are of."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.cases.past import EVERY_CASE
from gridmap.maps.crowds import kept
from gridmap.maps.crowds.columns import NONE, STATE_OF, micros
from gridmap.maps.crowds.gathering import Part
from gridmap.maps.crowds.sifting import CODE_DIGITS, Tone, tones

DAY = timedelta(hours=24)
_SOURCES = text(f"SELECT id, source FROM {EVERY_CASE} c WHERE id = ANY(CAST(:ids AS bigint[]))")


class Standing(NamedTuple):
    """The cases of one state and tone: how many, and of these how many have no grid, no category, came within 24 hours."""

    state: str
    urgency: str
    n: int
    unrouted: int
    triage: int
    last_24h: int


def standing(parts: Sequence[Part], at: datetime) -> list[Standing]:
    """Every state and tone that some case has; together they are all of them."""
    shape = (max(STATE_OF) + 1, len(Tone))
    sums = np.zeros((4, *shape), dtype=np.int64)
    for cases, tone in parts:
        cell = cases.state.astype(np.intp) * len(Tone) + tone
        marked = (cases.grid == NONE, cases.category == NONE, cases.received >= micros(at - DAY))
        for row, mask in enumerate((slice(None), *marked)):
            sums[row] += np.bincount(cell[mask], minlength=sums[row].size).reshape(shape)
    return [
        Standing(STATE_OF[state], Tone(tone).word, *sums[:, state, tone].tolist())
        for state, tone in zip(*map(np.ndarray.tolist, np.nonzero(sums[0])), strict=True)
    ]


def sources(session: Session, parts: Sequence[Part]) -> dict[str, int]:
    """How many are of each source, by its name."""
    counts: dict[str, int] = {}
    for cases, _ in parts:
        _, first, n = np.unique(cases.source, return_index=True, return_counts=True)
        named = {row.id: row.source for row in session.execute(_SOURCES, {"ids": cases.id[first].tolist()})}
        for one, count in zip(cases.id[first].tolist(), n.tolist(), strict=True):
            name = named.get(one)
            if name is not None:  # Since it was kept somebody removed it by hand.
                counts[name] = counts.get(name, 0) + count
    return counts


def by_grid(session: Session, at: datetime) -> dict[str | None, dict[str, int]]:
    """Open cases by micro-grid (None: unrouted), as `cases.figures.open_counts` tells them of now."""
    cases = kept.cases(session, ended=False)
    codes, place = np.unique(cases.grid, return_inverse=True)

    def count(mask: NDArray[np.bool_] | slice) -> list[int]:
        return [int(n) for n in np.bincount(place[mask], minlength=codes.size)]

    told = {
        "open": count(slice(None)),
        "last_24h": count(cases.received >= micros(at - DAY)),
        "overdue": count(tones(cases, at) == Tone.OVERDUE),
        "triage": count(cases.category == NONE),
    }
    return {
        None if code == NONE else f"{code:0{CODE_DIGITS}}": {name: counts[row] for name, counts in told.items()}
        for row, code in enumerate(codes.tolist())
    }
