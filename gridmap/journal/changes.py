"""What changed in a topic since somebody last looked, committed rows that the relay has not placed yet among them."""

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.db import identity

_MARK = text(
    """
    WITH newest AS (SELECT position, journal_id FROM feed WHERE topic = :topic ORDER BY position DESC LIMIT 1)
    SELECT coalesce((SELECT position FROM newest), 0) AS position,
           ARRAY(SELECT journal_id FROM newest UNION ALL SELECT journal_id FROM journal_pending WHERE topic = :topic) AS seen
    """
)
# OFFSET keeps the planner from making a join of it: when it expects much news, it reads the whole journal for a row or two.
_NEWS = text(
    """
    SELECT news.journal_id, news.position, j.kind, j.subject
    FROM (SELECT journal_id, position FROM feed WHERE topic = :topic AND position >= :position
          UNION ALL SELECT journal_id, NULL FROM journal_pending WHERE topic = :topic) news
    CROSS JOIN LATERAL (SELECT kind, subject FROM journal WHERE id = news.journal_id OFFSET 0) j
    LIMIT :most
    """
)


class Mark(NamedTuple):
    """How far somebody has seen a topic: of which database, up to which position, and which rows there and beyond it."""

    database: str
    position: int
    seen: frozenset[int]


class Changes(NamedTuple):
    """What came: kinds of event, and the things they were about. `mark` is where to look on."""

    mark: Mark
    kinds: frozenset[str]
    subjects: frozenset[str]


def mark(session: Session, topic: str) -> Mark:
    """Where the topic stands: whoever reads its things after this knows all that was committed until here."""
    row = session.execute(_MARK, {"topic": topic}).one()
    return Mark(identity(session), row.position, frozenset(row.seen))


def changes(session: Session, topic: str, since: Mark, *, most: int) -> Changes | None:
    """What changed since; read the things themselves after this, and they are at least as new as the new mark.

    None where that can't be told: more than `most` rows, another database, or one that was put back to an older state.
    """
    if since.database != identity(session):
        return None
    rows = session.execute(_NEWS, {"topic": topic, "position": since.position, "most": most + len(since.seen) + 1}).all()
    # A server that took over from a lost one may lack its last rows, and have others in their places.
    if not since.seen <= {row.journal_id for row in rows}:
        return None
    new = [row for row in rows if row.journal_id not in since.seen]
    if len(new) > most:
        return None
    position = max((row.position for row in rows if row.position is not None), default=0)
    seen = frozenset(row.journal_id for row in rows if row.position is None or row.position == position)
    reached = Mark(since.database, position, seen)
    return Changes(reached, frozenset(row.kind for row in new), frozenset(row.subject for row in new))
