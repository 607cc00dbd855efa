"""Who is to be told about a case: those who have it, the heads above them, the town's operators, departments' leaders."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from gridmap.accounts.models import Account, AccountGrant
from gridmap.accounts.rights import TOWN_DIGITS, Role
from gridmap.cases.escalation import Rung
from gridmap.cases.loop_models import CaseTask
from gridmap.cases.models import Case
from gridmap.grids.codes import LENGTHS, Level
from gridmap.notices.giving import Recipients
from gridmap.people.duty import on_duty
from gridmap.people.models import DepartmentPost, Person, Post

NOBODY = Recipients()
_ABOVE = (Level.MICRO, Level.VILLAGE, Level.TOWN)
_HEADS = {Level.MICRO: Role.MICRO_HEAD, Level.VILLAGE: Role.GRID_HEAD, Level.TOWN: Role.GRID_HEAD}


def named(session: Session, actors: Collection[str]) -> Recipients:
    """The accounts behind the journal's names (`account:USERNAME`); keys, residents and the system have none."""
    names = [actor.removeprefix("account:") for actor in actors if actor.startswith("account:")]
    if not names:
        return NOBODY
    return Recipients(frozenset(session.scalars(select(Account.id).where(Account.username.in_(names)))))


def mentioned(session: Session, names: Collection[str]) -> Recipients:
    """Those somebody calls by @: usernames, or staff numbers."""
    accounts = session.scalars(select(Account.id).where(Account.username.in_(names), Account.disabled_at.is_(None)))
    people = session.scalars(select(Person.id).where(Person.ref.in_(names), Person.left_at.is_(None)))
    return Recipients(frozenset(accounts), frozenset(people))


def with_role(session: Session, role: Role, codes: Collection[str], at: datetime) -> Recipients:
    """The accounts that have a role in exactly these grids."""
    return _granted(session, role, AccountGrant.grid_code.in_(codes), at)


def operators(session: Session, code: str | None, at: datetime) -> Recipients:
    """The operators in whose scope a case lies; one without a grid is the business of the whole town's."""
    if code is None:
        return _granted(session, Role.OPERATOR, func.length(AccountGrant.grid_code) <= TOWN_DIGITS, at)
    return with_role(session, Role.OPERATOR, [code[:digits] for digits in LENGTHS.values()], at)


def _granted(session: Session, role: Role, where: object, at: datetime) -> Recipients:
    asked = (
        select(AccountGrant.account_id)
        .join(Account, Account.id == AccountGrant.account_id)
        .where(
            AccountGrant.role == role,
            AccountGrant.valid_from <= at,
            or_(AccountGrant.valid_until.is_(None), AccountGrant.valid_until > at),
            Account.disabled_at.is_(None),
            where,  # type: ignore[arg-type]  # a condition, whichever
        )
    )
    return Recipients(frozenset(session.scalars(asked)))


def heads(session: Session, code: str | None, level: Level, at: datetime) -> Recipients:
    """The head of a case's grid of this level; where there is none, the next above; at the end the operators."""
    if code is not None:
        for above in _ABOVE[_ABOVE.index(level) :]:
            if found := _head(session, code[: LENGTHS[above]], above, at):
                return found
    return operators(session, code, at)


def _head(session: Session, code: str, level: Level, at: datetime) -> Recipients:
    asked = (
        select(Post.person_id)
        .join(Person, Person.id == Post.person_id)
        .where(
            Post.grid_code == code,
            Post.team.is_(None),
            Post.valid.contains(at),
            or_(Person.left_at.is_(None), Person.left_at > at),
            or_(Person.barred_at.is_(None), Person.barred_at > at),
        )
    )
    return Recipients(persons=frozenset(session.scalars(asked))) | with_role(session, _HEADS[level], [code], at)


