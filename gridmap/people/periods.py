"""Periods of validity, half-open [from, until). Pure.

History is never lost: what held is ended, never changed. Whoever sets a beginning or an end in the past has to say why.
"""

from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy.dialects.postgresql import Range

from gridmap.clock import local
from gridmap.errors import Conflict, Invalid, msg

Moment = TypeVar("Moment", datetime, date)
MOST_REASON = 500
_A_MOMENT = timedelta(minutes=1)  # Forms know no seconds: the minute that runs is now.


def beginning(since: datetime | None, until: datetime | None, *, now: datetime, reason: str) -> Range[datetime]:
    """The period of something that begins (now, unless `since` says otherwise).

    Raises:
        Invalid: it ends before it begins, or begins in the past without a reason.
    """
    start = since or now
    explained(start, now=now, reason=reason)
    if until is not None and until <= start:
        raise Invalid(msg("It ends before it begins"), field="until")
    return Range(start, until)


def ended(valid: Range[datetime], at: datetime | None, *, now: datetime, reason: str) -> Range[datetime] | None:
    """The period of something that ends (now, unless `at` says otherwise); None when it then never was.

    Raises:
        Invalid: it ends in the past without a reason.
        Conflict: it had ended before.
    """
    end = at or now
    start = first(valid)
    if valid.upper is not None and valid.upper <= end:
        raise Conflict(msg("It ended already: %(period)s"), period=told(valid))
    if end <= start and start > now:
        return None
    explained(end, now=now, reason=reason)
    if end <= start:
        raise Invalid(msg("It ends before it begins"), field="at")
    return Range(start, end)


def first(valid: Range[Moment]) -> Moment:
    """When a period begins; the tables refuse those without a beginning."""
    if valid.lower is None:
        raise ValueError("a period without a beginning")
    return valid.lower


def explained(moment: datetime, *, now: datetime, reason: str) -> None:
    """`Invalid` when the moment lies in the past without a reason, or the reason is too long."""
    if len(reason) > MOST_REASON:
        raise Invalid(msg("A reason has at most %(most)s characters"), field="reason", most=MOST_REASON)
    if moment <= now - _A_MOMENT and not reason.strip():
        raise Invalid(msg("What lies in the past (%(moment)s) needs a reason"), field="reason", moment=_minute(moment))


def told(valid: Range[datetime]) -> str:
    """A period as sentences show it, by the town's clock."""
    return f"{_minute(valid.lower)} – {_minute(valid.upper)}"


def _minute(moment: datetime | None) -> str:
    return "…" if moment is None else local(moment).strftime("%Y-%m-%d %H:%M")
