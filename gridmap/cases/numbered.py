"""A case's row by its number."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.cases.models import Case
from gridmap.cases.past import PastCase, past_id
from gridmap.errors import Conflict, NotFound, msg


def numbered(session: Session, number: str) -> Case:
    """The case with this number, for something to be done with it.

    Raises:
        NotFound: there is none.
        Conflict: it is a past one, which is there to be read.
    """
    found = session.scalars(select(Case).where(Case.number == number)).one_or_none()
    if found is None:
        past = past_id(number)
        if past is not None and session.get(PastCase, past) is not None:
            raise Conflict(msg("%(number)s is history: it can be read, and nothing more"), number=number)
        raise NotFound(msg("There is no case with the number '%(number)s'"), number=number[:40])
    return found
