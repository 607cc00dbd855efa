"""A case while somebody acts on it: locked, with its tasks, and who, when and what."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.cases.deadlines import Calendar, Clock, Limit, due_at
from gridmap.cases.loop_models import CaseTask, Request, Suspension
from gridmap.cases.models import Case
from gridmap.cases.states import State
from gridmap.cases.tasks import LIVE, Addressee, Asker, Task, TaskState
from gridmap.cases.workflow import NotNow, Standing, by_tasks
from gridmap.cases.working import calendar
from gridmap.desk.acting.told import Told
from gridmap.errors import Invalid, msg


@dataclass
class Doing:
    """What an effect works with. `facts` goes into the journal beside the action."""

    session: Session
    case: Case
    tasks: list[CaseTask]
    asker: Asker
    told: Told
    now: datetime
    nearest_limit_m: float
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def standing(self) -> Standing:
        """The case as the pure rules see it."""
        return Standing(State(self.case.state), tuple(map(as_task, self.tasks)))

    @property
    def live(self) -> list[CaseTask]:
        """The tasks still to be done."""
        return [task for task in self.tasks if task.state in LIVE]

    def give(self, to: Collection[Addressee], *, note: str = "") -> list[CaseTask]:
        """Give each of `to` a task of their own, with the case's limit running from now."""
        made = [self._task(one, note) for one in to]
        self.session.add_all(made)
        self.session.flush()
        self.tasks.extend(made)
        self.facts["tasks"] = [*self.facts.get("tasks", []), *(task.id for task in made)]
        return made

    def _task(self, to: Addressee, note: str) -> CaseTask:
        limit = limit_of(self.case)
        code, team = to.team or (None, None)
        return CaseTask(
            case_id=self.case.id,
            person_id=to.person_id,
            grid_code=code,
            team=team,
            department_id=to.department_id,
            state=TaskState.WAITING,
            note=note,
            given_by=self.asker.name,
            given_at=self.now,
            due_at=due_at(self.now, limit, calendar=calendar(self.session)) if limit else None,
        )

    def end(self, task: CaseTask, state: TaskState, *, result: str = "") -> None:
        """End a task, as done, handed back or withdrawn."""
        task.state, task.ended_at, task.ended_by, task.result = state, self.now, self.asker.name, result

    def withdraw_all(self) -> None:
        """End every live task: what the case needed from them it needs no more."""
        for task in self.live:
            self.end(task, TaskState.WITHDRAWN)

    def take(self, task: CaseTask) -> None:
        """Let the asker have a waiting task."""
        task.state, task.accepted_at = TaskState.ACCEPTED, self.now
        task.holder, task.holder_id = self.asker.name, self.asker.person_id

    def mine(self, *, waiting: bool = True, held: bool = True) -> CaseTask:
        """The one task of the asker's that is meant: the one told, or the only one there is.

        Raises:
            NotNow: it is not theirs, or no longer.
            Invalid: several are theirs and none was told.
        """
        theirs = [
            task
            for task in self.live
            if (waiting and as_task(task).waits_for(self.asker)) or (held and as_task(task).held_by(self.asker))
        ]
        return self._meant(theirs)

    def anybodys(self) -> CaseTask:
        """As `mine`, but for somebody who may dispatch the case: any live task."""
        return self._meant(self.live) if self.asker.leads else self.mine()

    def _meant(self, among: list[CaseTask]) -> CaseTask:
        if self.told.task is not None:
            among = [task for task in among if task.id == self.told.task]
        if not among:
            raise NotNow(msg("No task of this case is yours"))
        if len(among) > 1:
            raise Invalid(msg("Several tasks of this case are meant; say which"), field="task")
        return among[0]

    def by_tasks(self, *, nobody: State) -> State:
        """Where the case stands by its tasks."""
        return by_tasks([as_task(task) for task in self.tasks], nobody=nobody)

    def reckon(self) -> None:
        """Set the deadline of the case and of its live tasks anew, from what they are made of."""
        reckon(self.session, self.case, self.live)


def reckon(session: Session, case: Case, live: Collection[CaseTask]) -> None:
    """Set the deadline of a case and of its live tasks anew, from what they are made of and by today's calendar."""
    _set(case, live, clock_of(session, case), calendar(session))


def reckon_all(session: Session, cases: Collection[Case]) -> None:
    """The same for several cases, with a handful of statements."""
    clocks, today = clocks_of(session, cases), calendar(session)
    live: dict[int, list[CaseTask]] = {case.id: [] for case in cases}
    asked = select(CaseTask).where(CaseTask.case_id.in_(live), CaseTask.ended_at.is_(None))
    for task in session.scalars(asked.execution_options(populate_existing=True)):
        live[task.case_id].append(task)
    for case in cases:
        _set(case, live[case.id], clocks[case.id], today)


def _set(case: Case, live: Collection[CaseTask], clock: Clock | None, today: Calendar) -> None:
    case.due_at = clock.due_at(calendar=today) if clock else None
    for task in live:
        own = clock and Clock(task.given_at, clock.limit, clock.extensions, _from(clock.pauses, task.given_at))
        task.due_at = own.due_at(calendar=today) if own else None


def tasks_of(session: Session, case_id: int) -> list[CaseTask]:
    """The tasks of a case, in the order they were given."""
    return list(session.scalars(select(CaseTask).where(CaseTask.case_id == case_id).order_by(CaseTask.id)))


def standing_of(session: Session, case_id: int, state: State) -> Standing:
    """A case as the pure rules see it."""
    return Standing(state, tuple(map(as_task, tasks_of(session, case_id))))


def as_task(task: CaseTask) -> Task:
    """A row as the pure rules see it."""
    team = (task.grid_code, task.team) if task.grid_code and task.team else None
    to = Addressee(task.person_id, team, task.department_id)
    return Task(task.id, to, TaskState(task.state), task.holder, task.holder_id, task.ended_by)


def limit_of(case: Case) -> Limit | None:
    """The first limit of a case, where it has one."""
    return Limit(case.limit_value, case.limit_unit) if case.limit_value is not None and case.limit_unit is not None else None


def clock_of(session: Session, case: Case) -> Clock | None:
    """What a case's deadline is made of, as it stands on record; None without a limit."""
    return clocks_of(session, [case])[case.id]


def clocks_of(session: Session, cases: Collection[Case]) -> Mapping[int, Clock | None]:
    """The same for several cases, by id, in two statements."""
    limits = {case.id: limit for case in cases if (limit := limit_of(case)) is not None}
    extensions, pauses = Counter[int](), dict[int, list[tuple[datetime, datetime | None]]]()
    if limits:
        granted = select(Request.case_id).where(Request.kind == "extension", Request.state == "granted")
        extensions.update(session.scalars(granted.where(Request.case_id.in_(limits))))
        stood = select(Suspension).where(Suspension.case_id.in_(limits)).order_by(Suspension.since)
        for one in session.scalars(stood):
            pauses.setdefault(one.case_id, []).append((one.since, one.ended_at))
    return {
        case.id: Clock(case.received_at, limits[case.id], extensions[case.id], tuple(pauses.get(case.id, ())))
        if case.id in limits
        else None
        for case in cases
    }


def _from(pauses: tuple[tuple[datetime, datetime | None], ...], start: datetime) -> tuple[tuple[datetime, datetime | None], ...]:
    return tuple((max(since, start), until) for since, until in pauses if until is None or until > start)
