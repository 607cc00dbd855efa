"""What people typed into the forms of pages: read by the town's clock, done or refused, the refusal told beside its field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from flask import request

from gridmap.clock import TOWN_ZONE
from gridmap.errors import GridmapError, Invalid, Outdated, msg
from gridmap.http.conditional import version
from gridmap.http.problems import status_of, tell
from gridmap.http.state import db

When = TypeVar("When", date, datetime)
_MOST_ID = 2**31
_YEARS = (1950, 9989)  # What calendars and databases agree on.


@dataclass(frozen=True)
class Refusal:
    """Why a form was not taken; the page shows it again, with what was typed.

    Args:
        form: which form of the page.
        words: by the name of the field they are about; "" is the form as a whole.
        status: the answer's.
    """

    form: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


FINE = Refusal()


def attempt(form: str, deed: Callable[[], object]) -> Refusal:
    """Do it and commit it; `FINE`, or why not."""
    try:
        deed()
    except GridmapError as error:
        db().rollback()
        words = {fault.field: tell(fault.text, fault.values) for fault in error.faults}
        return Refusal(form, words or {"": tell(error.text, error.values)}, status_of(error))
    db().commit()
    return FINE


def text(name: str) -> str:
    """A field as it was typed, without the spaces around it."""
    return request.form.get(name, "").strip()


def needed(name: str) -> str:
    """The same; `Invalid` where nothing was typed."""
    found = text(name)
    if not found:
        raise Invalid(msg("This is needed"), field=name)
    return found


def ticked(name: str) -> bool:
    """Whether a box was ticked."""
    return name in request.form


def number(name: str) -> int:
    """The id of something chosen from a list."""
    typed = request.form.get(name, "")
    if not (typed.isascii() and typed.isdigit()) or int(typed[:12]) >= _MOST_ID:
        raise Invalid(msg("Choose one of those in the list"), field=name)
    return int(typed)


def hour(name: str) -> time:
    """An hour by the town's clock."""
    try:
        return time.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise Invalid(msg("This must be an hour of the town's clock, such as 08:30"), field=name) from None


def day(name: str) -> date | None:
    """A day; None where none was typed."""
    typed = text(name)
    try:
        return _sane(date.fromisoformat(typed)) if typed else None
    except ValueError:
        raise Invalid(msg("This must be a day, such as 2026-11-22"), field=name) from None


def end_of_day(name: str) -> datetime | None:
    """The end of a day that was typed, by the town's clock; None where none was."""
    typed = day(name)
    return None if typed is None else datetime.combine(typed + timedelta(days=1), time(), TOWN_ZONE)


def moment(name: str) -> datetime | None:
    """A moment by the town's clock; None where none was typed."""
    return moment_of(text(name), name)


def moment_of(typed: str, name: str) -> datetime | None:
    """A day or a moment as people write it; one that names no zone is the town's."""
    try:
        found = _sane(datetime.fromisoformat(typed)) if typed else None
    except ValueError:
        raise Invalid(msg("This must be a day or a moment, such as 2026-03-03 or 2026-03-03T09:00"), field=name) from None
    return found.replace(tzinfo=TOWN_ZONE) if found and found.tzinfo is None else found


def _sane(found: When) -> When:
    if not _YEARS[0] <= found.year <= _YEARS[1]:
        raise ValueError(found)
    return found


def unchanged(topic: str, subject: str) -> None:
    """`Outdated` where the thing is no longer what the page showed; call it once the thing is locked."""
    if request.form.get("seen") != version(topic, subject):
        raise Outdated(msg("It changed since you saw it: look again"))
