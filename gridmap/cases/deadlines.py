"""When a case must be done: time limits in the four units of city management, on the calendar of work in China. Pure.

Units as in the trade (GB/T 30428.8 and city regulations): 紧急工作时 counts every hour, nights and holidays too;
工作时 counts working hours only; 工作日 is eight of them; 自然日 is 24 hours. Working hours are 08:00-12:00 and
14:00-18:00 on working days, made-up Saturdays in and holidays out (PyPI `holidays`, State Council calendars).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from threading import Lock

import holidays

from gridmap.clock import TOWN_ZONE, local

SHIFTS = ((time(8), time(12)), (time(14), time(18)))
HOURS_A_DAY = 8
_SEARCH_DAYS = 366 * 60  # The longest limit that is taken from a table, 10,000 working days, is some forty years.


class Unit(StrEnum):
    """What a limit is counted in."""

    URGENT_HOUR = "urgent_hour"
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"


@dataclass(frozen=True)
class Limit:
    """A time limit, such as 4 working hours."""

    value: float
    unit: Unit


_EVERY_HOUR = frozenset({Unit.URGENT_HOUR, Unit.CALENDAR_DAY})
Works = Callable[[date], bool]
_china = holidays.country_holidays("CN")
_reading = Lock()


@lru_cache(maxsize=4096)
def is_working_day(day: date) -> bool:
    """Whether people work in China on `day`, made-up weekends included."""
    # The library makes a year when it is first asked for, and says that it has it before it does: a second thread would
    # find National Day a working day, and the cache would believe it for good.
    with _reading:
        return bool(_china.is_working_day(day))


def due_at(start: datetime, limit: Limit, *, works: Works = is_working_day) -> datetime:
    """The moment a limit that begins to run at `start` (aware) has run out, in the zone of `start`."""
    return _after(start, _length(limit), limit.unit, works)


def elapsed(start: datetime, end: datetime, unit: Unit, *, works: Works = is_working_day) -> timedelta:
    """How much of a limit in `unit` runs from `start` to `end` (aware): working time, or all of it; zero if `end` is before."""
    if end <= start:
        return timedelta(0)
    if unit in _EVERY_HOUR:
        return end - start
    days = (local(end).date() - local(start).date()).days + 1
    return sum(
        (
            max(min(end, closes) - max(start, opens), timedelta(0))
            for offset in range(days)
            for opens, closes in _open_hours(local(start).date() + timedelta(days=offset), works)
        ),
        timedelta(0),
    )


@dataclass(frozen=True)
class Clock:
    """What a case's deadline is made of: when it began to run, the first limit, how often it was extended, when it stood still.

    Each extension adds the first limit once more. `pauses` are (from, until), in order, apart; until None: it stands still now.
    """

    start: datetime
    limit: Limit
    extensions: int = 0
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()

    def due_at(self, *, works: Works = is_working_day) -> datetime | None:
        """When the limit has run out, in the zone of `start`; None while the clock stands still with time left."""
        unit, position = self.limit.unit, self.start
        left = _length(self.limit) * (1 + self.extensions)
        for since, until in self.pauses:
            ran = elapsed(position, since, unit, works=works)
            if ran >= left:
                break
            if until is None:
                return None
            left, position = left - ran, until
        return _after(position, left, unit, works).astimezone(self.start.tzinfo)


def _length(limit: Limit) -> timedelta:
    hours = {Unit.WORKING_DAY: HOURS_A_DAY, Unit.CALENDAR_DAY: 24}.get(limit.unit, 1)
    return timedelta(hours=limit.value * hours)


def _after(start: datetime, left: timedelta, unit: Unit, works: Works) -> datetime:
    if unit in _EVERY_HOUR:
        return start + left
    return _after_working(start.astimezone(TOWN_ZONE), left, works).astimezone(start.tzinfo)


def _open_hours(day: date, works: Works) -> Iterator[tuple[datetime, datetime]]:
    if works(day):
        for opens, closes in SHIFTS:
            yield datetime.combine(day, opens, TOWN_ZONE), datetime.combine(day, closes, TOWN_ZONE)


def _after_working(start: datetime, left: timedelta, works: Works) -> datetime:
    for offset in range(_SEARCH_DAYS):
        for opens, closes in _open_hours(start.date() + timedelta(days=offset), works):
            begin = max(start, opens)
            if begin >= closes:
                continue
            if left <= closes - begin:
                return begin + left
            left -= closes - begin
    raise OverflowError(f"a limit of more than {_SEARCH_DAYS} days")
