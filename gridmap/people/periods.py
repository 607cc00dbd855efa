"""Periods of validity, half-open [from, until). Pure.

History is never lost: what held is ended, never changed. Whoever sets a beginning or an end in the past has to say why.
"""

from datetime import datetime

from sqlalchemy.dialects.postgresql import Range

from gridmap.clock import local
from gridmap.errors import Conflict, Invalid, msg

MOST_REASON = 500


def beginning(since: datetime | None, until: datetime | None, *, now: datetime, reason: str) -> Range[datetime]:
    """The period of something that begins (now, unless `since` says otherwise).

    Raises:
        Invalid: it ends before it begins, or begins in the past without a reason.
    """
    start = since or now
    _explained(start, now=now, reason=reason)
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
    assert valid.lower is not None  # noqa: S101  # the tables refuse periods without a beginning
    if valid.upper is not None and valid.upper <= end:
        raise Conflict(msg("It ended already: %(period)s"), period=told(valid))
    if end <= valid.lower and valid.lower > now:
        return None
    _explained(end, now=now, reason=reason)
    if end <= valid.lower:
        raise Invalid(msg("It ends before it begins"), field="at")
    return Range(valid.lower, end)


def _explained(moment: datetime, *, now: datetime, reason: str) -> None:
    if len(reason) > MOST_REASON:
        raise Invalid(msg("A reason has at most %(most)s characters"), field="reason", most=MOST_REASON)
    if moment < now and not reason.strip():
        raise Invalid(msg("What lies in the past (%(moment)s) needs a reason"), field="reason", moment=_minute(moment))


def told(valid: Range[datetime]) -> str:
    """A period as sentences show it, by the town's clock."""
    return f"{_minute(valid.lower)} – {_minute(valid.upper)}"


def _minute(moment: datetime | None) -> str:
    return "…" if moment is None else local(moment).strftime("%Y-%m-%d %H:%M")
