"""Publish what was scheduled, when its moment has come; who scheduled it is told where that is refused."""

from datetime import datetime

from sqlalchemy.orm import Session

from gridmap.accounts.caller import Caller
from gridmap.desk.redrawing.enact import enact
from gridmap.desk.redrawing.planning import record
from gridmap.errors import Conflict, Invalid
from gridmap.grids.models import Scheduled
from gridmap.grids.scheduling import from_json
from gridmap.notices.giving import give_each, owner_of
from gridmap.plans.drafting import locked


def publish_scheduled(session: Session, due: Scheduled, *, nearest_limit_m: float, now: datetime) -> bool:
    """Publish what `scheduling.next_due` gave, in force from now on; whether it was done. The caller commits.

    Where others have redrawn the same grids since, or the change makes no sense any more, it is refused for good and nothing
    of it stands.
    """
    try:
        with session.begin_nested():
            done = enact(session, from_json(due.change), actor=due.actor, nearest_limit_m=nearest_limit_m, note=due.note)
            if due.plan_id is not None:
                record(session, locked(session, due.plan_id, None), done, Caller(due.actor))
    except (Conflict, Invalid) as error:
        due.state, due.ended_at, due.reason = "refused", now, str(error)[:1000]
        _tell(session, due, error, now)
        return False
    if done.published.publication is None:
        due.state, due.ended_at, due.reason = "cancelled", now, "it changed nothing any more"
        return False
    due.state, due.ended_at, due.publication_id = "published", now, done.published.publication
    return True


def _tell(session: Session, due: Scheduled, error: Conflict | Invalid, now: datetime) -> None:
    owner = owner_of(session, due.actor)
    if owner is None:
        return
    facts = {"scheduled": due.id, "at": due.at.isoformat(), "plan": due.plan_id, "note": due.note}
    codes = error.facts.get("codes")
    facts |= {"codes": codes} if codes else {"reason": str(error)[:300]}
    common = {"scheduled": due.id}
    give_each(session, "publish_refused", {owner: facts}, subject=f"scheduled:{due.id}", actor="system", at=now, common=common)
