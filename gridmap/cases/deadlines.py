"""When a case must be done: time limits in the four units of city management, on the calendar of work in China. Pure.

Units as in the trade (GB/T 30428.8 and city regulations): 紧急工作时 counts every hour, nights and holidays too;
工作时 counts working hours only; 工作日 is eight of them; 自然日 is 24 hours. Working hours are 08:00-12:00 and
14:00-18:00 on working days, made-up Saturdays in and holidays out (PyPI `holidays`, State Council calendars).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from threading import Lock

import holidays

from gridmap.clock import TOWN_ZONE

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


_china = holidays.country_holidays("CN")
_reading = Lock()


@lru_cache(maxsize=4096)
def is_working_day(day: date) -> bool:
    """Whether people work in China on `day`, made-up weekends included."""
    # The library makes a year when it is first asked for, and says that it has it before it does: a second thread would
    # find National Day a working day, and the cache would believe it for good.
    with _reading:
        return bool(_china.is_working_day(day))


def due_at(start: datetime, limit: Limit, *, works: Callable[[date], bool] = is_working_day) -> datetime:
    """The moment a limit that begins to run at `start` (aware) has run out, in the zone of `start`."""
    if limit.unit is Unit.URGENT_HOUR:
        return start + timedelta(hours=limit.value)
    if limit.unit is Unit.CALENDAR_DAY:
        return start + timedelta(days=limit.value)
    hours = limit.value * (HOURS_A_DAY if limit.unit is Unit.WORKING_DAY else 1)
    return _after_working(start.astimezone(TOWN_ZONE), timedelta(hours=hours), works).astimezone(start.tzinfo)


def _after_working(start: datetime, left: timedelta, works: Callable[[date], bool]) -> datetime:
    for offset in range(_SEARCH_DAYS):
        day = start.date() + timedelta(days=offset)
        if not works(day):
            continue
        for opens, closes in SHIFTS:
            begin = max(start, datetime.combine(day, opens, TOWN_ZONE))
            end = datetime.combine(day, closes, TOWN_ZONE)
            if begin >= end:
                continue
            if left <= end - begin:
                return begin + left
            left -= end - begin
    raise OverflowError(f"a limit of more than {_SEARCH_DAYS} days")
