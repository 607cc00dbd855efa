"""Write down what happened, in the transaction in which it happens."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session

from gridmap.journal.models import JournalEntry


class Event(NamedTuple):
    """What a deed tells the journal.

    Args:
        topic: the layer it is about: grids, cameras, service-points, categories, cases, keys.
        kind: what happened, as `noun.verb`: case.opened, grids.published.
        subject: the code, number or id of the thing.
        actor: who did it: `key:NAME`, `cli:USER`, `system`.
        data: the facts, JSON-ready.
    """

    topic: str
    kind: str
    subject: str
    actor: str
    data: Mapping[str, Any]


def write(session: Session, events: Sequence[Event]) -> None:
    """Append the events in their order; they are published when the caller's transaction commits."""
    if events:
        session.execute(insert(JournalEntry), [event._asdict() for event in events])
