"""Notices are kept for a time, then forgotten; the journal keeps who was told what and when."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gridmap.notices.models import Delivery, Notice

AT_ONCE = 1000


def forget(session: Session, before: datetime) -> int:
    """Delete the oldest notices given before a moment, read or not, with their ways out; answers how many, `AT_ONCE` at most.

    The caller commits, and calls again. Two at once pass each other's by.
    """
    # Ids grow with time: what is too old stands at the beginning, and finding that there is nothing costs one page.
    oldest = select(Notice.id, Notice.at).order_by(Notice.id).limit(AT_ONCE).with_for_update(skip_locked=True)
    gone = [row.id for row in session.execute(oldest) if row.at < before]
    if gone:
        session.execute(delete(Delivery).where(Delivery.notice_id.in_(gone)))
        session.execute(delete(Notice).where(Notice.id.in_(gone)))
    return len(gone)
