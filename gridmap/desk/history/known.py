"""Which cases of a load are on record already, as an alert or as a past case.

Sieves tell of nearly all that they are not; the database is asked about the rest, each only where it may be.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.cases.models import Alert
from gridmap.cases.past import LOADS_SQL, PastPiece
from gridmap.db import run
from gridmap.desk.history import pieces
from gridmap.desk.history.keys import Keys
from gridmap.desk.history.settled import Ints
from gridmap.desk.history.sieve import Sieve


class Suspects(NamedTuple):
    """Cases, by their ids in ascending order, that may stand in one of these tables too."""

    ids: Ints
    tables: Sequence[str]


def suspects(session: Session, keys: Keys, mark: int) -> list[Suspects] | None:
    """Those of a load, alerts after the one with the id `mark` aside; None: all of them may be anywhere."""
    loads = run(session, LOADS_SQL, {"newest": 0})
    if not keys.known or any(bits is None for _, bits in loads):
        return None
    sieves = [([Alert.__tablename__], _of_alerts(session, mark))]
    for load_id, bits in loads:
        firsts = session.scalars(select(PastPiece.first_id).where(PastPiece.load_id == load_id)).all()
        sieves.append(([pieces.name_of(first_id) for first_id in firsts], Sieve(np.frombuffer(bits, dtype=np.uint8))))
    return [Suspects(np.sort(keys.among(sieve.may_hold)), tables) for tables, sieve in sieves if tables]


def leave_out(session: Session, first_id: int, count: int, among: Sequence[Suspects] | None) -> None:
    """Take out of a piece, of so many ids, what is on record."""
    if among is None:
        pieces.leave_out_known(session, first_id)
        return
    for ids, tables in _within(among, first_id, first_id + count):
        pieces.leave_out_among(session, first_id, ids, tables)


def _within(among: Sequence[Suspects], begin: int, end: int) -> Iterator[Suspects]:
    for ids, tables in among:
        some = ids[slice(*np.searchsorted(ids, [begin, end]))]
        if len(some):
            yield Suspects(some, tables)


def _of_alerts(session: Session, mark: int) -> Sieve:
    made = Sieve.sized(session.execute(select(func.count()).select_from(Alert)).scalar_one())
    for prints in pieces.prints_of(session, Alert.__tablename__, 1, mark + 1):
        made.add(prints)
    return made
