"""One's own inbox: what was told, how much of it is unread, that it was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from gridmap.accounts.caller import Caller
from gridmap.cases.models import Case, Category
from gridmap.grids.models import Grid
from gridmap.notices.models import Notice


@dataclass(frozen=True)
class Item:
    """A notice, and the case it is about: its number ("" if it is about grids), its category and grid in both languages."""

    notice: Notice
    number: str
    category: tuple[str, str]
    grid: tuple[str, str]


def turn_of(notice: Notice) -> Mapping[str, str] | None:
    """The first turn of a roster (its grid and day) that a notice is about; None where it is about something else."""
    turns = [*notice.facts.get("takes", ()), *notice.facts.get("gives", ())]
    return turns[0] if turns else None


def plan_of(notice: Notice) -> int | None:
    """The plan of new boundaries that a notice is about; None where it is about something else."""
    return notice.facts.get("plan")


def _own(caller: Caller) -> ColumnElement[bool]:
    """What is theirs: meant for the account, or for the person it belongs to. A key has no inbox."""
    mine: list[ColumnElement[bool]] = []
    if caller.account_id is not None:
        mine.append(Notice.account_id == caller.account_id)
        if caller.person_id is not None:
            mine.append(Notice.person_id == caller.person_id)
    return or_(*mine) if mine else and_(Notice.id < 0)


def items(
    session: Session, caller: Caller, *, unread: bool = False, before: int | None = None, limit: int = 50
) -> Sequence[Item]:
    """The newest notices of theirs, newest first; only those `before` an id, where one is given."""
    names = (Category.name_zh, Category.name_en, Grid.name, Grid.name_en)
    asked = select(Notice, Case.number, *names).outerjoin(Case, Case.id == Notice.case_id).where(_own(caller))
    asked = asked.outerjoin(Category, Category.id == Case.category_id).outerjoin(Grid, Grid.code == Case.grid_code)
    if unread:
        asked = asked.where(Notice.read_at.is_(None))
    if before is not None:
        asked = asked.where(Notice.id < before)
    rows = session.execute(asked.order_by(Notice.id.desc()).limit(limit))
    return [Item(row[0], row[1] or "", _both(row[2], row[3]), _both(row[4], row[5])) for row in rows]


def _both(zh: str | None, en: str | None) -> tuple[str, str]:
    return zh or "", en or zh or ""


def unread(session: Session, caller: Caller) -> int:
    """How many they have not read."""
    asked = select(func.count()).select_from(Notice).where(_own(caller), Notice.read_at.is_(None))
    return session.scalar(asked) or 0


def mark_read(
    session: Session, caller: Caller, at: datetime, ids: Sequence[int] | None = None, *, up_to: int | None = None
) -> int:
    """Mark these as read, or all up to an id, those of others left alone; answers how many were unread. The caller commits."""
    asked = update(Notice).where(_own(caller), Notice.read_at.is_(None))
    if ids is not None:
        asked = asked.where(Notice.id.in_(ids))
    if up_to is not None:
        asked = asked.where(Notice.id <= up_to)
    return len(session.execute(asked.values(read_at=at).returning(Notice.id)).all())
