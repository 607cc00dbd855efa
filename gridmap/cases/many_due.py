"""Deadlines of many cases at once: the rule of `deadlines.due_at`, on arrays."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from gridmap.cases.deadlines import EVERY_HOUR, SEARCH_DAYS, Calendar, Limit, length

Micros = NDArray[np.int64]
"""Moments as microseconds since 1970-01-01 UTC."""

EARLIEST = datetime(1992, 1, 1, tzinfo=UTC)  # Since then the town's clocks are eight hours ahead, summer or winter.
_AHEAD = timedelta(hours=8) // timedelta(microseconds=1)
_DAY = timedelta(days=1) // timedelta(microseconds=1)
_EPOCH = date(1970, 1, 1)


class ManyDue:
    """Deadlines by one calendar, whose working hours are laid out once, as far as they are needed."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._days = range(0)  # Since 1970, that are laid out.
        # Working hours in order, on the town's clocks: when they begin and end, and how much is worked until their end.
        self._opens = self._closes = self._worked = np.empty(0, dtype=np.int64)

    def at(self, starts: Micros, limit: Limit) -> Micros:
        """When a limit that begins to run at each of `starts` (from `EARLIEST` on) has run out.

        Raises:
            OverflowError: a limit of more than sixty years.
        """
        left = length(limit, self._calendar) // timedelta(microseconds=1)
        if limit.unit in EVERY_HOUR or not len(starts):
            return starts + left
        local = starts + _AHEAD
        days = range(int(local.min()) // _DAY, int(local.max()) // _DAY + 32)
        while (found := self._found(local, left, days)) is None:
            if len(days) > 2 * SEARCH_DAYS:
                raise OverflowError(f"a limit of more than {SEARCH_DAYS} days")
            days = range(days.start, days.stop + len(days))
        return found - _AHEAD

    def _found(self, local: Micros, left: int, days: range) -> Micros | None:
        """The same by the hours of these days; None where they are too few."""
        self._lay_out(days)
        first = np.searchsorted(self._closes, local, side="right")
        if not len(self._closes) or first.max() == len(self._closes):
            return None
        ran = self._closes - self._opens
        goal = (self._worked - ran)[first] + np.maximum(local - self._opens[first], 0) + left
        if goal.max() > self._worked[-1]:
            return None
        last = np.searchsorted(self._worked, goal, side="left")
        done: Micros = self._closes[last] - (self._worked[last] - goal)
        return done

    def _lay_out(self, days: range) -> None:
        if days.start >= self._days.start and days.stop <= self._days.stop and self._days:
            return
        if self._days:
            days = range(min(days.start, self._days.start), max(days.stop, self._days.stop))
        hours = [
            (day * _DAY + _micros(opens), day * _DAY + _micros(closes))
            for day in days
            if self._calendar.works(_EPOCH + timedelta(days=day))
            for opens, closes in self._calendar.shifts
        ]
        self._opens, self._closes = np.array(hours, dtype=np.int64).reshape(-1, 2).T
        self._worked, self._days = np.cumsum(self._closes - self._opens), days


def _micros(clock: time) -> int:
    return (clock.hour * 60 + clock.minute) * 60_000_000
