"""What a case's clock is made of, read from the journal alone. Pure.

Whoever doubts a deadline can recompute it: the rows `case.opened`, `case.classify`, `case.review`, `case.resume` and those
that begin another round carry all that bears on it, and the moments they name are the deeds' own, not those of the writing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from gridmap.cases.deadlines import CHINA, Calendar, Clock, Limit, Unit

Pauses = tuple[tuple[datetime, datetime | None], ...]


class Entry(Protocol):
    """A row of the journal about one case."""

    @property
    def kind(self) -> str: ...  # see JournalEntry
    @property
    def data(self) -> Mapping[str, Any]: ...  # same


@dataclass(frozen=True)
class Reckoned:
    """A case's clock as the journal tells it.

    Attributes:
        start: when the case was received.
        limit: its first limit; None while it has none.
        round: counts when the limit changes or the case is handled anew; each round is escalated for itself.
    """

    start: datetime
    limit: Limit | None = None
    extensions: int = 0
    pauses: Pauses = ()
    round: int = 0

    @property
    def clock(self) -> Clock | None:
        """The clock; None without a limit."""
        return None if self.limit is None else Clock(self.start, self.limit, self.extensions, self.pauses)

    def due_at(self, *, calendar: Calendar = CHINA) -> datetime | None:
        """When the limit runs out; None without a limit, or while it stands still with time left."""
        return None if self.clock is None else self.clock.due_at(calendar=calendar)


def reckon(entries: Iterable[Entry], *, since: Reckoned | None = None) -> Reckoned | None:
    """The clock after these journal rows of one case, oldest first; None before the case was opened.

    Args:
        entries: rows of other kinds are passed over.
        since: what it began with, for a case that came by file and has no row `case.opened`.
    """
    for entry in entries:
        if entry.kind == "case.opened":
            received = datetime.fromisoformat(entry.data["case"]["properties"]["received_at"])
            since = Reckoned(received, _limit(entry.data.get("limit")))
        elif since is not None and entry.kind in _STEPS:
            since = _STEPS[entry.kind](since, entry.data)
    return since


def _limit(facts: Mapping[str, Any] | None) -> Limit | None:
    return None if facts is None else Limit(facts["value"], Unit(facts["unit"]))


def _classified(one: Reckoned, facts: Mapping[str, Any]) -> Reckoned:
    limit = _limit(facts["limit"])
    return replace(one, limit=limit, round=one.round + (limit != one.limit))


def _reviewed(one: Reckoned, facts: Mapping[str, Any]) -> Reckoned:
    if facts.get("decided") != "granted":
        return one
    if facts["kind"] == "extension":
        return replace(one, extensions=one.extensions + 1, round=one.round + 1)
    if facts["kind"] == "suspension":
        return replace(one, pauses=(*one.pauses, (datetime.fromisoformat(facts["at"]), None)))
    return one


def _resumed(one: Reckoned, facts: Mapping[str, Any]) -> Reckoned:
    since, _ = one.pauses[-1]
    return replace(one, pauses=(*one.pauses[:-1], (since, datetime.fromisoformat(facts["resumed_at"]))))


def _again(one: Reckoned, facts: Mapping[str, Any]) -> Reckoned:
    return replace(one, round=one.round + 1) if "round" in facts else one


_STEPS = {
    "case.classify": _classified,
    "case.review": _reviewed,
    "case.resume": _resumed,
    "case.rework": _again,
    "case.reopen": _again,
    "case.rate": _again,
}
