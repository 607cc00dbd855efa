"""Reads of people: a person's posts, a grid's teams at any moment, who was responsible."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.errors import NotFound, msg
from gridmap.grids.codes import LENGTHS, Level
from gridmap.grids.lookup import grid
from gridmap.people.duty import OnDuty, on_duty
from gridmap.people.models import Department, DepartmentPost, Duty, DutyKind, Person, Post, PostKind, Team


@dataclass(frozen=True)
class Held:
    """A post, its holder and its duties at the moment asked for.

    Args:
        person: who holds it.
        post: the post itself, with its period.
        kind: what sort of post it is.
        duties: kinds of duty, in their order.
    """

    person: Person
    post: Post
    kind: PostKind
    duties: tuple[DutyKind, ...]


@dataclass(frozen=True)
class Teams:
    """The people of a grid at a moment: its head, and the posts of its three teams."""

    at: datetime
    code: str
    head: Held | None
    teams: dict[Team, list[Held]] = field(default_factory=dict)


@dataclass(frozen=True)
class Responsible:
    """Who answered for a grid at a moment: heads from the nearest upwards, and for a micro-grid who was on duty."""

    at: datetime
    code: str
    heads: list[Held]
    on_duty: list[OnDuty]


def _posts(at: datetime) -> Select[Post, Person, PostKind]:
    return (
        select(Post, Person, PostKind)
        .join(Person, Person.id == Post.person_id)
        .join(PostKind, PostKind.code == Post.kind)
        .where(Post.valid.contains(at), or_(Person.left_at.is_(None), Person.left_at > at))
    )


def _held(session: Session, query: Select[Post, Person, PostKind], at: datetime) -> list[Held]:
    rows = session.execute(query).all()
    duties = _duties(session, [post.id for post, _, _ in rows], at)
    return [Held(person, post, kind, tuple(duties.get(post.id, ()))) for post, person, kind in rows]


def _duties(session: Session, posts: Collection[int], at: datetime) -> dict[int, list[DutyKind]]:
    query = (
        select(Duty.post_id, DutyKind)
        .join(DutyKind, DutyKind.code == Duty.kind)
        .where(Duty.post_id.in_(posts), Duty.valid.contains(at))
        .order_by(DutyKind.place, DutyKind.code)
    )
    found: dict[int, list[DutyKind]] = {}
    for post_id, kind in session.execute(query):
        found.setdefault(post_id, []).append(kind)
    return found


def teams(session: Session, code: str, at: datetime | None = None) -> Teams:
    """The head and the teams of a grid at `at` (default: now); `NotFound` when there is no such grid."""
    grid(session, code)
    return teams_of(session, [code], at)[code]


def teams_of(session: Session, codes: Collection[str], at: datetime | None = None) -> Mapping[str, Teams]:
    """The same for several grids, in two statements; every code is a key."""
    moment = at or clock.now()
    query = _posts(moment).where(Post.grid_code.in_(codes)).order_by(PostKind.place, Person.ref, Post.id)
    found = {code: Teams(moment, code, None, {team: [] for team in Team}) for code in codes}
    for held in _held(session, query, moment):
        there = found[held.post.grid_code]
        if held.post.team is None:
            found[there.code] = Teams(moment, there.code, held, there.teams)
        else:
            there.teams[Team(held.post.team)].append(held)
    return found


def heads(session: Session, code: str, at: datetime) -> list[Held]:
    """The heads above a grid at `at`, its own first."""
    codes = [code[:digits] for digits in LENGTHS.values() if digits <= len(code)]
    query = _posts(at).where(Post.grid_code.in_(codes), Post.team.is_(None)).order_by(func.length(Post.grid_code).desc())
    return _held(session, query, at)


def responsible(session: Session, code: str, at: datetime) -> Responsible:
    """Who was responsible for a grid at `at`; `NotFound` when there is no such grid."""
    level = grid(session, code).level
    duty = on_duty(session, [code], at)[code] if level == Level.MICRO else []
    return Responsible(at, code, heads(session, code, at), duty)


def on_duty_in(session: Session, code: str, at: datetime) -> list[OnDuty]:
    """Who is on duty in one grid; in a village or town that is its head. `NotFound` when there is no such grid."""
    grid(session, code)
    return on_duty(session, [code], at)[code]


def departments_of(session: Session, person_id: int) -> list[int]:
    """The departments somebody belongs to, belonged to or will."""
    query = select(DepartmentPost.department_id).where(DepartmentPost.person_id == person_id).distinct()
    return sorted(session.scalars(query))


def offices(session: Session, person_id: int, at: datetime) -> list[tuple[DepartmentPost, Department]]:
    """Somebody's places in departments that they have at a moment or will have."""
    still = or_(func.upper_inf(DepartmentPost.valid), func.upper(DepartmentPost.valid) > at)
    query = select(DepartmentPost, Department).join(Department, Department.id == DepartmentPost.department_id)
    found = session.execute(query.where(DepartmentPost.person_id == person_id, still).order_by(Department.code))
    return [(place, department) for place, department in found]


