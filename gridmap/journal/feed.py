"""The gapless feed: committed journal rows in one order that every reader agrees on.

Sequence numbers are handed out before commit, so the order of journal ids is not the order in which rows become
visible; a reader that remembers "I have seen up to id 7" can miss 6. Here one relay at a time takes the committed
rows from `journal_pending` and gives them the next positions; who remembers a position misses nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from gridmap.journal.models import FeedEntry, JournalEntry

CHANNEL = "gridmap_feed"

_ADVANCE = text(
    """
    WITH taken AS (
        DELETE FROM journal_pending
        WHERE ctid = ANY (ARRAY(SELECT ctid FROM journal_pending ORDER BY journal_id LIMIT :most))
        RETURNING journal_id, topic
    ), last AS (SELECT coalesce(max(position), 0) AS position FROM feed), placed AS (
        INSERT INTO feed (position, journal_id, topic)
        SELECT last.position + row_number() OVER (ORDER BY taken.journal_id), taken.journal_id, taken.topic
        FROM taken CROSS JOIN last
        RETURNING position
    )
    SELECT count(*), max(position) FROM placed
    """
)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('gridmap relay'))")
_NOTIFY = text("SELECT pg_notify(:channel, :position)")
_VERSIONS = text(
    """
    SELECT coalesce((SELECT max(position) FROM feed WHERE feed.topic = asked.topic), 0) AS position,
           (SELECT count(*) FROM journal_pending waiting WHERE waiting.topic = asked.topic) AS pending
    FROM unnest(CAST(:topics AS text[])) WITH ORDINALITY AS asked (topic, place)
    ORDER BY place
    """
)


class Happening(NamedTuple):
    """A journal row at its place in the feed."""

    position: int
    at: datetime
    topic: str
    kind: str
    subject: str
    actor: str
    data: dict[str, Any]


def advance(session: Session, *, most: int = 5000) -> int:
    """Give up to `most` committed rows their positions and wake the listeners; answers how many.

    The caller commits. Two relays at once are safe: an advisory lock lets one work at a time.
    """
    session.execute(_LOCK)
    placed, newest = session.execute(_ADVANCE, {"most": most}).one()
    if placed:
        session.execute(_NOTIFY, {"channel": CHANNEL, "position": str(newest)})
    return int(placed)


def _happenings() -> Select[Any]:
    entry = JournalEntry
    return select(
        FeedEntry.position,
        entry.at,
        entry.topic,
        entry.kind,
        entry.subject,
        entry.actor,
        entry.data,
    ).join_from(FeedEntry, entry, entry.id == FeedEntry.journal_id)


def since(session: Session, position: int, *, limit: int) -> list[Happening]:
    """What came after `position`, oldest first, at most `limit`."""
    rows = session.execute(_happenings().where(FeedEntry.position > position).order_by(FeedEntry.position).limit(limit))
    return [Happening(*row) for row in rows]


def last_position(session: Session) -> int:
    """The newest position; 0 in an empty feed."""
    return session.execute(select(func.coalesce(func.max(FeedEntry.position), 0))).scalar_one()


def versions(session: Session, topics: Sequence[str]) -> list[str]:
    """What an ETag of these topics' data says: each changes with every committed event, relayed or not yet.

    Counting those not yet relayed, and not their highest id: an event may be committed after one with a higher id. Of one
    topic no two states have the same version: positions only grow, and without a new one so does the number of those waiting.
    """
    rows = session.execute(_VERSIONS, {"topics": list(topics)})
    return [f"{row.position}.{row.pending}" for row in rows]


def history(session: Session, topic: str, subject: str, *, limit: int = 500) -> list[JournalEntry]:
    """The journal of one thing, oldest first, at most the newest `limit` rows."""
    rows = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.topic == topic, JournalEntry.subject == subject)
        .order_by(JournalEntry.id.desc())
        .limit(limit)
    )
    return list(reversed(rows.all()))
