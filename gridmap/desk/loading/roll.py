"""Rows of people, rosters, departments and kinds, as files hold them: the inverse of loading those."""

from collections.abc import Callable, Iterator
from datetime import datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.clock import local
from gridmap.desk.loading.fields import LAYERS
from gridmap.desk.loading.standing import standing
from gridmap.people.models import Department, DepartmentPost, DutyKind, Person, Post, PostKind, Shift

Facts = dict[str, Any]
_MIDNIGHT = time()


def _moment(moment: datetime | None) -> str | None:
    """A moment by the town's clock, shorter where it is the beginning of a day."""
    if moment is None:
        return None
    here = local(moment)
    return here.date().isoformat() if here.time() == _MIDNIGHT else here.isoformat()


def _truth(value: object) -> str:
    return str(bool(value)).lower()


def _people(session: Session) -> Iterator[Facts]:
    """One line a post or place, past ones too; somebody without any has one line all the same."""
    lines: dict[int, list[Facts]] = {}
    posts = select(Post).order_by(Post.grid_code, Post.kind, func.lower(Post.valid))
    register = standing(session, session.scalars(select(Person.ref)).all(), (), ())
    duties = {one.id: one.duties for (_, place, _), held in register.mine.items() if place.isdigit() for one in held}
    for post in session.scalars(posts):
        period = {"since": _moment(post.valid.lower), "until": _moment(post.valid.upper)}
        facts = {"grid": post.grid_code, "post": post.kind, "duties": ";".join(duties[post.id]), **period}
        lines.setdefault(post.person_id, []).append(facts)
    places = select(DepartmentPost, Department.code).join(Department, Department.id == DepartmentPost.department_id)
    for place, code in session.execute(places.order_by(Department.code, func.lower(DepartmentPost.valid))):
        period = {"since": _moment(place.valid.lower), "until": _moment(place.valid.upper)}
        lines.setdefault(place.person_id, []).append({"department": code, "leader": _truth(place.leader), **period})
    for person in session.scalars(select(Person).order_by(Person.ref)):
        own = {name: getattr(person, name) for name in ("ref", "name", "name_en", "phone", "email")}
        own |= {"phone_public": _truth(person.phone_public), "left_at": _moment(person.left_at)}
        for line in lines.get(person.id, [{}]):
            yield dict.fromkeys(field.name for field in LAYERS["people"]) | own | line


def _rosters(session: Session) -> Iterator[Facts]:
    query = (
        select(Shift, Post, Person)
        .join(Post, Post.id == Shift.post_id)
        .join(Person, Person.id == Post.person_id)
        .order_by(Post.grid_code, Person.ref, Post.kind, func.lower(Shift.valid), Shift.starts, Shift.id)
    )
    for shift, post, person in session.execute(query):
        yield {
            "ref": person.ref,
            "name": person.name,
            "grid": post.grid_code,
            "post": post.kind,
            "weekdays": ";".join(map(str, shift.weekdays)),
            "starts": shift.starts.isoformat("minutes"),
            "ends": shift.ends.isoformat("minutes"),
            "since": str(shift.valid.lower),
            "until": str(shift.valid.upper) if shift.valid.upper else None,
        }


def _plain(layer: str, model: type[Any], order: str) -> Callable[[Session], Iterator[Facts]]:
    def rows(session: Session) -> Iterator[Facts]:
        for row in session.scalars(select(model).order_by(getattr(model, order), model.code)):
            facts = {field.name: getattr(row, field.name) for field in LAYERS[layer]}
            yield {name: _truth(value) if isinstance(value, bool) else value for name, value in facts.items()}

    return rows


ROWS: dict[str, Callable[[Session], Iterator[Facts]]] = {
    "post-kinds": _plain("post-kinds", PostKind, "place"),
    "duty-kinds": _plain("duty-kinds", DutyKind, "place"),
    "departments": _plain("departments", Department, "code"),
    "people": _people,
    "rosters": _rosters,
}
