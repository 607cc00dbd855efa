"""The loop 发现—会商—处置—反馈—评价 as one table: which action leads from where to where, who must do it, what must be told.

Who may do an action at all, and within which scope, stands in the rights table under `case.<action>`; here stands what
the case itself asks for beyond that. The outward steps follow GB/T 30428.8 (立案、处置和结案); a return (退回) clears nothing,
a return's receiver can send the case somewhere again but not push it forward, rework (返工) keeps handler and history,
an extension adds the first limit and is granted twice at most, a suspension (挂账) is granted once. Pure.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gridmap.cases.states import OPEN_STATES, State
from gridmap.cases.tasks import LIVE, Asker, Task, TaskState
from gridmap.cases.words import ACTIONS, STATES
from gridmap.errors import Conflict, Term, msg


class Action(StrEnum):
    """What can be done with a case."""

    CLASSIFY = "classify"
    LOCATE = "locate"
    ACCEPT = "accept"
    START = "start"
    SELF_HANDLE = "self_handle"
    HAND_UP = "hand_up"
    CONSULT = "consult"
    DISPATCH = "dispatch"
    HAND_BACK = "hand_back"
    TRANSFER = "transfer"
    FINISH = "finish"
    VERIFY = "verify"
    REWORK = "rework"
    RATE = "rate"
    CLOSE = "close"
    REOPEN = "reopen"
    VOID = "void"
    MERGE = "merge"
    UNMERGE = "unmerge"
    ASK_EXTENSION = "ask_extension"
    ASK_SUSPENSION = "ask_suspension"
    ASK_APPEAL = "ask_appeal"
    REVIEW = "review"
    RESUME = "resume"
    SUPERVISE = "supervise"
    ANSWER_SUPERVISION = "answer_supervision"
    LIFT_SUPERVISION = "lift_supervision"
    COMMENT = "comment"
    ATTACH = "attach"


class By(StrEnum):
    """Who, among those whose role and scope allow an action, may do it to this case."""

    ANYONE = "anyone"  # whoever has the right
    ADDRESSEE = "addressee"  # somebody a waiting task is addressed to
    HOLDER = "holder"  # somebody who has accepted a task
    EITHER = "either"  # one of these two
    LEADER = "leader"  # one of these two, or who may dispatch the case
    OTHERS = "others"  # nobody who handled the case


@dataclass(frozen=True)
class Transition:
    """One row of the table.

    Attributes:
        paths: from which states it is possible, and to which each may lead; often the same one: the case stays.
        needs: the fields that must be told.
        may: the fields that may be told.
        by: who may do it beyond role and scope.
    """

    paths: Mapping[State, tuple[State, ...]]
    needs: tuple[str, ...] = ()
    by: By = By.ANYONE
    may: tuple[str, ...] = ()


def _from(*sources: State, to: Collection[State] | None = None) -> dict[State, tuple[State, ...]]:
    """Each of `sources` leads to each of `to`, or stays."""
    return {source: tuple(to) if to is not None else (source,) for source in sources}


_S = State
_ON_THE_WAY = (_S.DISPATCHED, _S.HANDLING)
_BEFORE_VERIFYING = (_S.DISCOVERED, _S.CONSULTING, *_ON_THE_WAY)
_AGAIN = (_S.HANDLING, _S.DISCOVERED)  # To those who handled it; nobody did where it came in a file.
_RATED = {
    _S.VERIFYING: (_S.VERIFYING, *_AGAIN),
    _S.RATING: (_S.CLOSED, *_AGAIN),
    _S.CLOSED: (_S.CLOSED, *_AGAIN),
}
# Once handled, further departments may still be called in (联动).
_DISPATCHED = _from(_S.DISCOVERED, _S.CONSULTING, _S.DISPATCHED, to=[_S.DISPATCHED]) | _from(_S.HANDLING, to=_ON_THE_WAY)
_REVIEWED = {state: (state, _S.SUSPENDED) for state in _ON_THE_WAY} | {_S.CLOSED: (_S.CLOSED,)}
_PASSED_ON = _from(_S.DISPATCHED) | _from(_S.HANDLING, to=_ON_THE_WAY)
_HANDED_BACK = {_S.DISPATCHED: (_S.DISPATCHED, _S.CONSULTING), _S.HANDLING: (*_ON_THE_WAY, _S.CONSULTING)}

TABLE: Mapping[Action, Transition] = {
    Action.CLASSIFY: Transition(_from(*_BEFORE_VERIFYING), ("category",), may=("condition",)),
    Action.LOCATE: Transition(_from(*_BEFORE_VERIFYING), ("location",)),
    Action.ACCEPT: Transition(_from(_S.DISCOVERED, *_ON_THE_WAY, to=[_S.HANDLING]), by=By.ADDRESSEE, may=("task",)),
    Action.START: Transition(_from(_S.HANDLING), by=By.HOLDER, may=("task",)),
    Action.SELF_HANDLE: Transition(_from(_S.DISCOVERED, to=[_S.VERIFYING]), ("result", "evidence")),
    Action.HAND_UP: Transition(_from(_S.DISCOVERED, _S.CONSULTING, to=[_S.CONSULTING]), ("reason",)),
    Action.CONSULT: Transition(_from(_S.CONSULTING), ("participants", "notes"), may=("decision",)),
    Action.DISPATCH: Transition(_DISPATCHED, ("to",), may=("note",)),
    Action.HAND_BACK: Transition(_HANDED_BACK, ("reason",), By.EITHER, may=("task",)),
    Action.TRANSFER: Transition(_PASSED_ON, ("to", "reason"), By.LEADER, may=("task",)),
    Action.FINISH: Transition(
        _from(_S.HANDLING, to=[_S.VERIFYING, *_ON_THE_WAY]), ("result", "evidence"), By.HOLDER, may=("task",)
    ),
    Action.VERIFY: Transition(_from(_S.VERIFYING, to=[_S.RATING]), by=By.OTHERS, may=("note", "reply")),
    Action.REWORK: Transition(_from(_S.VERIFYING, to=_AGAIN), ("reason",), By.OTHERS),
    Action.RATE: Transition(_RATED, ("verdict", "score", "solved")),
    Action.CLOSE: Transition(_from(_S.RATING, to=[_S.CLOSED]), may=("note",)),
    Action.REOPEN: Transition(_from(_S.RATING, _S.CLOSED, to=_AGAIN), ("reason",)),
    Action.VOID: Transition(_from(*OPEN_STATES, to=[_S.VOID]), ("reason",)),
    Action.MERGE: Transition(_from(*_BEFORE_VERIFYING, to=[_S.MERGED]), ("into",), may=("reason",)),
    Action.UNMERGE: Transition(_from(_S.MERGED, to=[_S.DISCOVERED, _S.CONSULTING]), ("reason",)),
    Action.ASK_EXTENSION: Transition(_from(*_ON_THE_WAY), ("reason",), By.EITHER),
    Action.ASK_SUSPENSION: Transition(_from(*_ON_THE_WAY), ("reason", "until"), By.EITHER),
    Action.ASK_APPEAL: Transition(_from(_S.CLOSED), ("reason",)),
    Action.REVIEW: Transition(_REVIEWED, ("request", "granted", "reason")),
    Action.RESUME: Transition(_from(_S.SUSPENDED, to=_ON_THE_WAY)),
    Action.SUPERVISE: Transition(_from(*OPEN_STATES), ("kind", "text"), may=("reply_due_at",)),
    Action.ANSWER_SUPERVISION: Transition(_from(*OPEN_STATES), ("supervision", "text")),
    Action.LIFT_SUPERVISION: Transition(_from(*OPEN_STATES), ("supervision",)),
    Action.COMMENT: Transition(_from(*State), ("text",), may=("mentions",)),
    Action.ATTACH: Transition(
        _from(*(state for state in State if state not in (_S.VOID, _S.MERGED))), ("evidence",), may=("task",)
    ),
}


def moves() -> frozenset[tuple[State, State]]:
    """Every pair (from, to) of different states the table knows: what the database lets pass."""
    rows = (row.paths.items() for row in TABLE.values())
    return frozenset((source, target) for row in rows for source, targets in row for target in targets if target is not source)


@dataclass(frozen=True)
class Standing:
    """How a case stands: its state, and its tasks in the order they were given."""

    state: State
    tasks: tuple[Task, ...] = field(default=())

    @property
    def live(self) -> tuple[Task, ...]:
        """The tasks still to be done."""
        return tuple(task for task in self.tasks if task.state in LIVE)

    @property
    def handled_by(self) -> frozenset[str]:
        """The actors who finished a task of it."""
        return frozenset(task.ended_by for task in self.tasks if task.state is TaskState.DONE and task.ended_by)


class NotNow(Conflict):
    """The action does not fit the case as it stands."""


def possible(standing: Standing, asker: Asker) -> list[Action]:
    """The actions that this person could do now, were their rights sufficient; in the table's order."""
    return [action for action, row in TABLE.items() if standing.state in row.paths and _fits(row.by, standing, asker)]


