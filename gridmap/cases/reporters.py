"""Who reported a case: written beside it, never into the journal, from which maps and feeds are made."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session

from gridmap.cases.loop_models import Reporter


class Reported(NamedTuple):
    """A case, the alert somebody sent about it (source, its number), and who that was; two of the three may be empty."""

    case_id: int
    source: str
    source_id: str
    name: str
    phone: str
    email: str


def keep(session: Session, reported: Sequence[tuple[int, str, str, str, str, str]]) -> None:
    """Write down who reported what; whoever says nothing of themselves is nobody to ask."""
    rows = [Reported(*one)._asdict() for one in reported if any(one[3:])]
    if rows:
        session.execute(insert(Reporter), rows)
