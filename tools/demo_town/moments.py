"""When cases happen, how late they are heard of, which are still open, and how long the others took."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final

DAYS: Final = 90
LAST_DAY: Final = 20
OPEN: Final = 90
# Shares of the 24 hours of a day: streets are busy in the morning, the afternoon and after supper.
_HOURS: Final = (1, 1, 0, 0, 0, 2, 5, 10, 14, 15, 12, 9, 6, 7, 12, 13, 11, 9, 9, 10, 8, 5, 3, 2)
_DELAY_SECONDS: Final = {
    "camera-ai": (2, 45),
    "city-terminal": (20, 180),
    "patrol": (30, 400),
    "resident": (90, 1200),
    "hotline-12345": (300, 4200),
}


def drawn(reference: datetime, count: int, rng: Random) -> list[datetime]:
    """`count` moments up to the reference time, ascending; LAST_DAY of them in its last 24 hours."""
    found = {reference - timedelta(minutes=rng.randint(3, 1400), seconds=rng.randint(0, 59)) for _ in range(LAST_DAY - 1)}
    found.add(reference - timedelta(seconds=8))
    while len(found) < LAST_DAY:
        found.add(reference - timedelta(minutes=rng.randint(3, 1400)))
    ages = range(1, DAYS)
    busy = [4.5 + 15.0 * math.exp(-age / 9.0) for age in ages]
    while len(found) < count:
        day = reference - timedelta(days=rng.choices(ages, busy)[0])
        if rng.random() > (0.75 if day.weekday() >= 5 else 1.0):
            continue
        hour = rng.choices(range(24), _HOURS)[0]
        moment = day.replace(hour=hour, minute=rng.randint(0, 59), second=rng.randint(0, 59))
        if reference - timedelta(days=DAYS) < moment < reference - timedelta(days=1):
            found.add(moment)
    return sorted(found)


def delay(source: str, rng: Random) -> timedelta:
    """From happening to being heard of."""
    return timedelta(seconds=rng.randint(*_DELAY_SECONDS[source]))


def handling(hours: float, state: str, rng: Random) -> timedelta:
    """From being heard of to closing: around the category's typical hours, sometimes much longer."""
    if state == "void":
        return timedelta(minutes=rng.randint(10, 240))
    return timedelta(seconds=round(3600 * hours * math.exp(rng.gauss(-0.25, 0.55))))


def still_open(occurred: Sequence[datetime], reference: datetime, rng: Random) -> set[int]:
    """Which cases (ascending in time) are still open: nearly all of the last day, and ever fewer of the days before.

    They come as they were discovered; the demo's people then move them along (gridmap/desk/stories.py).
    """
    ages = [(reference - moment).total_seconds() / 3600.0 for moment in occurred]
    drawn = [0.0 if age < 24.0 else age * math.exp(rng.gauss(0.0, 0.7)) for age in ages]
    return set(sorted(range(len(ages)), key=lambda i: (drawn[i], -ages[i]))[2 : OPEN + 2])


def long_ago(moment: datetime, reference: datetime) -> bool:
    """More than a day before the reference time."""
    return reference - moment > timedelta(days=1)
