"""What one client gets: hello, what it missed, then everything as it happens, and a sign of life when nothing does.

The order matters: subscribe first, then `begin`. What is committed to the feed between the two is both in the
replay and in the queue, and `follow` drops what was sent already; so nothing is lost and nothing comes twice.
"""

from collections.abc import Iterator
from queue import Empty
from typing import NamedTuple

from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.db import identity
from gridmap.journal.feed import last_position, since
from gridmap.live.fanout import Subscription
from gridmap.live.frames import ANYBODY, HEARTBEAT, RETRY_MS, Listening, encode_for, frame


class Beginning(NamedTuple):
    """The first bytes of a stream, and the position they reach."""

    position: int
    sent: bytes


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


def follow(beginning: Beginning, subscription: Subscription, *, heartbeat_s: float, who: Listening = ANYBODY) -> Iterator[bytes]:
    """The stream's bytes, until the subscription ends. Blocks; holds nothing but the subscription."""
    position, sent = beginning
    yield sent
    while True:
        try:
            batch = subscription.take(heartbeat_s)
        except Empty:
            yield HEARTBEAT
            continue
        if batch is None:
            return
        if fresh := batch.after(position, who):
            position = batch.last
            yield fresh
