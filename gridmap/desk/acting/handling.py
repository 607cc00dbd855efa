"""处置: start, finish, hand back, pass on."""

from gridmap.cases.states import State
from gridmap.cases.tasks import TaskState
from gridmap.cases.workflow import NotNow
from gridmap.desk.acting.consulting import check_addressees, describe
from gridmap.desk.acting.doing import Doing
from gridmap.desk.acting.proving import attached
from gridmap.errors import msg
from gridmap.grids.codes import Level


def start(doing: Doing) -> State:
    """Say that work has begun; once is enough."""
    task = doing.mine(waiting=False)
    if task.state == TaskState.STARTED:
        raise NotNow(msg("This task has been started already"))
    task.state, task.started_at = TaskState.STARTED, doing.now
    doing.facts |= {"task": task.id}
    return State.HANDLING


def finish(doing: Doing) -> State:
    """Say what was done, with evidence; the case goes to be verified when nobody has a task left."""
    attached(doing, needs_after=True)
    task = doing.mine(waiting=False)
    doing.end(task, TaskState.DONE, result=doing.told.result)
    doing.facts |= {"task": task.id, "result": doing.told.result}
    then = doing.by_tasks(nobody=State.VERIFYING)
    if then is State.VERIFYING:
        doing.case.handled_by, doing.case.handled_at = doing.asker.name, doing.now
    return then


def hand_back(doing: Doing) -> State:
    """Return a task with the reason (退回). Nothing is cleared, and who gets it back can only send it somewhere again."""
    task = doing.mine()
    doing.end(task, TaskState.HANDED_BACK, result=doing.told.reason)
    doing.case.consulted_at = doing.case.consulted_at or (Level.MICRO if doing.case.grid_code else Level.TOWN)
    doing.facts |= {"task": task.id, "reason": doing.told.reason}
    # What others have done stays done; the head decides what becomes of the part handed back.
    return doing.by_tasks(nobody=State.CONSULTING)


def transfer(doing: Doing) -> State:
    """Pass a task on to others (转办), with the reason."""
    task = doing.anybodys()
    doing.end(task, TaskState.WITHDRAWN, result=doing.told.reason)
    check_addressees(doing)
    doing.give(doing.told.to, note=doing.told.reason)
    doing.facts |= {"task": task.id, "reason": doing.told.reason, "to": [describe(one) for one in doing.told.to]}
    return doing.by_tasks(nobody=State.DISPATCHED)
