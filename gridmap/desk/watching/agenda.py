"""What a case still has coming: moments, each with what is to be done then. Read from the database, decided without it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridmap.cases.clock_models import Reminder
from gridmap.cases.deadlines import due_at
from gridmap.cases.escalation import CLIMBING, ladder
from gridmap.cases.loop_models import CaseTask, Supervision, Suspension
from gridmap.cases.models import Alert, Case
from gridmap.cases.states import ENDED_STATES, State
from gridmap.cases.tasks import LIVE, TaskState
from gridmap.desk.acting.doing import clock_of, tasks_of
from gridmap.desk.watching.rules import Rules


class Coming(NamedTuple):
    """Something to be done at a moment: `what` is resume, close, climb, stage or reply; `step` names it within the round."""

    at: datetime
    what: str
    step: str
    round: int


@dataclass(frozen=True)
class Seen:
    """A case with what the watch needs to know of it."""

    case: Case
    tasks: list[CaseTask]
    coming: list[Coming]

    @property
    def live(self) -> list[CaseTask]:
        """The tasks still to be done."""
        return [task for task in self.tasks if task.state in LIVE]

    @property
    def next_at(self) -> datetime | None:
        """The moment to look again."""
        return min((one.at for one in self.coming), default=None)


def agenda(session: Session, case: Case, rules: Rules) -> Seen:
    """What is coming for a case, without what was reminded of; what was past when it came by file is not told any more."""
    if State(case.state) in ENDED_STATES:
        return Seen(case, [], [])
    tasks = tasks_of(session, case.id)
    told = {(row.round, row.step) for row in session.scalars(select(Reminder).where(Reminder.case_id == case.id))}
    came = (
        session.scalar(select(Alert.received_at).where(Alert.case_id == case.id, Alert.relation == "opened")) or case.received_at
    )
    every = [*_turns(session, case, rules), *_climbs(session, case, rules), *_stages(session, case, tasks, rules)]
    every += _replies(session, case)
    kept = [one for one in every if (one.round, one.step) not in told and (one.at >= came or one.what in ("resume", "close"))]
    return Seen(case, tasks, kept)


def _turns(session: Session, case: Case, rules: Rules) -> Iterator[Coming]:
    """What the case does by itself: it is resumed, it closes unrated."""
    if State(case.state) is State.SUSPENDED:
        running = select(Suspension.planned_until).where(Suspension.case_id == case.id, Suspension.ended_at.is_(None))
        if (until := session.scalar(running)) is not None:
            yield Coming(until, "resume", "resume", case.clock_round)
    if State(case.state) is State.RATING and case.verified_at is not None:
        yield Coming(case.verified_at + rules.rating_time, "close", "close", case.clock_round)


def _climbs(session: Session, case: Case, rules: Rules) -> Iterator[Coming]:
    clock = clock_of(session, case)
    if clock is None or State(case.state) not in CLIMBING:
        return
    for step in ladder(clock, shares=rules.shares, calendar=rules.calendar):
        if step.at is not None:
            yield Coming(step.at, "climb", step.rung.value, case.clock_round)


def _stages(session: Session, case: Case, tasks: list[CaseTask], rules: Rules) -> Iterator[Coming]:
    state, limits = State(case.state), rules.stages
    if "dispatch" in limits and state in (State.DISCOVERED, State.CONSULTING):
        since = _since(session, case)
        yield Coming(due_at(since, limits["dispatch"], calendar=rules.calendar), "stage", "dispatch", case.clock_round)
    if "verify" in limits and state is State.VERIFYING and case.handled_at is not None:
        yield Coming(due_at(case.handled_at, limits["verify"], calendar=rules.calendar), "stage", "verify", case.clock_round)
    if "accept" in limits and state in (State.DISPATCHED, State.HANDLING):
        for task in tasks:
            if task.state == TaskState.WAITING:
                at = due_at(task.given_at, limits["accept"], calendar=rules.calendar)
                yield Coming(at, "stage", f"accept:{task.id}", case.clock_round)


# When the case came into its present state, by the deed's own clock.
_ENTERED = text(
    """
    SELECT CAST(data ->> 'at' AS timestamptz) FROM journal
    WHERE topic = 'cases' AND subject = :number AND data ->> 'from' <> data ->> 'to' AND data ->> 'at' IS NOT NULL
    ORDER BY id DESC LIMIT 1
    """
)


def _since(session: Session, case: Case) -> datetime:
    if case.version == 0:
        return case.received_at
    entered: datetime | None = session.execute(_ENTERED, {"number": case.number}).scalar()
    return entered or case.received_at


def _replies(session: Session, case: Case) -> Iterator[Coming]:
    asked = select(Supervision.id, Supervision.reply_due_at).where(
        Supervision.case_id == case.id,
        Supervision.reply_due_at.is_not(None),
        Supervision.answered_at.is_(None),
        Supervision.lifted_at.is_(None),
    )
    for order, due in session.execute(asked):
        if due is not None:
            yield Coming(due, "reply", f"reply:{order}", 0)
