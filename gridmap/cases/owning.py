"""Which categories a department answers for: the first choice when their cases are handed on."""

from collections.abc import Collection, Iterable

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.orm import Session

from gridmap.cases.categories import CategoryKey
from gridmap.cases.loop_models import CategoryOwner
from gridmap.cases.models import Category
from gridmap.errors import Conflict, Invalid, msg
from gridmap.journal.write import Event, write
from gridmap.people.departments import TOPIC, locked

_KEY = (Category.standard_ref, Category.kind, Category.code)


def owned(session: Session, department_id: int) -> list[CategoryKey]:
    """The categories a department answers for, in the order of their standards."""
    query = select(*_KEY).join(CategoryOwner, CategoryOwner.category_id == Category.id)
    return [
        CategoryKey(*row) for row in session.execute(query.where(CategoryOwner.department_id == department_id).order_by(*_KEY))
    ]


def own(session: Session, code: str, keys: Collection[CategoryKey], *, actor: str) -> None:
    """Let a department answer for exactly these categories; others that answer for them go on doing so.

    Raises:
        Invalid: there is no such category.
        NotFound: there is no such department.
        Conflict: it is closed.
    """
    department = locked(session, code)
    if department.closed_at is not None:
        raise Conflict(msg("The department is closed already"))
    before, wanted = set(owned(session, department.id)), set(keys)
    fresh, gone = _ids(session, wanted - before), _ids(session, before - wanted)
    if gone:
        theirs = CategoryOwner.department_id == department.id
        session.execute(delete(CategoryOwner).where(theirs, CategoryOwner.category_id.in_(gone.values())))
    if fresh:
        session.execute(insert(CategoryOwner), [{"category_id": one, "department_id": department.id} for one in fresh.values()])
    if fresh or gone:
        session.flush()
        write(session, [Event(TOPIC, "department.owns", code, actor, {"added": _told(fresh), "removed": _told(gone)})])


def _ids(session: Session, keys: Collection[CategoryKey]) -> dict[CategoryKey, int]:
    rows = session.execute(select(Category.id, *_KEY).where(tuple_(*_KEY).in_(list(keys))))
    found = {CategoryKey(*key): id_ for id_, *key in rows}
    if unknown := sorted(set(keys) - set(found)):
        raise Invalid(msg("There is no category %(category)s"), field="categories", category=" ".join(unknown[0])[:100])
    return found


def _told(keys: Iterable[CategoryKey]) -> dict[str, list[str]]:
    """By standard and kind, so that a whole standard stays a short line."""
    found: dict[str, list[str]] = {}
    for key in sorted(keys):
        found.setdefault(f"{key.standard_ref} {key.kind}", []).append(key.code)
    return found
