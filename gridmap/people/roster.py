"""A grid's roster: the turns of some days, as they stand with their exceptions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from gridmap.people.models import Person, Post, PostKind, Shift, ShiftException
from gridmap.people.rostering import pattern
from gridmap.people.turns import turns


@dataclass(frozen=True)
class Rostered:
    """One turn.

    Args:
        shift, day: which turn it is.
        begins, ends: aware; cut where the post begins or ends within the turn.
        person: whose shift it is.
        post, kind: in which post.
        exception: what was decided otherwise for this turn, where something was.
        substitute: who stands in; None where nobody does, or the turn is off.
    """

    shift: Shift
    day: date
    begins: datetime
    ends: datetime
    person: Person
    post: Post
    kind: PostKind
    exception: ShiftException | None
    substitute: Person | None

    @property
    def off(self) -> bool:
        """Whether nobody takes this turn."""
        return self.exception is not None and self.substitute is None


def roster(session: Session, code: str, days: Sequence[date]) -> list[Rostered]:
    """The turns of a grid that begin on one of these days, in the order of their beginning."""
    shifts = session.execute(
        select(Shift, Post, PostKind, Person)
        .join(Post, Post.id == Shift.post_id)
        .join(PostKind, PostKind.code == Post.kind)
        .join(Person, Person.id == Post.person_id)
        .where(Post.grid_code == code)
        .order_by(PostKind.place, Person.ref, Shift.id)
    ).all()
    exceptions = _exceptions(session, [shift.id for shift, _, _, _ in shifts], days)
    found = []
    for shift, post, kind, person in shifts:
        for day, turn in turns(pattern(shift), days):
            begins, ends = max(turn.begins, post.valid.lower or turn.begins), min(turn.ends, post.valid.upper or turn.ends)
            if begins < ends:
                decided = exceptions.get((shift.id, day), (None, None))
                found.append(Rostered(shift, day, begins, ends, person, post, kind, *decided))
    return sorted(found, key=lambda one: (one.begins, one.kind.place, one.person.ref))


def grid_of_post(session: Session, post_id: int) -> str | None:
    """The grid a post is in."""
    return session.scalar(select(Post.grid_code).where(Post.id == post_id))


class Side(NamedTuple):
    """A turn as far as it matters who may change it: its grid, whose shift it is, and whether it is swapped."""

    grid_code: str
    person_id: int
    swapped: bool = False


def side_of_shift(session: Session, shift_id: int) -> Side | None:
    """A shift's side; None where there is no such shift."""
    asked = select(Post.grid_code, Post.person_id).join(Shift, Shift.post_id == Post.id).where(Shift.id == shift_id)
    row = session.execute(asked).one_or_none()
    return None if row is None else Side(*row)


def sides_of_exception(session: Session, exception_id: int) -> list[Side]:
    """What an exception that holds touches: both sides, where it is a swap; nothing, where there is no such exception."""
    own = aliased(ShiftException)
    query = (
        select(Post.grid_code, Post.person_id, ShiftException.swap.is_not(None))
        .join(Shift, Shift.post_id == Post.id)
        .join(ShiftException, ShiftException.shift_id == Shift.id)
        .join(own, (own.id == ShiftException.id) | (own.swap == ShiftException.swap))
        .where(own.id == exception_id, own.withdrawn_at.is_(None))
        .order_by(ShiftException.id)
    )
    return [Side(*row) for row in session.execute(query)]


def _exceptions(
    session: Session, shifts: Sequence[int], days: Sequence[date]
) -> dict[tuple[int, date], tuple[ShiftException, Person | None]]:
    stand_in = aliased(Person)
    query = (
        select(ShiftException, stand_in)
        .outerjoin(stand_in, stand_in.id == ShiftException.substitute_id)
        .where(ShiftException.shift_id.in_(shifts), ShiftException.day.in_(days), ShiftException.withdrawn_at.is_(None))
    )
    return {(exception.shift_id, exception.day): (exception, person) for exception, person in session.execute(query)}
