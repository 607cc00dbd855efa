"""The ladder: every rung once, from below upwards, counted as the limit is counted."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.cases.deadlines import Clock, Limit, Unit
from gridmap.cases.escalation import SHARES, Rung, first, ladder, read_shares

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 16, 9, tzinfo=ZONE)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 1), timezones=st.just(ZONE))  # noqa: DTZ001  # as st wants them
limits = st.builds(Limit, st.integers(1, 40).map(float), st.sampled_from(Unit))


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    start = draw(moments)
    cuts = sorted(draw(st.lists(st.integers(0, 60 * 24 * 5), max_size=4, unique=True)))
    pauses: list[tuple[datetime, datetime | None]] = [
        (start + timedelta(minutes=since), start + timedelta(minutes=until))
        for since, until in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    if len(cuts) % 2:
        pauses.append((start + timedelta(minutes=cuts[-1]), None))
    return Clock(start, draw(limits), draw(st.integers(0, 2)), tuple(pauses))


def test_worked_out_by_hand() -> None:
    # Eight working hours from Monday nine o'clock: six of them are over at five, the last at nine on Tuesday.
    steps = ladder(Clock(MONDAY, Limit(8, Unit.WORKING_HOUR)))
    assert [step.at and step.at.strftime("%a %H:%M") for step in steps] == [
        "Mon 17:00", "Tue 08:12", "Tue 09:00", "Tue 11:00", "Tue 15:00",
    ]  # fmt: skip


def test_a_suspension_takes_the_ladder_along() -> None:
    pause = (MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=5))
    plain, paused = (ladder(Clock(MONDAY, Limit(4, Unit.URGENT_HOUR), pauses=pauses)) for pauses in ((), (pause,)))
    assert [step.at for step in paused] == [step.at + timedelta(hours=3) for step in plain if step.at]


def test_while_it_stands_still_nothing_comes_next() -> None:
    steps = ladder(Clock(MONDAY, Limit(4, Unit.URGENT_HOUR), pauses=((MONDAY + timedelta(hours=1), None),)))
    assert [step.at for step in steps] == [None] * len(Rung)


@given(clocks())
def test_who_stands_higher_is_reminded_later_and_the_third_at_expiry(clock: Clock) -> None:
    steps = ladder(clock)
    assert [step.rung for step in steps] == list(Rung)
    known = [step.at for step in steps if step.at is not None]
    assert known == sorted(known)
    assert steps[2].at == clock.due_at()
    # What stands still before one rung stands still before all above it.
    assert [step.at for step in steps[len(known) :]] == [None] * (len(steps) - len(known))


@given(clocks(), st.integers(0, 60 * 24 * 60))
def test_the_first_rung_from_a_moment_on_is_the_ladders(clock: Clock, minutes: int) -> None:
    since = clock.start + timedelta(minutes=minutes)
    assert first(clock, since) == min((step.at for step in ladder(clock) if step.at and step.at >= since), default=None)


def test_shares_as_people_write_them() -> None:
    assert read_shares("0.75, 0.9, 1, 1.25, 1.5") == SHARES


@pytest.mark.parametrize("text", ["", "0.75", "1,1,1,1,1", "0.75,0.9,1,1.25,x", "0,0.9,1,1.25,1.5", "0.5,0.6,0.7,0.8,nan"])
def test_shares_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_shares(text)
