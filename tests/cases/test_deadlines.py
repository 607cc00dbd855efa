"""Time limits against cases worked out by hand on the calendars of 2025 and 2026, and against counting minute by minute."""

from datetime import date, datetime, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.cases import deadlines
from gridmap.cases.deadlines import Clock, Limit, Unit, due_at, elapsed, is_working_day

ZONE = ZoneInfo("Asia/Shanghai")
HOUR, DAY = Unit.WORKING_HOUR, Unit.WORKING_DAY


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "value", "unit", "due"),
    [
        # An ordinary Monday.
        ("2026-11-16 09:00", 2, HOUR, "2026-11-16 11:00"),
        ("2026-11-16 09:00", 3, HOUR, "2026-11-16 12:00"),
        ("2026-11-16 09:00", 3.5, HOUR, "2026-11-16 14:30"),
        ("2026-11-16 09:00", 8, HOUR, "2026-11-17 09:00"),
        ("2026-11-16 09:00", 1, DAY, "2026-11-17 09:00"),
        ("2026-11-16 08:00", 1, DAY, "2026-11-16 18:00"),
        # At lunch, at night, before work: the clock waits.
        ("2026-11-16 12:30", 1, HOUR, "2026-11-16 15:00"),
        ("2026-11-16 12:00", 4, HOUR, "2026-11-16 18:00"),
        ("2026-11-16 23:10", 1, HOUR, "2026-11-17 09:00"),
        ("2026-11-16 03:00", 1, HOUR, "2026-11-16 09:00"),
        # Over a weekend.
        ("2026-11-20 17:00", 2, HOUR, "2026-11-23 09:00"),
        ("2026-11-21 10:00", 2, HOUR, "2026-11-23 10:00"),
        ("2026-11-20 17:00", 3, DAY, "2026-11-25 17:00"),
        # National Day 2026: 1 to 7 October off; Sunday 20 September and Saturday 10 October are worked.
        ("2026-09-30 17:00", 2, HOUR, "2026-10-08 09:00"),
        ("2026-10-01 00:00", 1, DAY, "2026-10-08 18:00"),
        ("2026-10-09 17:00", 2, HOUR, "2026-10-10 09:00"),
        ("2026-10-10 17:00", 2, HOUR, "2026-10-12 09:00"),
        # Spring Festival 2026: 15 to 23 February off; Saturdays 14 and 28 February are worked.
        ("2026-02-13 17:00", 2, HOUR, "2026-02-14 09:00"),
        ("2026-02-14 17:00", 2, HOUR, "2026-02-24 09:00"),
        ("2026-02-27 10:00", 1, DAY, "2026-02-28 10:00"),
        ("2026-02-28 10:00", 1, DAY, "2026-03-02 10:00"),
        # Over the end of a year: 1 to 3 January 2026 off; Sunday 4 January is worked.
        ("2025-12-31 17:00", 2, HOUR, "2026-01-04 09:00"),
        # Hours that run day and night.
        ("2026-10-01 23:30", 4, Unit.URGENT_HOUR, "2026-10-02 03:30"),
        ("2026-11-20 17:00", 0.5, Unit.URGENT_HOUR, "2026-11-20 17:30"),
        ("2026-02-14 17:00", 3, Unit.CALENDAR_DAY, "2026-02-17 17:00"),
    ],
)
def test_worked_out_by_hand(start: str, value: float, unit: Unit, due: str) -> None:
    assert due_at(at(start), Limit(value, unit)) == at(due)


def test_the_answer_is_in_the_zone_of_the_question() -> None:
    utc = at("2026-11-16 09:00").astimezone(ZoneInfo("UTC"))
    answer = due_at(utc, Limit(2, HOUR))
    assert answer == at("2026-11-16 11:00")
    assert answer.tzinfo is utc.tzinfo


moments = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 1), timezones=st.just(ZONE))  # noqa: DTZ001  # as st wants them
limits = st.builds(
    Limit,
    st.integers(1, 160).map(lambda quarters: quarters / 4),
    st.sampled_from([HOUR, DAY, Unit.URGENT_HOUR, Unit.CALENDAR_DAY]),
)


@given(moments, moments, limits)
def test_who_begins_later_is_due_no_earlier(one: datetime, other: datetime, limit: Limit) -> None:
    first, second = sorted([one, other])
    assert due_at(first, limit) <= due_at(second, limit)


