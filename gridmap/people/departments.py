"""Line departments (条线部门): make them, change them, close them, and say who belongs to them.

Which categories a department answers for is written where categories live, in the room of cases.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.errors import Conflict, Invalid, NotFound, msg
from gridmap.journal.write import Event, write
from gridmap.people.models import Department, DepartmentPost, Person
from gridmap.people.periods import beginning, ended, told

TOPIC = "departments"
FIELDS = {"name": 100, "name_en": 100, "phone": 40, "address": 200}
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def check_code(code: str) -> None:
    """`Invalid` when this is no department's code."""
    if not _CODE.fullmatch(code):
        raise Invalid(
            msg("A department's code has 1 to 40 small letters, digits or hyphens, got '%(code)s'"), field="code", code=code[:40]
        )


def _check(facts: Mapping[str, str]) -> None:
    for field, most in FIELDS.items():
        value = facts.get(field, "")
        if len(value) > most or (value and not value.isprintable()):
            raise Invalid(msg("'%(what)s' takes at most %(most)s printable characters"), field=field, what=field, most=most)
    if "name" in facts and not facts["name"].strip():
        raise Invalid(msg("A name is needed"), field="name")


def make(session: Session, code: str, facts: Mapping[str, str], *, actor: str) -> Department:
    """Make a department; `facts` are name, name_en, phone, address.

    Raises:
        Invalid: a fact makes no sense.
        Conflict: the code is another's.
    """
    check_code(code)
    _check({"name": "", **facts})
    if session.scalar(select(Department.id).where(Department.code == code)) is not None:
        raise Conflict(msg("There is a department with the code '%(code)s' already"), field="code", code=code)
    department = Department(code=code, **facts)
    session.add(department)
    session.flush()
    write(session, [Event(TOPIC, "department.made", code, actor, dict(facts))])
    return department


def locked(session: Session, code: str) -> Department:
    """A department nobody else changes until this transaction ends; `NotFound` when there is none of this code."""
    department = session.scalars(select(Department).where(Department.code == code).with_for_update()).one_or_none()
    if department is None:
        raise NotFound(msg("There is no department with the code '%(code)s'"), code=code[:40])
    return department


def change(session: Session, code: str, facts: Mapping[str, str], *, actor: str) -> Department:
    """Change some of a department's facts; the journal keeps what they were.

    Raises:
        Invalid: a fact makes no sense.
        NotFound: there is no such department.
    """
    department = locked(session, code)
    _check(facts)
    before = {field: getattr(department, field) for field, value in facts.items() if getattr(department, field) != value}
    if before:
        after = {field: facts[field] for field in before}
        for field, value in after.items():
            setattr(department, field, value)
        session.flush()
        write(session, [Event(TOPIC, "department.changed", code, actor, {"before": before, "after": after})])
    return department


def close(session: Session, code: str, *, reason: str, actor: str) -> Department:
    """Close a department for good; whoever belongs to it leaves it.

    Raises:
        Conflict: it was closed before.
        NotFound: there is no such department.
    """
    department, now = locked(session, code), clock.now()
    if department.closed_at is not None:
        raise Conflict(msg("The department is closed already"))
    still = or_(func.upper_inf(DepartmentPost.valid), func.upper(DepartmentPost.valid) > now)
    query = select(DepartmentPost.id).where(DepartmentPost.department_id == department.id, still)
    for place_id in session.scalars(query.order_by(DepartmentPost.id)).all():
        take_out(session, place_id, at=now, reason=reason, actor=actor)
    department.closed_at = now
    session.flush()
    write(session, [Event(TOPIC, "department.closed", code, actor, {"reason": reason})])
    return department


def bring_in(
    session: Session,
    code: str,
    ref: str,
    *,
    leader: bool,
    since: datetime | None = None,
    until: datetime | None = None,
    reason: str = "",
    actor: str,
) -> DepartmentPost:
    """Let somebody belong to a department, as its leader or not.

    Raises:
        Invalid: the past without a reason.
        NotFound: there is no such department or person.
        Conflict: the department is closed, they have left, they belong to it, or it has a leader in that time.
    """
    department = locked(session, code)
    valid = beginning(since, until, now=clock.now(), reason=reason)
    person = session.scalars(select(Person).where(Person.ref == ref)).one_or_none()
    if person is None:
        raise NotFound(msg("There is nobody with the staff number '%(ref)s'"), ref=ref[:40])
    if department.closed_at is not None:
        raise Conflict(msg("The department is closed already"))
    if person.left_at is not None and (valid.upper is None or valid.upper > person.left_at):
        raise Conflict(msg("They have left already"))
    _check_free(session, department, person, valid, leader=leader)
    place = DepartmentPost(person_id=person.id, department_id=department.id, leader=leader, valid=valid)
    session.add(place)
    session.flush()
    facts = {"person": ref, "leader": leader, "place": place.id, "reason": reason}
    write(session, [Event(TOPIC, "department.joined", code, actor, facts)])
    return place


def _check_free(session: Session, department: Department, person: Person, valid: Any, *, leader: bool) -> None:
    query = select(DepartmentPost, Person.name).join(Person, Person.id == DepartmentPost.person_id)
    query = query.where(DepartmentPost.department_id == department.id, DepartmentPost.valid.overlaps(valid))
    same = query.where(DepartmentPost.person_id == person.id).limit(1)
    if (row := session.execute(same).first()) is not None:
        raise Conflict(msg("%(name)s belongs to it in that time: %(period)s"), name=row[1], period=told(row[0].valid))
    if leader and (row := session.execute(query.where(DepartmentPost.leader).limit(1)).first()) is not None:
        raise Conflict(msg("%(name)s leads it in that time: %(period)s"), name=row[1], period=told(row[0].valid))


def take_out(session: Session, place_id: int, *, at: datetime | None = None, reason: str = "", actor: str) -> None:
    """End somebody's belonging to a department (default: now).

    Raises:
        Invalid: a moment in the past without a reason.
        NotFound: there is no such place.
        Conflict: it had ended before.
    """
    row = session.execute(
        select(DepartmentPost, Department.code, Person.ref)
        .join(Department, Department.id == DepartmentPost.department_id)
        .join(Person, Person.id == DepartmentPost.person_id)
        .where(DepartmentPost.id == place_id)
        .with_for_update(of=DepartmentPost)
    ).one_or_none()
    if row is None:
        raise NotFound(msg("Nobody has this place in a department"))
    place, code, ref = row
    valid = ended(place.valid, at, now=clock.now(), reason=reason)
    if valid is None:
        session.delete(place)
    else:
        place.valid = valid
    session.flush()
    write(session, [Event(TOPIC, "department.left", code, actor, {"person": ref, "place": place_id, "reason": reason})])
