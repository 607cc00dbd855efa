"""A case's row by its number."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.cases.models import Case
from gridmap.errors import NotFound, msg


def numbered(session: Session, number: str) -> Case:
    """The case with this number; `NotFound` when there is none."""
    found = session.scalars(select(Case).where(Case.number == number)).one_or_none()
    if found is None:
        raise NotFound(msg("There is no case with the number '%(number)s'"), number=number[:40])
    return found