def person(session: Session, ref: str) -> Person:
    """Somebody by staff number; `NotFound` when there is nobody."""
    found = session.scalars(select(Person).where(Person.ref == ref)).one_or_none()
    if found is None:
        raise NotFound(msg("There is nobody with the staff number '%(ref)s'"), ref=ref[:40])
    return found


def posts_of(session: Session, person_id: int) -> list[tuple[Post, PostKind, list[tuple[Duty, DutyKind]]]]:
    """Every post somebody holds, held or will hold, newest first, with all its duties."""
    query = select(Post, PostKind).join(PostKind, PostKind.code == Post.kind).where(Post.person_id == person_id)
    rows = session.execute(query.order_by(func.lower(Post.valid).desc(), Post.id.desc())).all()
    asked = select(Duty, DutyKind).join(DutyKind, DutyKind.code == Duty.kind).where(Duty.post_id.in_([p.id for p, _ in rows]))
    duties: dict[int, list[tuple[Duty, DutyKind]]] = {}
    for duty, kind in session.execute(asked.order_by(DutyKind.place, func.lower(Duty.valid))):
        duties.setdefault(duty.post_id, []).append((duty, kind))
    return [(post, kind, duties.get(post.id, [])) for post, kind in rows]


_PEOPLE = text(
    """
    SELECT n.id FROM person n
    WHERE (CAST(:grid AS text) IS NULL OR EXISTS (
              SELECT FROM post p
              WHERE p.person_id = n.id AND p.grid_code LIKE :grid || '%' AND p.valid @> CAST(:at AS timestamptz)))
      AND (CAST(:part AS text) IS NULL OR strpos(lower(concat_ws(' ', n.ref, n.name, n.name_en)), lower(:part)) > 0)
      AND (:gone OR n.left_at IS NULL OR n.left_at > :at)
      AND n.ref > :after
    ORDER BY n.ref LIMIT :most
    """
)


def people(
    session: Session,
    *,
    grid: str | None = None,
    part: str | None = None,
    at: datetime | None = None,
    gone: bool = False,
    after: str = "",
    most: int = 100,
) -> list[Person]:
    """People by staff number: with a post in a grid or below it at a moment (default now), or found by a part of it.

    `part` is looked for in number and names, whatever their case; `gone` lets those in who have left; `after`: the number the
    last page ended with.
    """
    asked = {"grid": grid, "part": part, "at": at or clock.now(), "gone": gone, "after": after, "most": most}
    ids = session.execute(_PEOPLE, asked).scalars().all()
    return list(session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.ref)))


def posts_in_force(session: Session, ids: Collection[int], at: datetime) -> dict[int, list[Held]]:
    """The posts of several people at a moment, by the person's id."""
    found: dict[int, list[Held]] = {}
    query = _posts(at).where(Post.person_id.in_(ids)).order_by(Post.grid_code, PostKind.place)
    for held in _held(session, query, at):
        found.setdefault(held.person.id, []).append(held)
    return found


def kinds(session: Session) -> tuple[Sequence[PostKind], Sequence[DutyKind]]:
    """The kinds of posts and of duties, in their order."""
    posts = session.scalars(select(PostKind).order_by(PostKind.place, PostKind.code)).all()
    return posts, session.scalars(select(DutyKind).order_by(DutyKind.place, DutyKind.code)).all()


def departments(session: Session, *, closed: bool = False) -> list[Department]:
    """The departments by code; `closed` lets closed ones in."""
    query = select(Department).order_by(Department.code)
    return list(session.scalars(query if closed else query.where(Department.closed_at.is_(None))))


def department(session: Session, code: str) -> Department:
    """A department by its code; `NotFound` when there is none."""
    found = session.scalars(select(Department).where(Department.code == code)).one_or_none()
    if found is None:
        raise NotFound(msg("There is no department with the code '%(code)s'"), code=code[:40])
    return found


def department_of_place(session: Session, place_id: int) -> int | None:
    """The department a place is in."""
    return session.scalar(select(DepartmentPost.department_id).where(DepartmentPost.id == place_id))


def staff(session: Session, departments: Collection[int], at: datetime) -> dict[int, list[tuple[DepartmentPost, Person]]]:
    """Who belongs to departments at a moment, leaders first, by the department's id."""
    query = (
        select(DepartmentPost, Person)
        .join(Person, Person.id == DepartmentPost.person_id)
        .where(
            DepartmentPost.department_id.in_(departments),
            DepartmentPost.valid.contains(at),
            or_(Person.left_at.is_(None), Person.left_at > at),
        )
        .order_by(DepartmentPost.leader.desc(), Person.ref)
    )
    found: dict[int, list[tuple[DepartmentPost, Person]]] = {}
    for place, someone in session.execute(query):
        found.setdefault(place.department_id, []).append((place, someone))
    return found
