"""The demo town's open cases, moved along by its invented people through the very deeds that real ones use.

Some are left as they came, some are accepted, consulted, dispatched, handled, verified; each at moments between its receipt
and now. No account is needed: the journal names the person as `demo:STAFF-NUMBER`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.models import Case
from gridmap.cases.states import State
from gridmap.cases.tasks import Addressee, Asker
from gridmap.cases.workflow import Action
from gridmap.desk import evidence
from gridmap.desk.acting.act import Call, act, locked
from gridmap.desk.acting.told import Told
from gridmap.people import lookup
from gridmap.people.duty import on_duty
from gridmap.people.models import Department, DepartmentPost, Person, Team
from gridmap.store.files import File
from gridmap.store.storage import Storage

STAYS = timedelta(hours=1, minutes=30)  # What came later than this before now is still to be taken up.


@dataclass(frozen=True)
class _Cast:
    """Who plays in one case's story."""

    member: Asker
    head: Asker
    department: Asker


def play(session: Session, *, now: datetime, storage: Storage, photo: File, nearest_limit_m: float) -> int:
    """Move the open cases along; answers how many actions that took. The caller commits."""
    waiting = select(Case).where(Case.state == State.DISCOVERED, Case.grid_code.is_not(None), Case.received_at < now - STAYS)
    cases = list(session.scalars(waiting.order_by(Case.received_at, Case.id)))
    departments = _departments(session, now)
    played = 0
    for turn, case in enumerate(cases):
        cast = _cast(session, case, departments, turn)
        if cast is None:
            continue
        steps = list(_story(session, case, cast, turn, storage=storage, photo=photo))
        pause = (now - case.received_at) / (len(steps) + 2)
        for step, (action, told, asker) in enumerate(steps, 1):
            with clock.frozen(case.received_at + pause * step):
                acted = locked(session, case.number, action)
                act(session, acted, action, told, asker, call=Call(), nearest_limit_m=nearest_limit_m)
                played += 1
    return played


def busiest(session: Session) -> str | None:
    """The micro-grid with the most open cases, the lowest code among equals; None before there are any."""
    open_ones = select(Case.grid_code).where(Case.closed_at.is_(None), Case.grid_code.is_not(None)).group_by(Case.grid_code)
    return session.scalars(open_ones.order_by(func.count().desc(), Case.grid_code).limit(1)).one_or_none()


def _departments(session: Session, now: datetime) -> list[tuple[int, Asker]]:
    """The departments with somebody of theirs, each as they act."""
    found = session.execute(
        select(Department.id, Person)
        .join(DepartmentPost, DepartmentPost.department_id == Department.id)
        .join(Person, Person.id == DepartmentPost.person_id)
        .where(DepartmentPost.valid.contains(now))
        .order_by(Department.id, DepartmentPost.leader, Person.id)
        .ext(distinct_on(Department.id))
    )
    return [(id_, _asker(person.ref, person.id, departments=(id_,))) for id_, person in found]


def _asker(ref: str, person_id: int, *, departments: Sequence[int] = (), leads: bool = False) -> Asker:
    return Asker(f"demo:{ref}", person_id, department_ids=frozenset(departments), leads=leads)


def _cast(session: Session, case: Case, departments: Sequence[tuple[int, Asker]], turn: int) -> _Cast | None:
    """Who was on duty when the case came in, the grid's head, and a department by turns; None where somebody is missing."""
    code = str(case.grid_code)
    duty = on_duty(session, [code], case.received_at)[code]
    heads = lookup.heads(session, code, case.received_at)
    if not duty or not heads or not departments:
        return None
    head = heads[0].person
    member = duty[turn % len(duty)]
    if member.person_id == head.id and len(duty) > 1:
        member = duty[(turn + 1) % len(duty)]
    return _Cast(
        _asker(member.ref, member.person_id),
        _asker(head.ref, head.id, leads=True),
        departments[turn % len(departments)][1],
    )


Step = tuple[Action, Told, Asker]


def _story(session: Session, case: Case, cast: _Cast, turn: int, *, storage: Storage, photo: File) -> Iterator[Step]:
    """By turns: given to a team, accepted, begun, consulted and given to a department, handled, verified, left alone."""
    kind = turn % 9
    if kind == 0:
        team = Addressee(team=(str(case.grid_code), Team.WORK.value))
        yield Action.DISPATCH, Told(to=(team,), note="请工作团队处置（演示）"), cast.head
    if kind in (1, 2, 6, 7):
        yield Action.ACCEPT, Told(), cast.member
    if kind in (2, 6, 7):
        yield Action.START, Told(), cast.member
    if kind in (6, 7):
        row, _ = evidence.add(
            session, case, photo, evidence.Kind.AFTER, cast.member, storage=storage, now=case.received_at + timedelta(hours=1)
        )
        yield Action.FINISH, Told(result="已处置完毕（演示）", evidence=(row.id,)), cast.member
    if kind == 7 and cast.member.person_id != cast.head.person_id:
        yield Action.VERIFY, Told(note="现场已核实（演示）"), cast.head
    if kind in (3, 4, 5):
        yield from _consulted(cast, kind)


def _consulted(cast: _Cast, kind: int) -> Iterator[Step]:
    """Handed up; then consulted and dispatched to a department; which then accepts."""
    yield Action.HAND_UP, Told(reason="本网格处置不了，请会商（演示）"), cast.member
    if kind in (4, 5):
        met = Told(participants=("管理团队", "工作团队", "志愿团队"), notes="三支队伍现场会商（演示）", decision="请条线部门处置")
        yield Action.CONSULT, met, cast.head
        to = Addressee(department_id=min(cast.department.department_ids))
        yield Action.DISPATCH, Told(to=(to,), note="请尽快处置（演示）"), cast.head
    if kind == 5:
        yield Action.ACCEPT, Told(), cast.department