@given(moments, limits, limits)
def test_a_longer_limit_is_due_later(start: datetime, one: Limit, other: Limit) -> None:
    short, long = sorted([one.value, other.value])
    assert start < due_at(start, Limit(short, one.unit)) <= due_at(start, Limit(long, one.unit))


@settings(max_examples=30, deadline=None)
@given(moments, st.integers(1, 60))
def test_counted_quarter_by_quarter(start: datetime, quarters: int) -> None:
    start = start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0)
    moment, left = start, quarters
    while left:
        minutes = moment.hour * 60 + moment.minute
        if is_working_day(moment.date()) and (480 <= minutes < 720 or 840 <= minutes < 1080):
            left -= 1
        moment += timedelta(minutes=15)
    assert due_at(start, Limit(quarters / 4, HOUR)) == moment


def test_forty_years_are_a_limit_too() -> None:
    assert due_at(at("2026-11-16 09:00"), Limit(10_000, DAY)).year > 2060


def test_threads_that_ask_for_a_new_year_at_once_all_know_its_holidays(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        monkeypatch.setattr(deadlines, "_china", holidays.country_holidays("CN"))
        is_working_day.cache_clear()
        together = Barrier(8)
        found: list[bool] = []

        def ask(together: Barrier = together, found: list[bool] = found) -> None:
            together.wait()
            found.extend(is_working_day(date(year, 10, 1)) for year in range(2010, 2026))

        threads = [Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [False] * 128
    is_working_day.cache_clear()


# ---- clocks that are extended and stand still


@given(moments, moments, st.sampled_from(list(Unit)))
def test_what_runs_between_two_moments_is_what_a_limit_of_it_would_take(one: datetime, other: datetime, unit: Unit) -> None:
    start, end = min(one, other), max(one, other)
    ran = elapsed(start, end, unit)
    if ran > timedelta(0):
        hours = {Unit.WORKING_DAY: 8, Unit.CALENDAR_DAY: 24}.get(unit, 1)
        due = due_at(start, Limit(ran / timedelta(hours=hours), unit))
        assert abs(elapsed(start, due, unit) - ran) < timedelta(milliseconds=1)
        assert due <= end + timedelta(milliseconds=1)
    assert elapsed(end, start, unit) == timedelta(0)


@given(
    moments,
    limits,
    st.integers(0, 2),
    st.timedeltas(timedelta(0), timedelta(days=20)),
    st.timedeltas(timedelta(1), timedelta(days=300)),
)
def test_a_pause_stops_the_clock_and_no_more(
    start: datetime, limit: Limit, extensions: int, after: timedelta, long: timedelta
) -> None:
    plain = Clock(start, limit, extensions).due_at()
    paused = Clock(start, limit, extensions, ((start + after, start + after + long),)).due_at()
    assert plain is not None
    assert paused is not None
    whole = elapsed(start, plain, limit.unit)
    if start + after >= plain:
        assert paused == plain
    else:
        ran = elapsed(start, start + after, limit.unit) + elapsed(start + after + long, paused, limit.unit)
        assert abs(ran - whole) < timedelta(milliseconds=1)
        assert paused >= plain


def test_while_it_stands_still_nothing_is_due() -> None:
    start = at("2026-11-16 09:00")
    assert Clock(start, Limit(8, HOUR), pauses=((at("2026-11-16 10:00"), None),)).due_at() is None
    assert Clock(start, Limit(1, HOUR), pauses=((at("2026-11-16 11:00"), None),)).due_at() == at("2026-11-16 10:00")


@pytest.mark.parametrize(
    ("extensions", "pauses", "due"),
    [
        (0, [], "2026-11-16 18:00"),
        (1, [], "2026-11-17 18:00"),
        (2, [], "2026-11-18 18:00"),
        (0, [("2026-11-16 10:00", "2026-11-18 10:00")], "2026-11-18 18:00"),
        (0, [("2026-11-16 19:00", "2026-11-18 10:00")], "2026-11-16 18:00"),
        (1, [("2026-11-17 14:00", "2026-11-21 14:00")], "2026-11-23 12:00"),
    ],
)
def test_extended_and_paused_by_hand(extensions: int, pauses: list[tuple[str, str]], due: str) -> None:
    clock = Clock(at("2026-11-16 08:00"), Limit(1, DAY), extensions, tuple((at(a), at(b)) for a, b in pauses))
    assert clock.due_at() == at(due)
