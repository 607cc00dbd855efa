"""How one client's stream begins: hello, and what it missed.

The order matters: subscribe first, then `begin`. What is committed to the feed between the two is both in the
replay and on the line, which drops what was sent already; so nothing is lost and nothing comes twice.
"""

from typing import NamedTuple

from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.db import identity
from gridmap.journal.feed import last_position, since
from gridmap.live.frames import ANYBODY, RETRY_MS, Listening, encode_for, frame


class Beginning(NamedTuple):
    """The first bytes of a stream, and the position they reach."""

    position: int
    sent: bytes

    def after(self, head: bytes) -> "Beginning":
        """The same with something sent before it."""
        return self._replace(sent=head + self.sent)


def begin(session: Session, after: int | None, *, replay_limit: int, who: Listening = ANYBODY) -> Beginning:
    """Hello, and the events after `after` up to now; without `after`, from now on.

    Hello names the database: a client that followed another one has to load everything anew, wherever that stood.
    A client that is more than `replay_limit` events behind, or ahead of the feed (its database was another one), gets
    `reset` instead of a replay: it has to load everything anew.
    """
    newest = last_position(session)
    start = newest if after is None else after
    hello = _hello(min(start, newest), identity(session))
    if 0 <= newest - start <= replay_limit:
        missed = since(session, start, limit=newest - start) if newest > start else []
        return Beginning(newest, hello + b"".join(encode_for(happening, who) for happening in missed))
    return Beginning(newest, hello + frame("reset", {"position": newest}, position=newest))


def _hello(position: int, database: str) -> bytes:
    told = {"position": position, "server_time": clock.now().isoformat(), "database": database}
    return frame("hello", told, position=position, retry_ms=RETRY_MS)
