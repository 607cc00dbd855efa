"""Which cases of the columns were asked for, and how each stands against its time limit. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from gridmap.cases.states import ENDED_STATES, SOON_AT_LEAST, State
from gridmap.maps.crowds.columns import NEVER, NONE, STATES, Columns, micros

CODE_DIGITS = 15
_SOON_AT_LEAST = SOON_AT_LEAST // timedelta(microseconds=1)
_FIRST_ENDED = min(STATES[state] for state in ENDED_STATES)


class Tone(IntEnum):
    """What decides a case's colour: its urgency, or that it is ended and presses nobody."""

    OVERDUE = 0
    SOON = 1
    INTIME = 2
    UNLIMITED = 3
    DONE = 4

    @property
    def word(self) -> str:
        """As tiles and addresses write it."""
        return self.name.lower()


@dataclass(frozen=True)
class Sieve:
    """Which cases are asked for; what is None or empty does not restrict.

    Args:
        grid: the beginning of a grid's code, or all of it.
        categories: ids; an empty collection fits none.
        source: as the columns write it.
        tray: "unrouted" or "triage".
    """

    states: Collection[State] = ()
    tones: Collection[Tone] = ()
    grid: str | None = None
    categories: Collection[int] | None = None
    source: int | None = None
    since: datetime | None = None
    tray: str | None = None

    def kept(self, cases: Columns, tone: NDArray[np.int8]) -> NDArray[np.bool_]:
        """A mask of those that pass; `tone` is theirs."""
        mask = np.ones(cases.size, dtype=bool)
        if self.states and len(set(self.states)) < len(STATES):
            asked = np.zeros(len(STATES) + 1, dtype=bool)
            asked[[STATES[state] for state in self.states]] = True
            mask &= asked[cases.state]
        if self.tones:
            mask &= np.isin(tone, [int(one) for one in self.tones])
        if self.grid is not None:
            below = 10 ** (CODE_DIGITS - len(self.grid))
            mask &= (cases.grid >= int(self.grid) * below) & (cases.grid < (int(self.grid) + 1) * below)
        if self.categories is not None:
            mask &= np.isin(cases.category, list(self.categories))
        return self._rest(cases, mask)

    def _rest(self, cases: Columns, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        if self.source is not None:
            mask &= cases.source == self.source
        if self.since is not None:
            mask &= cases.received >= micros(self.since)
        if self.tray == "unrouted":
            mask &= cases.grid == NONE
        if self.tray == "triage":
            mask &= cases.category == NONE
        return mask


def tones(cases: Columns, at: datetime) -> NDArray[np.int8]:
    """How each stands at `at`: by the rule of `cases.states.urgency`, for all at once."""
    ended = cases.state >= _FIRST_ENDED
    if ended.all():
        return np.full(cases.size, Tone.DONE, dtype=np.int8)
    now, limited = micros(at), cases.due != NEVER
    due = np.where(limited, cases.due, cases.received)  # Without a limit they would leave the range of numbers.
    soon = due - now <= np.maximum(np.rint((due - cases.received) / 4), _SOON_AT_LEAST)
    pressing = np.where(due < now, Tone.OVERDUE, np.where(soon, Tone.SOON, Tone.INTIME))
    handled = np.where(cases.done > due, Tone.OVERDUE, Tone.INTIME)
    tone = np.where(limited, np.where(cases.done != NEVER, handled, pressing), Tone.UNLIMITED)
    return np.where(ended, Tone.DONE, tone).astype(np.int8)
