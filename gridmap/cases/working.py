"""When this town works: its working hours, and the days it has decided itself."""

import time as stopwatch
from threading import Lock

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gridmap.cases.clock_models import WorkDay
from gridmap.cases.deadlines import SHIFTS, Calendar, Shifts, read_hours
from gridmap.errors import Invalid, msg

FRESH_S = 1.0


class _Town:
    """What this process keeps of the town's calendar."""

    def __init__(self) -> None:
        self.shifts: Shifts = SHIFTS
        self.lock = Lock()
        self.known: dict[str, tuple[float, Calendar]] = {}


_town = _Town()


def keep_hours(text: str) -> None:
    """From now on a working day of this process has these hours (`GRIDMAP_WORKING_HOURS`).

    Raises:
        Invalid: they make no sense.
    """
    try:
        _town.shifts = read_hours(text)
    except ValueError as error:
        sentence = msg("GRIDMAP_WORKING_HOURS is written 08:00-12:00,14:00-18:00, in order and apart; not %(value)s")
        raise Invalid(sentence, value=text) from error
    forget()


def forget() -> None:
    """Read the days anew at the next question: they have just been changed here."""
    with _town.lock:
        _town.known.clear()


def calendar(session: Session) -> Calendar:
    """The calendar as it stands."""
    days = session.execute(select(WorkDay.day, WorkDay.works)).all()
    return Calendar(_town.shifts, {row.day: row.works for row in days})


def recent(session: Session) -> Calendar:
    """The calendar as it stood within the last second: for what every alert asks. The worker puts right what fell into it."""
    bind = session.get_bind()
    place = str((bind if isinstance(bind, Engine) else bind.engine).url)
    now = stopwatch.monotonic()
    with _town.lock:
        at, kept = _town.known.get(place, (0.0, None))
    if kept is None or now - at > FRESH_S:
        kept = calendar(session)
        with _town.lock:
            _town.known[place] = (now, kept)
    return kept
