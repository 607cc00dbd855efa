"""When this town works: its working hours, and the days it has decided itself."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.cases.clock_models import WorkDay
from gridmap.cases.deadlines import SHIFTS, Calendar, Shifts, read_hours
from gridmap.errors import Invalid, msg
from gridmap.recent import Recent


class _Town:
    """What this process keeps of the town's calendar."""

    def __init__(self) -> None:
        self.shifts: Shifts = SHIFTS
        self.known: Recent[None, Calendar] = Recent()


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
    _town.known.forget()


def calendar(session: Session) -> Calendar:
    """The calendar as it stands."""
    days = session.execute(select(WorkDay.day, WorkDay.works)).all()
    return Calendar(_town.shifts, {row.day: row.works for row in days})


def recent(session: Session) -> Calendar:
    """The calendar as it stood within the last second: for what every alert asks. The worker puts right what fell into it."""
    kept = _town.known.get(session, None)
    if kept is None:
        kept = calendar(session)
        _town.known.keep(session, {None: kept})
    return kept
