"""Answers that a replica may make: only one that has, of the topics an answer is made from, just what the primary has.

So nobody is answered with less than was committed when they asked: not who has just written, not who heard of it by the live
feed, not who holds an ETag. What the primary has is asked of the primary, by two index look-ups a topic.
"""

from collections.abc import Callable, Sequence

import structlog
from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from gridmap.db import identity
from gridmap.http.metrics import count_replica_read
from gridmap.http.state import db, reads_from, state
from gridmap.journal import feed
from gridmap.replicas.replica import Replica

log = structlog.get_logger(__name__)


def standing(session: Session, topics: Sequence[str]) -> list[str]:
    """Which database this is, and which versions of the topics it has. Another one counts from the same beginning."""
    return [identity(session), *feed.versions(session, topics)]


def from_anywhere(topics: Sequence[str], make: Callable[[], Response], primary: Sequence[str] | None = None) -> Response:
    """What `make` answers, which reads by `db()` and writes nothing: it may be called twice.

    Args:
        topics: the journal's, that name everything the answer is made from.
        make: makes the answer.
        primary: how the topics stand there, where that is known already.
    """
    replica = state().replicas.next()
    if replica is None:
        return make()
    needed = standing(db(), topics) if primary is None else primary
    db().close()  # The primary's connection is free while the replica is at work.
    answered = _from(replica, topics, needed, make)
    return make() if answered is None else answered


def _from(replica: Replica, topics: Sequence[str], needed: Sequence[str], make: Callable[[], Response]) -> Response | None:
    """The answer of this replica; None where it has not what is needed, or something went wrong with it."""
    try:
        with replica.reading() as session, reads_from(session):
            answered = make() if standing(session, topics) == needed else None
    except SQLAlchemyError as error:
        replica.doubt()
        log.warning("replica.failed", replica=replica.number, path=request.path, error=str(error).splitlines()[0])
        count_replica_read(replica.number, "failed")
        return None
    count_replica_read(replica.number, "differs" if answered is None else "answered")
    return answered
