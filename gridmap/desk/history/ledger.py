"""Which files of history were loaded, and how far the one is that is being loaded: what goes on after a kill."""

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, func, select, text, update
from sqlalchemy.orm import Session

from gridmap.cases.past import MONTH_IDS, PastLoad, PastPiece
from gridmap.desk.history import pieces
from gridmap.desk.history.sieve import Sieve
from gridmap.desk.loading.job import Terms
from gridmap.errors import Conflict, msg

_ALONE = text("SELECT pg_try_advisory_lock(hashtext('gridmap history'))")

PATIENCE_S = 3.0  # So long the server may take to notice that the program which loaded before was killed.


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Nobody else loads history until the block or process ends, or its connection is lost: see `claim`.

    Raises:
        Conflict: somebody does, for longer than `PATIENCE_S`.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        until = time.monotonic() + PATIENCE_S
        while not connection.execute(_ALONE).scalar_one():
            if time.monotonic() > until:
                raise Conflict(msg("Another load of history is under way"))
            time.sleep(0.1)
        try:
            yield
        finally:
            connection.invalidate()  # Closed, which unlocks it; and where it was lost already, that is no fault of the load.


@dataclass(frozen=True)
class Work:
    """What makes two loads the same: the file by its contents, and how it is taken."""

    digest: str
    name: str
    terms: Mapping[str, Any]

    @classmethod
    def of(cls, path: Path, **terms: Any) -> "Work":
        """Reads the file once."""
        with path.open("rb") as file:
            return cls(hashlib.file_digest(file, "sha256").hexdigest(), path.name, terms)


@dataclass
class Begun:
    """A load that is not done: how many rows of the file are in its pieces, and of each piece how many ids are taken."""

    load_id: int
    rows: int
    counts: dict[int, int] = field(default_factory=dict)  # By the first id of the piece.


def done_before(session: Session, work: Work) -> PastLoad | None:
    """The load that has brought the same file in before."""
    found = select(PastLoad).where(PastLoad.digest == work.digest, ~PastLoad.begun).order_by(PastLoad.id.desc())
    return session.scalars(found.limit(1)).one_or_none()


def begin(session: Session, work: Work, publication: int, terms: Terms) -> Begun:
    """Go on with the load of this work that was begun, or begin it anew: any other that was begun is dropped.

    One that was begun while other boundaries were the newest is another one: half of it might lie in other grids.
    """
    said = {**work.terms, "publication": publication}
    last = session.scalars(select(PastLoad).where(PastLoad.begun)).one_or_none()
    if last is not None and (last.digest, last.terms) == (work.digest, said):
        counts = session.execute(select(PastPiece.first_id, PastPiece.count.label("taken")).where(PastPiece.load_id == last.id))
        return Begun(last.id, last.rows, {one.first_id: one.taken for one in counts})
    if last is not None:
        forget(session, Begun(last.id, last.rows))
    made = PastLoad(digest=work.digest, name=work.name, terms=said, actor=terms.actor, begun_at=terms.now, begun=True, rows=0)
    session.add(made)
    session.flush()
    return Begun(made.id, 0)


def claim(session: Session, begun: Begun, *, shared: bool = False) -> None:
    """Nobody else does anything with this load until the transaction ends, but for those who share it.

    Raises:
        Conflict: somebody has meanwhile, because the connection of `alone` was lost.
    """
    rows = select(PastLoad.rows).where(PastLoad.id == begun.load_id, PastLoad.begun).with_for_update(read=shared)
    if session.scalars(rows).one_or_none() != begun.rows:
        raise Conflict(msg("Another load of history is under way"))


def first_of(session: Session, month: int) -> int:
    """The first id of the next piece of a month. Nobody else takes it: there is one load at a time."""
    ends = select(func.max(PastPiece.first_id + PastPiece.count)).where(
        PastPiece.first_id >= month * MONTH_IDS, PastPiece.first_id < (month + 1) * MONTH_IDS
    )
    return session.execute(ends).scalar_one() or month * MONTH_IDS + 1


def begin_piece(session: Session, begun: Begun, first_id: int) -> None:
    """Make the piece that begins with this id, unless it is begun."""
    if first_id not in begun.counts:
        pieces.make(session, first_id)
        session.add(PastPiece(load_id=begun.load_id, first_id=first_id, count=0))
        session.flush()
        begun.counts[first_id] = 0


def drop_piece(session: Session, begun: Begun, first_id: int) -> None:
    """Take one piece away."""
    pieces.drop(session, [first_id])
    session.execute(delete(PastPiece).where(PastPiece.load_id == begun.load_id, PastPiece.first_id == first_id))


def keep(session: Session, begun: Begun, rows: int) -> None:
    """Note how many of the file's rows are in the pieces, in the transaction that has written them and that claims the load."""
    begun.rows = rows
    session.execute(update(PastLoad).where(PastLoad.id == begun.load_id).values(rows=rows))
    for first_id, count in begun.counts.items():
        this = (PastPiece.load_id == begun.load_id, PastPiece.first_id == first_id)
        session.execute(update(PastPiece).where(*this).values(count=count))


def done(session: Session, begun: Begun, new: int, terms: Terms, keys: Sieve) -> None:
    """It is whole, and to be seen."""
    facts = {"begun": False, "done_at": terms.now, "new": new, "keys": keys.bits.tobytes()}
    session.execute(update(PastLoad).where(PastLoad.id == begun.load_id).values(facts))


def forget(session: Session, begun: Begun) -> None:
    """Take a load that is not done away, with all its pieces."""
    claim(session, begun)
    firsts = session.scalars(select(PastPiece.first_id).where(PastPiece.load_id == begun.load_id)).all()
    pieces.drop(session, firsts)
    session.execute(delete(PastPiece).where(PastPiece.load_id == begun.load_id))
    session.execute(delete(PastLoad).where(PastLoad.id == begun.load_id))
