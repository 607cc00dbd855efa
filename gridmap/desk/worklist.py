"""What somebody has to do: tasks that wait for them or that they hold, and beside these what nobody has yet in their grids, and
what others of their department have in hand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import Session

from gridmap.accounts.caller import Caller
from gridmap.accounts.rights import RIGHTS, TOWN_DIGITS, TOWN_WIDE, Role, Scope, allows
from gridmap.cases.loop_models import CaseTask, Request
from gridmap.cases.models import Case
from gridmap.cases.states import State
from gridmap.cases.tasks import Asker
from gridmap.cases.workflow import Action, Standing
from gridmap.desk.acting.askers import asker_of, live_tasks
from gridmap.desk.acting.doing import as_task
from gridmap.desk.acting.offering import View, offered, pending_of

# What nobody has yet: for members to take, for heads to consult on and hand out; and what heads have to look at again.
UNHELD = (State.DISCOVERED, State.CONSULTING, State.VERIFYING)
_IN_GRIDS = frozenset({Role.MEMBER, Role.MICRO_HEAD, Role.GRID_HEAD})
MOST_OF_GRIDS = 200


class Group(StrEnum):
    """Why a case is on the list."""

    WAITING = "waiting"  # A task waits for them, or they were named when the case came in.
    HELD = "held"  # They have accepted it.
    GRID = "grid"  # It lies in a grid of theirs.
    DEPARTMENT = "department"  # Somebody else of their department has accepted it.


@dataclass(frozen=True)
class Item:
    """A case on somebody's list, with their task where they have one, and what they may do with it."""

    group: Group
    case: Case
    task: CaseTask | None
    allowed: list[Action]

    @property
    def due_at(self) -> datetime | None:
        """When it is due for them."""
        return self.task.due_at if self.task is not None and self.task.due_at else self.case.due_at


def worklist(session: Session, caller: Caller, now: datetime) -> list[Item]:
    """Everything on the caller's list; what is theirs before what is their grids' or department's, each the soonest due first.

    A handful of statements however long it is; of what is not their own at most 200 cases, those due soonest.
    """
    asker = asker_of(session, caller, TOWN_WIDE, now)
    mine = live_tasks(session, asker)
    cases = {case.id: case for case in _cases(session, caller, asker, {task.case_id for task in mine})}
    tasks, pending = _tasks(session, cases), pending_of(session, cases)
    found: list[Item] = []
    for case in cases.values():
        theirs = [task for task in mine if task.case_id == case.id]
        scope = Scope(case.grid_code, frozenset(task.department_id for task in tasks[case.id] if task.department_id is not None))
        standing = Standing(State(case.state), tuple(map(as_task, tasks[case.id])))
        here = replace(asker, leads=allows(caller, "case.dispatch", scope))
        may = offered(View(case, standing, pending[case.id], caller, here, scope, now))
        group = _group(case, theirs, tasks[case.id], asker)
        found += [Item(group, case, task, may) for task in theirs] or [Item(group, case, None, may)]
    own = (Group.HELD, Group.WAITING)
    return sorted(found, key=lambda one: (one.group not in own, one.due_at is None, one.due_at or now, one.case.id))


def beside(caller: Caller) -> list[Group]:
    """What the list holds for the caller beside what is their own."""
    found = {Group.GRID: any(grant.role in _IN_GRIDS for grant in caller.grants)}
    found[Group.DEPARTMENT] = any(grant.department_id is not None for grant in caller.grants)
    return [group for group, is_so in found.items() if is_so]


def _group(case: Case, theirs: Sequence[CaseTask], every: Sequence[CaseTask], asker: Asker) -> Group:
    if any(task.holder is not None for task in theirs):
        return Group.HELD
    if theirs or (asker.person_id is not None and case.person_id == asker.person_id and State(case.state) is State.DISCOVERED):
        return Group.WAITING
    held = any(task.ended_at is None and task.department_id in asker.department_ids for task in every)
    return Group.DEPARTMENT if held else Group.GRID


def _cases(session: Session, caller: Caller, asker: Asker, ids: Collection[int]) -> list[Case]:
    named = (Case.person_id == caller.person_id) & (Case.state == State.DISCOVERED) if caller.person_id is not None else false()
    own = session.scalars(select(Case).where(or_(Case.id.in_(ids), named))).all()
    wanting = or_(Case.state.in_(UNHELD), *_to_review(caller))
    held = select(CaseTask.case_id).where(CaseTask.department_id.in_(asker.department_ids), CaseTask.ended_at.is_(None))
    around = or_(and_(wanting, or_(false(), *_grids(caller))), Case.id.in_(held))
    others = select(Case).where(around, Case.id.not_in([case.id for case in own]))
    return [*own, *session.scalars(others.order_by(Case.due_at.nulls_last(), Case.id).limit(MOST_OF_GRIDS))]


def _grids(caller: Caller) -> list[ColumnElement[bool]]:
    codes = {grant.grid_code for grant in caller.grants if grant.role in _IN_GRIDS and grant.grid_code is not None}
    inside: list[ColumnElement[bool]] = [Case.grid_code.startswith(code, autoescape=True) for code in codes]
    # What lies in no grid is the business of those of the whole town.
    return [*inside, *([Case.grid_code.is_(None)] if any(len(code) <= TOWN_DIGITS for code in codes) else [])]


def _to_review(caller: Caller) -> list[ColumnElement[bool]]:
    """Cases whose requests the caller may decide on, kind by kind, in the grids where they may."""
    kinds = [right.removeprefix("case.review_") for right in RIGHTS if right.startswith("case.review_")]
    codes = {
        kind: [
            grant.grid_code
            for grant in caller.grants
            if grant.grid_code is not None and allows(caller, f"case.review_{kind}", Scope(grant.grid_code))
        ]
        for kind in kinds
    }
    asked = select(Request.id).where(Request.case_id == Case.id, Request.state == "asked")
    return [
        and_(exists(asked.where(Request.kind == kind)), or_(*(Case.grid_code.startswith(code, autoescape=True) for code in own)))
        for kind, own in codes.items()
        if own
    ]


def _tasks(session: Session, cases: Collection[int]) -> dict[int, list[CaseTask]]:
    found: dict[int, list[CaseTask]] = {case_id: [] for case_id in cases}
    for task in session.scalars(select(CaseTask).where(CaseTask.case_id.in_(found)).order_by(CaseTask.id)):
        found[task.case_id].append(task)
    return found
