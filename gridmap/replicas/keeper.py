"""Looks after one replica in a thread of its own: how far it is, whether it answers, and when it can be asked again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging import INFO, WARNING
from threading import Event, Thread, Timer
from time import monotonic

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from gridmap.replicas.replica import Replica

LOOK_S = 0.5
UNANSWERED_S = 2.0
BACK_OFF_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)

# Flushed, not written: what was answered is flushed, and what is not flushed is sent to no replica.
_WRITTEN = text("SELECT CAST(pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0') AS bigint)")
_REPLAYED = text("SELECT CAST(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') AS bigint) WHERE pg_is_in_recovery()")

log = structlog.get_logger(__name__)


class NoReplica(Exception):
    """The server takes writes of its own: it was promoted, or never was a replica."""


class Keeper:
    """Begins at once.

    Args:
        replica: whom it looks after.
        primary: sessions for single looks at the primary.
        lag_s: from so far behind on the log says so.
    """

    def __init__(self, replica: Replica, primary: sessionmaker[Session], lag_s: float) -> None:
        self._replica, self._primary, self._lag_s = replica, primary, lag_s
        self._log = log.bind(replica=replica.number, host=replica.host)
        self._told = ""
        self._stop = Event()
        self._thread = Thread(target=self._run, name=f"replica-{replica.number}", daemon=True)
        self._thread.start()

    def close(self, wait_s: float) -> None:
        """Look no more, and close the connections. Waits up to `wait_s` for the thread.

        Raises:
            TimeoutError: it was still at work.
        """
        self._stop.set()
        self._thread.join(wait_s)
        if self._thread.is_alive():
            raise TimeoutError(f"the keeper of replica {self._replica.number} has not ended within {wait_s} s")
        self._replica.let_go()

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                with self._replica.connected() as connection:
                    looking = connection.execution_options(isolation_level="AUTOCOMMIT")
                    self._look(looking)
                    failures = 0
                    while not self._stop.wait(LOOK_S):
                        self._look(looking)
            except (SQLAlchemyError, NoReplica) as error:
                pause_s = BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
                failures += 1
                self._lost(error)
                self._stop.wait(pause_s)

    def _look(self, connection: Connection) -> None:
        at = monotonic()
        try:
            with self._primary() as session:
                written = session.execute(_WRITTEN).scalar_one()
        except SQLAlchemyError as error:  # The primary's trouble: the replica is well, and nobody can say how far behind.
            self._tell("replica.not_compared", error=_said(error))
            return
        with _within(UNANSWERED_S, self._replica.cut):
            replayed = connection.execute(_REPLAYED).scalar_one_or_none()
        if replayed is None:
            raise NoReplica("it takes writes of its own, so it is no replica")
        self._replica.saw(at, written, replayed)
        self._tell("replica.in_use" if self._replica.behind_s <= self._lag_s else "replica.behind")

    def _lost(self, error: Exception) -> None:
        self._replica.cut()
        self._replica.let_go()
        self._tell("replica.away", error=_said(error))

    def _tell(self, how: str, **more: str) -> None:
        """Once, when it has changed."""
        if how != self._told:
            self._log.log(INFO if how == "replica.in_use" else WARNING, how, **more)
            self._told = how


def _said(error: Exception) -> str:
    return str(getattr(error, "orig", error)).strip()


@contextmanager
def _within(seconds: float, otherwise: Callable[[], None]) -> Iterator[None]:
    timer = Timer(seconds, otherwise)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
