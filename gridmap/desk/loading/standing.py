"""The posts and places in departments that are on record, so that a file's lines can be compared with them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from gridmap.people.models import Department, DepartmentPost, Duty, Person, Post, PostKind

Key = tuple[str, str, str]
"""Staff number, grid code (or `department CODE`), kind of post ("" in departments)."""


@dataclass
class Standing:
    """A post or place on record; id 0: still to be written."""

    id: int
    name: str
    valid: Range[datetime]
    first: bool  # A head or a leader: one at a time.
    leader: bool = False
    duties: tuple[str, ...] = ()


@dataclass
class Register:
    """All of them, by whose they are and by where."""

    mine: dict[Key, list[Standing]] = field(default_factory=dict)
    firsts: dict[str, list[Standing]] = field(default_factory=dict)

    def put(self, key: Key, one: Standing) -> None:
        """Note one."""
        self.mine.setdefault(key, []).append(one)
        if one.first:
            self.firsts.setdefault(key[1], []).append(one)

    def add(self, key: Key, name: str, leader: bool, kind: PostKind | None, valid: Range[datetime]) -> None:  # noqa: FBT001  # a fact of the line
        """Note one that is still to be written."""
        self.put(key, Standing(0, name, valid, leader if kind is None else kind.team is None, leader))

    def find(self, key: Key, since: datetime | None, now: datetime) -> Standing | None:
        """The one that began at `since`; where a file does not say, the one that holds now or will."""
        found = [one for one in self.mine.get(key, ()) if one.id]
        if since is not None:
            return next((one for one in found if one.valid.lower == since), None)
        return next((one for one in found if one.valid.upper is None or one.valid.upper > now), None)

    def clash(self, key: Key, first: bool, valid: Range[datetime]) -> Standing | None:  # noqa: FBT001  # same
        """One that overlaps: their own of the same kind, or another head or leader."""
        others = [*self.mine.get(key, ()), *(self.firsts.get(key[1], ()) if first else ())]
        return next((one for one in others if one.valid.overlaps(valid)), None)


def standing(session: Session, refs: Collection[str], grids: Collection[str], departments: Collection[str]) -> Register:
    """What is on record of these people, and the heads and leaders of these grids and departments."""
    register = Register()
    posts = (
        select(Post, Person.ref, Person.name)
        .join(Person, Person.id == Post.person_id)
        .where(or_(Person.ref.in_(refs), Post.grid_code.in_(grids) & Post.team.is_(None)))
        .order_by(func.lower(Post.valid), Post.id)
    )
    held = session.execute(posts).all()
    duties = _duties(session, [post.id for post, _, _ in held])
    for post, ref, name in held:
        one = Standing(post.id, name, post.valid, post.team is None, duties=tuple(duties.get(post.id, ())))
        register.put((ref, post.grid_code, post.kind), one)
    places = (
        select(DepartmentPost, Department.code, Person.ref, Person.name)
        .join(Department, Department.id == DepartmentPost.department_id)
        .join(Person, Person.id == DepartmentPost.person_id)
        .where(or_(Person.ref.in_(refs), Department.code.in_(departments) & DepartmentPost.leader))
        .order_by(func.lower(DepartmentPost.valid), DepartmentPost.id)
    )
    for place, code, ref, name in session.execute(places):
        register.put((ref, f"department {code}", ""), Standing(place.id, name, place.valid, place.leader, place.leader))
    return register


def _duties(session: Session, posts: Collection[int]) -> dict[int, list[str]]:
    """The duties that go with each post to its end, or to now where it has none."""
    query = (
        select(Duty.post_id, Duty.kind)
        .join(Post, Post.id == Duty.post_id)
        .where(Duty.post_id.in_(posts), func.upper(Duty.valid).is_not_distinct_from(func.upper(Post.valid)))
        .order_by(Duty.kind)
    )
    found: dict[int, list[str]] = {}
    for post_id, kind in session.execute(query):
        found.setdefault(post_id, []).append(kind)
    return found
