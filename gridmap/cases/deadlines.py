"""When a case must be done: time limits in the four units of city management, on the calendar of work in China. Pure.

Units as in the trade (GB/T 30428.8 and city regulations): 紧急工作时 counts every hour, nights and holidays too;
工作时 counts working hours only; 工作日 is a day's worth of them; 自然日 is 24 hours. Working hours are 08:00-12:00 and
14:00-18:00 unless set otherwise, on working days: made-up Saturdays in and holidays out (PyPI `holidays`, State Council
calendars), and what the town itself has decided before both.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from threading import Lock

import holidays

from gridmap.clock import TOWN_ZONE, local

Shifts = tuple[tuple[time, time], ...]
SHIFTS: Shifts = ((time(8), time(12)), (time(14), time(18)))
SEARCH_DAYS = 366 * 60  # The longest limit that is taken from a table, 10,000 working days, is some forty years.


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


EVERY_HOUR = frozenset({Unit.URGENT_HOUR, Unit.CALENDAR_DAY})
_china = holidays.country_holidays("CN")
_reading = Lock()


@lru_cache(maxsize=4096)
def is_working_day(day: date) -> bool:
    """Whether people work in China on `day`, made-up weekends included."""
    # The library makes a year when it is first asked for, and says that it has it before it does: a second thread would
    # find National Day a working day, and the cache would believe it for good.
    with _reading:
        return bool(_china.is_working_day(day))


_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def read_hours(text: str) -> Shifts:
    """Working hours as people write them, `08:00-12:00,14:00-18:00`: in order, apart, within one day.

    Raises:
        ValueError: they make no sense.
    """
    found: list[tuple[time, time]] = []
    for part in text.split(","):
        match = _HOURS.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"working hours are written 08:00-12:00,14:00-18:00, not {text!r}")
        opens, closes = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
        if opens >= closes or (found and opens < found[-1][1]):
            raise ValueError(f"working hours must be in order and apart: {text!r}")
        found.append((opens, closes))
    return tuple(found)


@dataclass(frozen=True)
class Calendar:
    """When people work: the hours of a working day, and which days the town has declared worked or off."""

    shifts: Shifts = SHIFTS
    days: Mapping[date, bool] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        """Whether `day` is a working day."""
        decided = self.days.get(day)
        return is_working_day(day) if decided is None else decided

    @property
    def day_length(self) -> timedelta:
        """The working hours of one day."""
        return sum((_span(opens, closes) for opens, closes in self.shifts), timedelta(0))


def _span(opens: time, closes: time) -> timedelta:
    return timedelta(hours=closes.hour - opens.hour, minutes=closes.minute - opens.minute)


CHINA = Calendar()


def due_at(start: datetime, limit: Limit, *, calendar: Calendar = CHINA) -> datetime:
    """The moment a limit that begins to run at `start` (aware) has run out, in the zone of `start`."""
    return _after(start, length(limit, calendar), limit.unit, calendar)


def elapsed(start: datetime, end: datetime, unit: Unit, *, calendar: Calendar = CHINA) -> timedelta:
    """How much of a limit in `unit` runs from `start` to `end` (aware): working time, or all of it; zero if `end` is before."""
    if end <= start:
        return timedelta(0)
    if unit in EVERY_HOUR:
        return end - start
    days = (local(end).date() - local(start).date()).days + 1
    return sum(
        (
            max(min(end, closes) - max(start, opens), timedelta(0))
            for offset in range(days)
            for opens, closes in _open_hours(local(start).date() + timedelta(days=offset), calendar)
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

    def due_at(self, *, calendar: Calendar = CHINA) -> datetime | None:
        """When the limit has run out, in the zone of `start`; None while the clock stands still with time left."""
        return self.moment(1, calendar=calendar)

    def moment(self, share: float, *, calendar: Calendar = CHINA) -> datetime | None:
        """When such a share of the time allowed has run, in the zone of `start`; None while it stands still before that."""
        unit, position = self.limit.unit, self.start
        left = length(self.limit, calendar) * (1 + self.extensions) * share
        for since, until in self.pauses:
            ran = elapsed(position, since, unit, calendar=calendar)
            if ran >= left:
                break
            if until is None:
                return None
            left, position = left - ran, until
        return _after(position, left, unit, calendar).astimezone(self.start.tzinfo)


def length(limit: Limit, calendar: Calendar) -> timedelta:
    """How long a limit runs, in time that counts."""
    one = {Unit.WORKING_DAY: calendar.day_length, Unit.CALENDAR_DAY: timedelta(days=1)}.get(limit.unit, timedelta(hours=1))
    return one * limit.value


def _after(start: datetime, left: timedelta, unit: Unit, calendar: Calendar) -> datetime:
    if unit in EVERY_HOUR:
        return start + left
    return _after_working(start.astimezone(TOWN_ZONE), left, calendar).astimezone(start.tzinfo)


def _open_hours(day: date, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    if calendar.works(day):
        for opens, closes in calendar.shifts:
            yield datetime.combine(day, opens, TOWN_ZONE), datetime.combine(day, closes, TOWN_ZONE)


def _after_working(start: datetime, left: timedelta, calendar: Calendar) -> datetime:
    for offset in range(SEARCH_DAYS):
        for opens, closes in _open_hours(start.date() + timedelta(days=offset), calendar):
            begin = max(start, opens)
            if begin >= closes:
                continue
            if left <= closes - begin:
                return begin + left
            left -= closes - begin
    raise OverflowError(f"a limit of more than {SEARCH_DAYS} days")
