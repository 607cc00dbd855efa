"""Turns of weekly shifts, and when two shifts meet."""

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gridmap.clock import TOWN_ZONE
from gridmap.people.turns import Pattern, clash, turn, turns, week_of

MONDAY = date(2026, 3, 2)

days = st.integers(0, 16).map(lambda n: MONDAY + timedelta(days=n))
hours = st.integers(0, 23).map(time)
patterns = st.builds(
    lambda weekdays, starts, ends, since, length: Pattern(
        frozenset(weekdays), starts, ends, since, length and since + timedelta(days=length)
    ),
    st.sets(st.integers(1, 7), min_size=1, max_size=3),
    hours,
    hours,
    days,
    st.none() | st.integers(1, 12),
)


def test_a_turn_may_end_on_the_next_day() -> None:
    assert turn(MONDAY, time(22), time(6)).ends == datetime(2026, 3, 3, 6, tzinfo=TOWN_ZONE)
    assert turn(MONDAY, time(8), time(16)).ends == datetime(2026, 3, 2, 16, tzinfo=TOWN_ZONE)
    assert turn(MONDAY, time(8), time(8)).ends - turn(MONDAY, time(8), time(8)).begins == timedelta(days=1)


def test_a_week_begins_on_monday() -> None:
    assert week_of(date(2026, 3, 8)) == [MONDAY + timedelta(days=n) for n in range(7)]


@given(one=patterns, other=patterns)
def test_shifts_clash_where_two_turns_overlap(one: Pattern, other: Pattern) -> None:
    some = [MONDAY + timedelta(days=n) for n in range(-3, 50)]
    mine, theirs = list(turns(one, some)), list(turns(other, some))
    meets = {day for day, a in mine for _, b in theirs if a.begins < b.ends and b.begins < a.ends}
    found = clash(one, other)
    assert (found is None) == (not meets)
    assert found is None or found in meets
    assert (clash(other, one) is None) == (found is None)
