"""Waiting for what happens by itself, in another thread or process."""

import time
from collections.abc import Callable

LONG_S = 90.0  # Far longer than anything takes, on any machine.
A_STORY_S = 4 * LONG_S  # Some thirty commands, one after the other.


def eventually(true: Callable[[], object], seconds: float = LONG_S) -> None:
    """Ask until it is true; fails once `seconds` have passed."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
