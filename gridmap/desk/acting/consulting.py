"""会商: hand a case up, call the teams together, hand it to those who can settle it."""

from typing import Any

from sqlalchemy import Select, select

from gridmap.cases.loop_models import Consultation
from gridmap.cases.states import State
from gridmap.cases.tasks import Addressee
from gridmap.cases.workflow import NotNow
from gridmap.desk.acting.doing import Doing
from gridmap.errors import Invalid, msg
from gridmap.grids.codes import Level
from gridmap.grids.models import Grid
from gridmap.people.models import Department, Person

_UP = {None: Level.MICRO, Level.MICRO: Level.VILLAGE, Level.VILLAGE: Level.TOWN}
MOST_AT_ONCE = 10


def hand_up(doing: Doing) -> State:
    """To the micro-grid's head; from there to the village's, then to the town's (大事全网联动)."""
    now = Level(doing.case.consulted_at) if doing.case.consulted_at else None
    if State(doing.case.state) is State.DISCOVERED:
        now = None
    if now is Level.TOWN:
        raise NotNow(msg("The town's head has it already; there is nobody above"))
    above = _UP[now] if doing.case.grid_code else Level.TOWN
    doing.case.consulted_at = above
    doing.facts |= {"reason": doing.told.reason, "to_level": above.value}
    return State.CONSULTING


def consult(doing: Doing) -> State:
    """Write down a consultation; the case stays until somebody is told to handle it."""
    told = doing.told
    held = Consultation(
        case_id=doing.case.id,
        at=doing.now,
        called_by=doing.asker.name,
        participants=list(told.participants),
        notes=told.notes,
        decision=told.decision,
    )
    doing.session.add(held)
    doing.session.flush()
    doing.facts |= {"consultation": held.id, "decision": told.decision}
    return State.CONSULTING


def dispatch(doing: Doing) -> State:
    """Give it to a team, a person or a department, or to several at once (联动), each with a task and a clock of its own."""
    check_addressees(doing)
    doing.give(doing.told.to, note=doing.told.note)
    doing.facts |= {"to": [describe(one) for one in doing.told.to], "note": doing.told.note}
    return doing.by_tasks(nobody=State.DISPATCHED)


def check_addressees(doing: Doing) -> None:
    """Refuse addressees that don't exist, have gone, come twice or have the case already."""
    to = doing.told.to
    if not to or len(to) > MOST_AT_ONCE:
        raise Invalid(msg("A case goes to 1 to %(most)s addressees"), field="to", most=MOST_AT_ONCE)
    if len(set(to)) < len(to):
        raise Invalid(msg("An addressee is named twice"), field="to")
    busy = {(task.person_id, task.grid_code, task.team, task.department_id) for task in doing.live}
    for place, one in enumerate(to):
        code, team = one.team or (None, None)
        if (one.person_id, code, team, one.department_id) in busy:
            raise Invalid(msg("They have a task of this case already"), field=f"to.{place}")
        if not _exists(doing, one):
            raise Invalid(msg("There is no such person, team or department now"), field=f"to.{place}")


def _exists(doing: Doing, one: Addressee) -> bool:
    asked: Select[Any]
    if one.person_id is not None:
        there = Person.left_at.is_(None) & Person.barred_at.is_(None)
        asked = select(Person.id).where(Person.id == one.person_id, there)
    elif one.team is not None:
        asked = select(Grid.code).where(Grid.code == one.team[0], Grid.level == Level.MICRO, Grid.retired_at.is_(None))
    else:
        asked = select(Department.id).where(Department.id == one.department_id, Department.closed_at.is_(None))
    return doing.session.scalar(asked) is not None


def describe(to: Addressee) -> dict[str, object]:
    """An addressee as the journal keeps it."""
    if to.team is not None:
        return {"grid": to.team[0], "team": to.team[1]}
    return {"person_id": to.person_id} if to.person_id is not None else {"department_id": to.department_id}
