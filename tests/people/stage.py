"""Where and when the deeds of people are tried: one micro-grid, one Tuesday morning."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.journal.models import JournalEntry
from gridmap.people import appointing
from gridmap.people.models import Person, Post
from tests import town

HERE = town.micro(1, 1)
NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # Tuesday, nine in the morning in the town.
TODAY = date(2026, 3, 3)
HOUR = timedelta(hours=1)


def appoint(session: Session, who: Person, kind: str = "building_leader", **given: Any) -> Post:
    """Give somebody a post here."""
    return appointing.appoint(session, who.ref, HERE, kind, actor="test", **given)


def journal(session: Session, topic: str) -> list[tuple[str, str]]:
    """What was written down of a topic: kinds and subjects, in order."""
    rows = session.scalars(select(JournalEntry).where(JournalEntry.topic == topic).order_by(JournalEntry.id))
    return [(row.kind, row.subject) for row in rows]
