"""What somebody who acts on a case has to say. Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from gridmap.cases.categories import CategoryKey
from gridmap.cases.tasks import Addressee


@dataclass(frozen=True)
class Spot:
    """Where a case really is, degrees WGS-84, with the address where one is told."""

    lon: float
    lat: float
    address: str | None = None


@dataclass(frozen=True)
class Told:
    """The fields of all actions; which of them an action needs stands in the workflow's table.

    Attributes:
        task: the task meant, where the case has several of theirs.
        to: whom to hand the case to; several at once work jointly (联动).
        evidence: ids of what was attached before.
        request, supervision: which one is reviewed, answered or lifted.
        reply: what reporters and other residents are told of the outcome; the note is for those who work on the case.
        into: the number of the case it is merged into.
    """

    reason: str = ""
    result: str = ""
    text: str = ""
    note: str = ""
    reply: str = ""
    task: int | None = None
    to: tuple[Addressee, ...] = ()
    evidence: tuple[int, ...] = ()
    participants: tuple[str, ...] = ()
    notes: str = ""
    decision: str = ""
    category: CategoryKey | None = None
    condition: str | None = None
    location: Spot | None = None
    until: datetime | None = None
    request: int | None = None
    granted: bool | None = None
    into: str = ""
    kind: str = ""
    supervision: int | None = None
    reply_due_at: datetime | None = None
    link: int | None = None
    verdict: str = ""
    score: int | None = None
    solved: bool | None = None
    mentions: tuple[str, ...] = field(default=())
