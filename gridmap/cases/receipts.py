"""Idempotency keys are remembered for as long as a repeat can come, then forgotten."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from gridmap.cases.loop_models import Receipt

# A phone that comes back after longer is refused all the same: the case has another version than the one it names.
KEPT = timedelta(days=30)
AT_ONCE = 1000


def forget(session: Session, now: datetime) -> int:
    """Delete the oldest of those kept for long enough; answers how many, `AT_ONCE` at most. The caller commits."""
    oldest = select(Receipt.actor, Receipt.key).where(Receipt.at < now - KEPT).order_by(Receipt.at).limit(AT_ONCE)
    keys = session.execute(oldest.with_for_update(skip_locked=True)).all()
    if keys:
        session.execute(delete(Receipt).where(tuple_(Receipt.actor, Receipt.key).in_([tuple(one) for one in keys])))
    return len(keys)
