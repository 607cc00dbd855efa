"""The states of a case and how pressing it is. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """Where a case stands in 发现—会商—处置—反馈—评价. The last three are ends, all others are open."""

    DISCOVERED = "discovered"
    CONSULTING = "consulting"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    SUSPENDED = "suspended"
    VERIFYING = "verifying"
    RATING = "rating"
    CLOSED = "closed"
    VOID = "void"
    MERGED = "merged"


ENDED_STATES = (State.CLOSED, State.VOID, State.MERGED)
OPEN_STATES = tuple(state for state in State if state not in ENDED_STATES)


class Urgency(StrEnum):
    """How an open case stands against its time limit."""

    OVERDUE = "overdue"
    SOON = "soon"
    INTIME = "intime"
    UNLIMITED = "unlimited"


SOON_AT_LEAST = timedelta(hours=1)


def urgency(opened_at: datetime, due_at: datetime | None, at: datetime, *, done_at: datetime | None = None) -> Urgency:
    """Overdue past its limit; soon in the limit's last quarter or last hour, whichever is longer.

    What was done (handled, or closed) was done in time or not, however long it then waits to be verified or rated.
    """
    if due_at is None:
        return Urgency.UNLIMITED
    if done_at is not None:
        return Urgency.OVERDUE if done_at > due_at else Urgency.INTIME
    if at > due_at:
        return Urgency.OVERDUE
    return Urgency.SOON if due_at - at <= max((due_at - opened_at) / 4, SOON_AT_LEAST) else Urgency.INTIME
