"""Keep the register of people: enter somebody, correct what is known of them, let them leave.

The journal names the fields that changed and never what stood in them: it is read by more people than may see names and phones.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.errors import Conflict, Invalid, NotFound, msg
from gridmap.journal.write import Event, write
from gridmap.people import departments, ending
from gridmap.people.models import DepartmentPost, Person, Post
from gridmap.people.periods import explained

TOPIC = "people"
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_MOST = {"name": 100, "name_en": 100, "phone": 40, "email": 200}


@dataclass(frozen=True)
class PersonFacts:
    """What is known of somebody.

    Args:
        ref: the staff number, which never changes: letters, digits, dot, hyphen, underline; at most 40.
        name: as they write it.
        name_en: in Latin letters, "" where nobody knows.
        phone: as one dials it.
        phone_public: they agreed to have it published.
        email: "" where there is none.
    """

    ref: str
    name: str
    name_en: str = ""
    phone: str = ""
    phone_public: bool = False
    email: str = ""


def register(session: Session, facts: PersonFacts, *, actor: str) -> Person:
    """Enter somebody.

    Raises:
        Invalid: a fact makes no sense.
        Conflict: the staff number is somebody's already.
    """
    check_ref(facts.ref)
    _check(asdict(facts))
    if session.scalar(select(Person.id).where(Person.ref == facts.ref)) is not None:
        raise Conflict(msg("The staff number '%(ref)s' is somebody's already"), field="ref", ref=facts.ref)
    person = Person(**asdict(facts))
    session.add(person)
    session.flush()
    write(session, [Event(TOPIC, "person.registered", facts.ref, actor, {})])
    return person


def check_ref(ref: str) -> None:
    """`Invalid` when this is no staff number."""
    if not _REF.fullmatch(ref):
        raise Invalid(
            msg("A staff number has 1 to 40 letters, digits, dots, hyphens or underlines, got '%(ref)s'"),
            field="ref",
            ref=ref[:40],
        )


def _check(facts: Mapping[str, Any]) -> None:
    for field, most in _MOST.items():
        value = facts.get(field, "")
        if len(value) > most or (value and not value.isprintable()):
            raise Invalid(msg("'%(what)s' takes at most %(most)s printable characters"), field=field, what=field, most=most)
    if "name" in facts and not facts["name"].strip():
        raise Invalid(msg("A name is needed"), field="name")


def locked(session: Session, ref: str) -> Person:
    """Somebody, whom nobody else changes until this transaction ends; `NotFound` when there is none of this number."""
    person = session.scalars(select(Person).where(Person.ref == ref).with_for_update()).one_or_none()
    if person is None:
        raise NotFound(msg("There is nobody with the staff number '%(ref)s'"), ref=ref[:40])
    return person


def correct(session: Session, ref: str, changes: Mapping[str, Any], *, actor: str) -> Person:
    """Change some of a person's facts (`PersonFacts` without `ref`); what is not named stays.

    Raises:
        Invalid: a fact makes no sense.
        NotFound: there is nobody with this staff number.
    """
    person = locked(session, ref)
    _check(changes)
    changed = [field for field, value in changes.items() if getattr(person, field) != value]
    for field in changed:
        setattr(person, field, changes[field])
    if changed:
        session.flush()
        write(session, [Event(TOPIC, "person.changed", ref, actor, {"fields": sorted(changed)})])
    return person


def leave(session: Session, ref: str, *, at: datetime | None = None, reason: str = "", actor: str) -> Person:
    """Let somebody leave: their posts, duties, shifts and places in departments end at the same moment (default: now).

    Raises:
        Invalid: a moment in the past without a reason.
        NotFound: there is nobody with this staff number.
        Conflict: they left before.
    """
    person, end = locked(session, ref), at or clock.now()
    if person.left_at is not None:
        raise Conflict(msg("They have left already"))
    posts = select(Post.id).where(Post.person_id == person.id, _still(Post, end))
    for post_id in session.scalars(posts.order_by(Post.id)).all():
        ending.end_post(session, post_id, at=end, reason=reason, actor=actor)
    places = select(DepartmentPost.id).where(DepartmentPost.person_id == person.id, _still(DepartmentPost, end))
    for place_id in session.scalars(places.order_by(DepartmentPost.id)).all():
        departments.take_out(session, place_id, at=end, reason=reason, actor=actor)
    explained(end, now=clock.now(), reason=reason)
    person.left_at = end
    session.flush()
    write(session, [Event(TOPIC, "person.left", ref, actor, {"at": end.isoformat(), "reason": reason})])
    return person


def come_back(session: Session, ref: str, *, reason: str = "", actor: str) -> Person:
    """Let somebody who has left, or was to leave, be there again. Posts that ended stay ended.

    Raises:
        NotFound: there is nobody with this staff number.
        Conflict: they are there.
    """
    person = locked(session, ref)
    if person.left_at is None:
        raise Conflict(msg("They have not left"))
    person.left_at = None
    session.flush()
    write(session, [Event(TOPIC, "person.returned", ref, actor, {"reason": reason})])
    return person


def bar(session: Session, person_id: int, *, at: datetime, actor: str) -> None:
    """Hand somebody no work from `at` on, since they can't sign in; posts and shifts stay. Their account is locked."""
    person = session.get_one(Person, person_id, with_for_update=True)
    person.barred_at = at
    session.flush()
    write(session, [Event(TOPIC, "person.barred", person.ref, actor, {"at": at.isoformat()})])


def unbar(session: Session, person_id: int, *, actor: str) -> None:
    """Hand somebody work again; their account is locked."""
    person = session.get_one(Person, person_id, with_for_update=True)
    person.barred_at = None
    session.flush()
    write(session, [Event(TOPIC, "person.unbarred", person.ref, actor, {})])


def _still(model: type[Post] | type[DepartmentPost], end: datetime) -> Any:
    return or_(func.upper_inf(model.valid), func.upper(model.valid) > end)
