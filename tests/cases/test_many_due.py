"""Deadlines of many cases are those of each."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.cases.deadlines import CHINA, Calendar, Limit, Unit, due_at, read_hours
from gridmap.cases.many_due import EARLIEST, ManyDue

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2030, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None), timezones=st.just(UTC))
LIMITS = st.builds(Limit, st.one_of(st.integers(1, 90), st.floats(0.01, 30)), st.sampled_from(Unit))
OWN = Calendar(read_hours("08:30-11:30,13:00-17:15"), {date(2026, 10, 1): True, date(2026, 10, 9): False})


@given(st.lists(MOMENTS, min_size=1, max_size=20), LIMITS, st.sampled_from([CHINA, OWN]))
def test_each_is_due_as_it_would_be_alone(starts: list[datetime], limit: Limit, calendar: Calendar) -> None:
    micros = np.array([(start - _EPOCH) // timedelta(microseconds=1) for start in starts])
    found = [_EPOCH + timedelta(microseconds=at) for at in ManyDue(calendar).at(micros, limit).tolist()]
    assert found == [due_at(start, limit, calendar=calendar) for start in starts]


def test_what_was_laid_out_before_serves_again() -> None:
    many, limit = ManyDue(CHINA), Limit(3, Unit.WORKING_DAY)
    for start in (datetime(2026, 10, 1, 3, tzinfo=UTC), datetime(2020, 1, 24, 3, tzinfo=UTC), datetime(2024, 2, 9, tzinfo=UTC)):
        micros = np.array([(start - _EPOCH) // timedelta(microseconds=1)])
        assert _EPOCH + timedelta(microseconds=int(many.at(micros, limit)[0])) == due_at(start, limit)


def test_nobody_waits_for_sixty_years() -> None:
    with pytest.raises(OverflowError):
        ManyDue(CHINA).at(np.array([10**15]), Limit(1e6, Unit.WORKING_DAY))


def test_none_are_due_at_no_time() -> None:
    assert not len(ManyDue(CHINA).at(np.empty(0, dtype=np.int64), Limit(1, Unit.WORKING_DAY)))
