"""Turns: the single days of a weekly shift, by the town's clock. Pure.

A shift that ends at or before the hour it starts runs into the next morning; one whose two hours are the same lasts 24 hours.
The town's clock (Asia/Shanghai) has known no summer time since 1991, so a day has 24 hours.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from gridmap.clock import TOWN_ZONE, local

_DAY = timedelta(days=1)


class Turn(NamedTuple):
    """One turn: from when until when (aware), the end left out."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Pattern:
    """When a shift recurs.

    Args:
        weekdays: ISO numbers, Monday is 1.
        starts, ends: by the town's clock.
        since: the first day on which it may begin.
        until: the day from which on it doesn't; None: for ever.
    """

    weekdays: frozenset[int]
    starts: time
    ends: time
    since: date
    until: date | None = None

    def begins_on(self, day: date) -> bool:
        """Whether a turn begins on this day."""
        return day.isoweekday() in self.weekdays and self.since <= day and (self.until is None or day < self.until)


def turn(day: date, starts: time, ends: time) -> Turn:
    """The turn that begins on `day`."""
    end_day = day + _DAY if ends <= starts else day
    return Turn(datetime.combine(day, starts, TOWN_ZONE), datetime.combine(end_day, ends, TOWN_ZONE))


def turns(pattern: Pattern, days: Iterable[date]) -> Iterator[tuple[date, Turn]]:
    """The turns that begin on one of these days, with their day."""
    return ((day, turn(day, pattern.starts, pattern.ends)) for day in days if pattern.begins_on(day))


def clash(one: Pattern, other: Pattern) -> date | None:
    """A day on which a turn of `one` begins that overlaps a turn of `other`; None when they never meet."""
    for apart in (-1, 0, 1):
        day = _common_day(one, other, timedelta(days=apart))
        if day is not None:
            return day
    return None


def _common_day(one: Pattern, other: Pattern, apart: timedelta) -> date | None:
    """The first day such that `one` begins on it, `other` `apart` later, and their turns overlap."""
    first = max(one.since, other.since - apart)
    for day in (first + n * _DAY for n in range(7)):  # What recurs weekly meets within a week or never.
        if one.begins_on(day) and other.begins_on(day + apart):
            mine, theirs = turn(day, one.starts, one.ends), turn(day + apart, other.starts, other.ends)
            if mine.begins < theirs.ends and theirs.begins < mine.ends:
                return day
    return None


def week_of(day: date) -> Sequence[date]:
    """The seven days of the week a day lies in, Monday first."""
    monday = day - (day.isoweekday() - 1) * _DAY
    return [monday + n * _DAY for n in range(7)]


def day_at(moment: datetime) -> date:
    """The date on the town's calendar."""
    return local(moment).date()
