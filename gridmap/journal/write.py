"""Write down what happened, in the transaction in which it happens."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy.orm import Session

from gridmap.db import MANY, copy, field, line, run

# One JSON document carries all rows: quoting thousands of texts for an SQL array costs more than all the rest.
_APPEND = """
    INSERT INTO journal (topic, kind, subject, actor, data)
    SELECT topic, kind, subject, actor, data
    FROM ROWS FROM (json_to_recordset(CAST(%(rows)s AS json)) AS (topic text, kind text, subject text, actor text, data json))
         WITH ORDINALITY AS event (topic, kind, subject, actor, data, place)
    ORDER BY place
"""


class Event(NamedTuple):
    """What a deed tells the journal.

    Args:
        topic: the layer it is about: grids, cameras, service-points, categories, cases, keys, accounts.
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
    if not events:
        return
    if len(events) >= MANY:
        copy(session, "journal", ("topic", "kind", "actor", "subject", "data"), map(_line, events))
        return
    run(session, _APPEND, {"rows": orjson.dumps([event._asdict() for event in events]).decode()})


def _line(event: Event) -> bytes:
    topic, kind, subject, actor, data = event
    return b"%b\t%b\t%b" % (_alike(topic, kind, actor), line((subject,)), field(orjson.dumps(data)))


@lru_cache(maxsize=256)
def _alike(*values: str) -> bytes:
    return line(values)
