"""A task: what one team, person or department has to do about a case, and how far they are. Pure.

A case handed to several at once (联动) has one task for each, with a clock of its own.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class TaskState(StrEnum):
    """How far a task is. The first three are live."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    STARTED = "started"
    DONE = "done"
    HANDED_BACK = "handed_back"
    WITHDRAWN = "withdrawn"


LIVE = frozenset({TaskState.WAITING, TaskState.ACCEPTED, TaskState.STARTED})
HELD = frozenset({TaskState.ACCEPTED, TaskState.STARTED})


@dataclass(frozen=True)
class Addressee:
    """Whom a task is given to: one person, one team of a grid, or a line department; exactly one of the three."""

    person_id: int | None = None
    team: tuple[str, str] | None = None  # (grid code, team)
    department_id: int | None = None

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.person_id, self.team, self.department_id)) != 1:
            raise ValueError("a task is given to one person, one team or one department")


@dataclass(frozen=True)
class Asker:
    """Who acts, as far as tasks are concerned: the journal's name, the person, their teams and departments.

    `leads` says whether they may dispatch the case.
    """

    name: str
    person_id: int | None = None
    teams: frozenset[tuple[str, str]] = field(default=frozenset())
    department_ids: frozenset[int] = field(default=frozenset())
    leads: bool = False


@dataclass(frozen=True)
class Task:
    """One task as it stands; `holder` is the actor who accepted it, `holder_id` the person, where it is one."""

    id: int
    to: Addressee
    state: TaskState
    holder: str | None = None
    holder_id: int | None = None
    ended_by: str | None = None

    def waits_for(self, asker: Asker) -> bool:
        """Whether it is offered to them and nobody has accepted it yet."""
        if self.state is not TaskState.WAITING:
            return False
        if self.to.person_id is not None:
            return self.to.person_id == asker.person_id
        if self.to.team is not None:
            return self.to.team in asker.teams
        return self.to.department_id in asker.department_ids

    def held_by(self, asker: Asker) -> bool:
        """Whether they accepted it and have not ended it."""
        same = self.holder == asker.name or (self.holder_id is not None and self.holder_id == asker.person_id)
        return self.state in HELD and same
