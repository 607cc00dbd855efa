"""What somebody may do with a case now: the table's rows that fit, as far as their rights reach and anything calls for it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.accounts.caller import Caller
from gridmap.accounts.rights import Scope, allows
from gridmap.cases.loop_models import Request, Review, Supervision
from gridmap.cases.models import Case
from gridmap.cases.pending import Asked, Order, Pending, check_appeal, check_extension, check_suspension
from gridmap.cases.states import State
from gridmap.cases.tasks import Asker, TaskState
from gridmap.cases.workflow import Action, NotNow, Standing, possible
from gridmap.grids.codes import Level


@dataclass(frozen=True)
class View:
    """A case as somebody looks at it who might do something."""

    case: Case
    standing: Standing
    pending: Pending
    caller: Caller
    asker: Asker
    scope: Scope
    now: datetime


def offered(view: View) -> list[Action]:
    """The actions that would not be refused for want of a right, of the right state, or of anything to act on."""
    fitting = possible(view.standing, view.asker)
    return [one for one in fitting if allows(view.caller, f"case.{one.value}", view.scope) and _WANTED.get(one, _always)(view)]


def pending_of(session: Session, ids: Collection[int]) -> Mapping[int, Pending]:
    """What is pending of several cases, two statements however many; every id asked for is a key."""
    requests: dict[int, dict[int, Asked]] = {case_id: {} for case_id in ids}
    orders: dict[int, list[Order]] = {case_id: [] for case_id in ids}
    asked = select(Request, Review.by).outerjoin(Review, Review.request_id == Request.id).where(Request.case_id.in_(ids))
    for request, reviewer in session.execute(asked.order_by(Request.id)):
        known = requests[request.case_id].get(request.id)
        by = frozenset(filter(None, [reviewer])) | (known.reviewers if known else frozenset())
        requests[request.case_id][request.id] = Asked(request.id, request.kind, request.state, request.asked_by, by)
    for order in session.scalars(select(Supervision).where(Supervision.case_id.in_(ids))):
        orders[order.case_id].append(Order(order.answered_at is not None, order.lifted_at is not None))
    return {case_id: Pending(tuple(requests[case_id].values()), tuple(orders[case_id])) for case_id in ids}


def _always(_view: View) -> bool:
    return True


def _passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except NotNow:
        return False
    return True


def _extension(view: View) -> bool:
    return _passes(lambda: check_extension(view.pending, view.case.due_at, view.now))


def _suspension(view: View) -> bool:
    return _passes(lambda: check_suspension(view.pending, view.case.due_at, view.now))


def _appeal(view: View) -> bool:
    return _passes(lambda: check_appeal(view.pending, view.case.due_at, done_at(view.case, view.now)))


def to_review(view: View) -> list[int]:
    """The ids of the requests that somebody may review: of a kind that is theirs to review, and not their own."""
    waiting = view.pending.to_review(view.asker.name)
    return [one.id for one in waiting if allows(view.caller, f"case.review_{one.kind}", view.scope)]


def _start(view: View) -> bool:
    return any(task.held_by(view.asker) and task.state is TaskState.ACCEPTED for task in view.standing.live)


def _take(view: View) -> bool:
    """A task of their own can be made only for somebody who is a person of the town's."""
    return view.asker.person_id is not None or view.standing.state is not State.DISCOVERED


def _hand_up(view: View) -> bool:
    return view.standing.state is State.DISCOVERED or view.case.consulted_at != Level.TOWN


_WANTED: Mapping[Action, Callable[[View], bool]] = {
    Action.ACCEPT: _take,
    Action.SELF_HANDLE: _take,
    Action.START: _start,
    Action.HAND_UP: _hand_up,
    Action.ASK_EXTENSION: _extension,
    Action.ASK_SUSPENSION: _suspension,
    Action.ASK_APPEAL: _appeal,
    Action.REVIEW: lambda view: bool(to_review(view)),
    Action.ANSWER_SUPERVISION: lambda view: view.pending.to_answer,
    Action.LIFT_SUPERVISION: lambda view: view.pending.to_lift,
}


def done_at(case: Case, now: datetime) -> datetime:
    """When a case was done, by which an overtime is judged."""
    return case.handled_at or case.closed_at or now
