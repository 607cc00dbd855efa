"""How pressing a case is."""

from datetime import UTC, datetime, timedelta

import pytest

from gridmap.cases.states import OPEN_STATES, State, urgency

OPENED = datetime(2026, 11, 16, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("limit_h", "passed_h", "said"),
    [
        (None, 1000, "unlimited"),
        (8, 0, "intime"),
        (8, 5.99, "intime"),
        (8, 6, "soon"),
        (8, 8, "soon"),
        (8, 8.001, "overdue"),
        (2, 0.99, "intime"),
        (2, 1, "soon"),
        (0.5, 0, "soon"),
        (0.5, 0.6, "overdue"),
        (240, 179, "intime"),
        (240, 181, "soon"),
    ],
)
def test_the_last_quarter_and_the_last_hour_are_soon(limit_h: float | None, passed_h: float, said: str) -> None:
    due = None if limit_h is None else OPENED + timedelta(hours=limit_h)
    assert urgency(OPENED, due, OPENED + timedelta(hours=passed_h)).value == said


@pytest.mark.parametrize(("done_h", "said"), [(1, "intime"), (7.9, "intime"), (8, "intime"), (8.001, "overdue")])
def test_what_was_handled_in_time_stays_in_time_however_long_it_waits(done_h: float, said: str) -> None:
    due, done = OPENED + timedelta(hours=8), OPENED + timedelta(hours=done_h)
    assert urgency(OPENED, due, OPENED + timedelta(hours=100), done_at=done).value == said


def test_three_states_are_ends() -> None:
    assert set(State) - set(OPEN_STATES) == {State.CLOSED, State.VOID, State.MERGED}
