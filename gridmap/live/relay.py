"""The relay: gives committed journal rows their place in the feed, again and again, and wakes the listeners.

One relay works, chosen by a lock that ends with its database connection; any other waits to take over. It is the one
place below the doors that commits, for it is a loop of its own and nobody's deed.
"""

from threading import Event

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from gridmap.config import Settings
from gridmap.journal.feed import advance

MOST = 5000  # Rows placed in one transaction; a longer queue is drained without a pause.
STANDBY_S = 0.5
BACK_OFF_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)

_TAKE_OVER = text("SELECT pg_try_advisory_lock(hashtext('gridmap relay at work'))")

log = structlog.get_logger(__name__)


def run(engine: Engine, settings: Settings, stop: Event) -> None:
    """Relay until `stop` is set. A lost database connection is tried again, ever more slowly, for as long as it takes."""
    failures = 0
    while not stop.is_set():
        try:
            with engine.connect() as connection:
                # The lock belongs to the connection: given back to the pool, it would keep it without working.
                connection.detach()
                _wait_for_turn(connection, stop)
                failures = 0
                _relay(connection, settings.relay_seconds, stop)
        except (OperationalError, InterfaceError) as error:
            pause = BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
            failures += 1
            log.warning("relay.lost", error=str(error.orig).strip(), retry_s=pause)
            stop.wait(pause)


def _wait_for_turn(connection: Connection, stop: Event) -> None:
    waiting = False
    while not stop.is_set():
        with connection.begin():
            if connection.execute(_TAKE_OVER).scalar_one():
                log.info("relay.working")
                return
        if not waiting:
            log.info("relay.standing_by")
            waiting = True
        stop.wait(STANDBY_S)


def _relay(connection: Connection, pause_s: float, stop: Event) -> None:
    while not stop.is_set():
        with Session(connection) as session, session.begin():
            placed = advance(session, most=MOST)
        if placed:
            log.debug("relay.placed", events=placed)
        if placed < MOST:
            stop.wait(pause_s)
