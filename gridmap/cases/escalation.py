"""The ladder (逐级提醒): who is reminded of a case, and when, the longer it takes. Pure.

Member → micro-grid head → grid head → town centre → the departments' leaders, each once a round of the case's clock. The
moments are shares of the time allowed, counted as the limit itself is counted: nights and suspensions do not count where
they don't count for the limit. While a case waits to be verified or rated its handlers have done their part.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from gridmap.cases.deadlines import CHINA, Calendar, Clock
from gridmap.cases.states import State

CLIMBING = frozenset({State.DISCOVERED, State.CONSULTING, State.DISPATCHED, State.HANDLING})


class Rung(StrEnum):
    """Who is reminded, from below upwards."""

    MEMBER = "member"
    MICRO_HEAD = "micro_head"
    GRID_HEAD = "grid_head"
    TOWN = "town"
    DEPARTMENT = "department"


Shares = tuple[float, ...]
SHARES: Shares = (0.75, 0.9, 1.0, 1.25, 1.5)


def read_shares(text: str) -> Shares:
    """Shares of the limit as people write them, `0.75,0.9,1,1.25,1.5`: one for each rung, each later than the last.

    Raises:
        ValueError: they make no sense.
    """
    found = tuple(float(part) for part in text.split(","))
    ascending = all(0 < low < high <= 100 for low, high in pairwise(found))
    if len(found) != len(Rung) or not ascending:
        raise ValueError(f"the ladder has {len(Rung)} shares, each larger than the last, not {text!r}")
    return found


@dataclass(frozen=True)
class Step:
    """A rung, and when it is reached; None while the clock stands still before."""

    rung: Rung
    at: datetime | None


def ladder(clock: Clock, *, shares: Shares = SHARES, calendar: Calendar = CHINA) -> list[Step]:
    """All rungs with their moments, from below upwards."""
    return [Step(rung, clock.moment(share, calendar=calendar)) for rung, share in zip(Rung, shares, strict=True)]


def first(clock: Clock, since: datetime, *, shares: Shares = SHARES, calendar: Calendar = CHINA) -> datetime | None:
    """When the first rung is reached at or after `since`; as `ladder` would say, reckoning no more rungs than it takes."""
    moments = (clock.moment(share, calendar=calendar) for share in shares)
    return next((at for at in moments if at is not None and at >= since), None)
