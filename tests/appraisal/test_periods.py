"""Periods by the town's calendar, and what they are compared with."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.appraisal.periods import Kind, Period, asked, containing
from gridmap.clock import TOWN_ZONE
from gridmap.errors import Invalid

DAYS = st.dates(date(2002, 1, 1), date(2100, 1, 1))


@given(st.sampled_from(Kind), DAYS)
def test_a_day_lies_in_exactly_one_period(kind: Kind, day: date) -> None:
    period = containing(kind, day)
    assert period.first <= day <= period.last
    assert containing(kind, period.first) == containing(kind, period.last) == period
    assert containing(kind, period.after).before() == period


@given(st.sampled_from(Kind), DAYS)
def test_a_year_before_is_a_period_of_its_kind_about_a_year_before(kind: Kind, day: date) -> None:
    period = containing(kind, day)
    other = period.a_year_before()
    assert other == containing(kind, other.first)
    assert timedelta(days=355) < period.first - other.first < timedelta(days=375)


def test_days_begin_at_midnight_in_the_town() -> None:
    period = asked(Kind.DAY, None, datetime(2026, 11, 22, 16, 30, tzinfo=UTC))
    assert period.first == date(2026, 11, 23)
    assert period.since == datetime(2026, 11, 22, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "day", "first", "last"),
    [
        (Kind.WEEK, date(2026, 11, 22), date(2026, 11, 16), date(2026, 11, 22)),
        (Kind.WEEK, date(2027, 1, 1), date(2026, 12, 28), date(2027, 1, 3)),
        (Kind.MONTH, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (Kind.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_weeks_and_months(kind: Kind, day: date, first: date, last: date) -> None:
    period = containing(kind, day)
    assert (period.first, period.last) == (first, last)


def test_a_leap_day_and_a_week_53_have_neighbours_a_year_before() -> None:
    assert Period(Kind.DAY, date(2028, 2, 29)).a_year_before().first == date(2027, 2, 28)
    week = containing(Kind.WEEK, date(2027, 1, 1))
    assert week.first.isocalendar()[:2] == (2026, 53)
    assert week.a_year_before().first.isocalendar()[:2] == (2025, 52)


def test_a_period_that_runs_is_compared_with_as_much_of_the_other() -> None:
    now = datetime(2026, 11, 22, 10, 15, tzinfo=TOWN_ZONE)
    period = asked(Kind.DAY, None, now)
    window = period.window(now)
    assert window.at == now
    assert period.before().like(window, complete=False).at == now - timedelta(days=1)
    whole = period.window(now + timedelta(days=2))
    assert period.before().like(whole, complete=True).at == period.since


def test_the_rest_of_a_longer_month_is_compared_with_all_of_a_shorter() -> None:
    now = datetime(2026, 3, 31, 12, tzinfo=TOWN_ZONE)
    period = asked(Kind.MONTH, None, now)
    assert period.before().like(period.window(now), complete=False).at == datetime(2026, 3, 1, tzinfo=TOWN_ZONE)


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(1999, 1, 1)])
def test_days_that_cannot_be(day: date) -> None:
    with pytest.raises(Invalid):
        asked(Kind.DAY, day, datetime(2026, 11, 22, 12, tzinfo=UTC))
