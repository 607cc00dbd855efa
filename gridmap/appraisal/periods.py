"""Days, weeks and months by the town's calendar, and the periods they are compared with. Pure.

环比 compares with the period before, 同比 with the same period a year before. A period that still runs is compared with as
much of the others as has run of it: ten in the morning with yesterday until ten, not with all of yesterday.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from gridmap.clock import TOWN_ZONE, local
from gridmap.errors import Invalid, msg

EARLIEST = date(2001, 1, 1)


class Kind(StrEnum):
    """How long a report's period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Window:
    """What is counted: from `since` until before `at`, both aware; what stands at `at` stands at the end."""

    since: datetime
    at: datetime


@dataclass(frozen=True)
class Period:
    """A calendar day, an ISO week (from Monday) or a calendar month in Asia/Shanghai; `first` is its first day."""

    kind: Kind
    first: date

    @property
    def after(self) -> date:
        """The first day that is not in it."""
        if self.kind is Kind.MONTH:
            return (self.first + timedelta(days=31)).replace(day=1)
        return self.first + timedelta(days=7 if self.kind is Kind.WEEK else 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after - timedelta(days=1)

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return _midnight(self.first)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.after)

    def before(self) -> "Period":
        """The period just before (环比)."""
        return containing(self.kind, self.first - timedelta(days=1))

    def a_year_before(self) -> "Period":
        """The same date, ISO week or month of the year before (同比); 29 February becomes the 28th, week 53 the 52nd."""
        if self.kind is Kind.WEEK:
            year, week, _ = self.first.isocalendar()
            weeks = date(year - 1, 12, 28).isocalendar().week  # 28 December always lies in the last ISO week.
            return Period(self.kind, date.fromisocalendar(year - 1, min(week, weeks), 1))
        leap = (self.first.month, self.first.day) == (2, 29)
        return Period(self.kind, self.first.replace(year=self.first.year - 1, day=28 if leap else self.first.day))

    def window(self, now: datetime) -> Window:
        """All of it, or as much as has run."""
        return Window(self.since, min(self.until, now))

    def like(self, window: Window, *, complete: bool) -> Window:
        """As much of this period as `window` is of its own; all of it where that one is complete."""
        return Window(self.since, self.until if complete else min(self.until, self.since + (window.at - window.since)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), TOWN_ZONE)


def containing(kind: Kind, day: date) -> Period:
    """The period of this kind in which `day` lies."""
    begins = {Kind.DAY: 0, Kind.WEEK: day.weekday(), Kind.MONTH: day.day - 1}
    return Period(kind, day - timedelta(days=begins[kind]))


def asked(kind: Kind, day: date | None, now: datetime) -> Period:
    """The period of the day asked for, or of today.

    Raises:
        Invalid: it has not begun, or lies before any case can.
    """
    period = containing(kind, day or local(now).date())
    if period.since > now:
        raise Invalid(msg("This day lies in the future"), field="date")
    if period.first < EARLIEST:
        raise Invalid(msg("Reports begin with the year 2001"), field="date")
    return period