def holders(session: Session, tasks: Iterable[CaseTask], at: datetime) -> Recipients:
    """Those who have these tasks, or to whom they are offered: people, teams' members on duty, departments' staff."""
    found = NOBODY
    for task in tasks:
        if task.holder_id is not None:
            found |= Recipients(persons=frozenset({task.holder_id}))
        elif task.holder is not None:
            found |= named(session, [task.holder])
        else:
            found |= _offered(session, task, at)
    return found


def _offered(session: Session, task: CaseTask, at: datetime) -> Recipients:
    if task.person_id is not None:
        return Recipients(persons=frozenset({task.person_id}))
    if task.department_id is not None:
        staff = _staff(session, [task.department_id], at, leaders=False)
        return staff | _granted(session, Role.HANDLER, AccountGrant.department_id == task.department_id, at)
    code = task.grid_code or ""  # Of a team; the table's own check has it that a team is a grid's.
    present = [one for one in on_duty(session, [code], at)[code] if one.team == task.team]
    if present:
        return Recipients(persons=frozenset(one.person_id for one in present))
    asked = select(Post.person_id).where(and_(Post.grid_code == code, Post.team == task.team, Post.valid.contains(at)))
    return Recipients(persons=frozenset(session.scalars(asked)))


def _staff(session: Session, departments: Collection[int], at: datetime, *, leaders: bool) -> Recipients:
    asked = select(DepartmentPost.person_id).where(
        DepartmentPost.department_id.in_(departments), DepartmentPost.valid.contains(at)
    )
    found = frozenset(session.scalars(asked.where(DepartmentPost.leader) if leaders else asked))
    return Recipients(persons=found - _gone(session, found, at))


def _gone(session: Session, persons: Collection[int], at: datetime) -> frozenset[int]:
    """Those of these people who have left, can't sign in, or whose every post and place in a department has ended."""
    if not persons:
        return frozenset()
    left = session.scalars(select(Person.id).where(Person.id.in_(persons), or_(Person.left_at <= at, Person.barred_at <= at)))
    had, has = set[int](), set[int]()
    for model in (Post, DepartmentPost):
        asked = select(model.person_id, model.valid.contains(at)).where(
            model.person_id.in_(persons), func.lower(model.valid) <= at
        )
        for person, holds in session.execute(asked):
            (has if holds else had).add(person)
    return frozenset(left) | (had - has)


def members(session: Session, case: Case, live: Collection[CaseTask], at: datetime) -> Recipients:
    """Those who have a case in hand; else, or if they are gone, who was on duty when it came, or is now or has to see to that."""
    found = holders(session, live, at)
    if found := found.but(frozenset(), _gone(session, found.persons, at)):
        return found
    if case.person_id is not None and not _gone(session, {case.person_id}, at):
        return Recipients(persons=frozenset({case.person_id}))
    if case.grid_code is not None:
        present = on_duty(session, [case.grid_code], at)[case.grid_code]
        if present:
            return Recipients(persons=frozenset(one.person_id for one in present))
        if accounts := with_role(session, Role.MEMBER, [case.grid_code], at):
            return accounts
    return heads(session, case.grid_code, Level.MICRO, at)


def on_rung(session: Session, case: Case, live: Collection[CaseTask], rung: Rung, at: datetime) -> Recipients:
    """Who stands on a rung of the ladder; nobody only where no department has the case in hand."""
    code = case.grid_code
    match rung:
        case Rung.MEMBER:
            return members(session, case, live, at)
        case Rung.MICRO_HEAD:
            return heads(session, code, Level.MICRO, at)
        case Rung.GRID_HEAD:
            return heads(session, code, Level.VILLAGE, at)
        case Rung.TOWN:
            return heads(session, code, Level.TOWN, at) | operators(session, code, at)
        case Rung.DEPARTMENT:
            departments = {task.department_id for task in live if task.department_id is not None}
            leaders = _staff(session, departments, at, leaders=True)
            return leaders or _granted(session, Role.HANDLER, AccountGrant.department_id.in_(departments), at)
