"""Cases that are none, or not one of their own: void them, merge them, take that back."""

from sqlalchemy import select

from gridmap.cases.models import Case
from gridmap.cases.states import ENDED_STATES, State
from gridmap.desk.acting.doing import Doing
from gridmap.errors import Conflict, Invalid, NotFound, msg


def void(doing: Doing) -> State:
    """Declare that it was no case (作废), with the reason; open tasks are withdrawn."""
    doing.withdraw_all()
    doing.case.closed_at = doing.now
    doing.facts |= {"reason": doing.told.reason}
    return State.VOID


def merge(doing: Doing) -> State:
    """Let it be part of another open case: its alerts are counted there, its reporters are told there; nothing is lost here.

    The other one was locked together with this one.
    """
    into = doing.session.scalars(select(Case).where(Case.number == doing.told.into)).one_or_none()
    if into is None:
        raise NotFound(msg("There is no case with the number '%(number)s'"), number=doing.told.into[:40])
    if into.id == doing.case.id:
        raise Invalid(msg("A case can't be merged into itself"), field="into")
    if State(into.state) in ENDED_STATES:
        raise Conflict(msg("Case %(number)s is not open any more; choose one that is"), number=into.number)
    doing.withdraw_all()
    doing.case.merged_into, doing.case.closed_at = into.id, doing.now
    into.alerts += doing.case.alerts
    into.version += 1
    doing.facts |= {"into": into.number, "reason": doing.told.reason}
    return State.MERGED


def unmerge(doing: Doing) -> State:
    """Make it a case of its own again. Tasks it had were withdrawn: a head decides anew, unless it was only discovered."""
    into = doing.session.scalars(select(Case).where(Case.id == doing.case.merged_into).with_for_update()).one()
    into.alerts -= doing.case.alerts
    into.version += 1
    doing.case.merged_into = doing.case.closed_at = None
    doing.facts |= {"from": into.number, "reason": doing.told.reason}
    return State.CONSULTING if doing.tasks or doing.case.consulted_at else State.DISCOVERED
