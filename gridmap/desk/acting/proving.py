"""What proves that something was done: the evidence attached to a case."""

from sqlalchemy import select

from gridmap.cases.loop_models import Evidence
from gridmap.cases.states import State
from gridmap.desk.acting.doing import Doing
from gridmap.errors import Invalid, msg


def attached(doing: Doing, *, needs_after: bool) -> list[Evidence]:
    """The evidence told, which must be of this case; a handling must show how it looks afterwards.

    Raises:
        Invalid: an id is none of this case's, or nothing shows the outcome.
    """
    asked = select(Evidence).where(Evidence.case_id == doing.case.id, Evidence.id.in_(doing.told.evidence))
    found = list(doing.session.scalars(asked.order_by(Evidence.id)))
    missing = set(doing.told.evidence) - {one.id for one in found}
    if missing:
        raise Invalid(msg("Evidence %(id)s does not belong to this case"), field="evidence", id=min(missing))
    if needs_after and all(one.kind != "after" for one in found):
        raise Invalid(msg("Attach at least one photo of how it looks afterwards"), field="evidence")
    doing.facts["evidence"] = [one.id for one in found]
    return found


def attach(doing: Doing) -> State:
    """Say that evidence belongs to a task of the asker's."""
    for one in attached(doing, needs_after=False):
        one.task_id = doing.told.task or one.task_id
    return State(doing.case.state)
