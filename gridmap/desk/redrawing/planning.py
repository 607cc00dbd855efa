"""Plans put in force: what they come to is published, and they are written down as published, in one transaction."""

from sqlalchemy.orm import Session

from gridmap.accounts.caller import Caller
from gridmap.desk import plan_turns
from gridmap.desk.redrawing.enact import Enacted, enact
from gridmap.errors import Conflict, msg
from gridmap.grids.change import Change
from gridmap.plans import lookup
from gridmap.plans.models import Plan
from gridmap.plans.renewing import renumbering


def change_of(session: Session, plan: Plan) -> Change:
    """What publishing a plan as it stands would change; what is new in it leaves to others the codes they have used meanwhile."""
    state = lookup.state(session, plan)
    return state.then(renumbering(session, plan, state).step).change()


def publish_plan(session: Session, plan: Plan, *, caller: Caller, nearest_limit_m: float, note: str = "") -> Enacted:
    """Put an approved plan, locked by the caller, in force. The caller commits.

    Raises:
        Conflict: it is not approved, others have redrawn the same grids since it began, or it changes nothing any more.
        NoPartition, Invalid: something is wrong with it.
    """
    done = enact(session, change_of(session, plan), actor=caller.name, nearest_limit_m=nearest_limit_m, note=note or plan.name)
    record(session, plan, done, caller)
    return done


def record(session: Session, plan: Plan, done: Enacted, caller: Caller) -> None:
    """Write down that a locked plan is in force; `Conflict` where it is not approved, or changed nothing."""
    if done.published.publication is None:
        raise Conflict(msg("The plan changes nothing any more"))
    plan_turns.published(session, plan, done.published.publication, caller=caller)