def check(action: Action, standing: Standing, asker: Asker) -> None:
    """Let the action pass, or say why not.

    Raises:
        NotNow: not in this state, or not by this person.
    """
    row = TABLE[action]
    if standing.state not in row.paths:
        action_word, state_word = Term(ACTIONS[action.value]), Term(STATES[standing.state])
        raise NotNow(msg("The case is '%(state)s'; now it is not possible to: %(action)s"), action=action_word, state=state_word)
    if not _fits(row.by, standing, asker):
        raise NotNow(_WHY[row.by])


_WHY = {
    By.ADDRESSEE: msg("No task of this case waits for you; somebody else may have accepted it"),
    By.HOLDER: msg("You have accepted no task of this case"),
    By.EITHER: msg("No task of this case is yours"),
    By.LEADER: msg("No task of this case is yours"),
    By.OTHERS: msg("Who handled a case can't verify it; somebody else must"),
}


def _fits(by: By, standing: Standing, asker: Asker) -> bool:
    match by:
        case By.ANYONE:
            return True
        case By.ADDRESSEE:
            return standing.state is State.DISCOVERED or any(task.waits_for(asker) for task in standing.live)
        case By.HOLDER:
            return any(task.held_by(asker) for task in standing.live)
        case By.EITHER | By.LEADER:
            return (by is By.LEADER and asker.leads) or any(
                task.waits_for(asker) or task.held_by(asker) for task in standing.live
            )
        case By.OTHERS:
            return asker.name not in standing.handled_by and not any(
                task.state is TaskState.DONE and task.holder_id is not None and task.holder_id == asker.person_id
                for task in standing.tasks
            )


def by_tasks(tasks: Collection[Task], *, nobody: State) -> State:
    """Where a case stands whose tasks are these: handled once one is accepted, dispatched while all wait, else `nobody`."""
    live = [task for task in tasks if task.state in LIVE]
    if not live:
        return nobody
    return State.DISPATCHED if all(task.state is TaskState.WAITING for task in live) else State.HANDLING
