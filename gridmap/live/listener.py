"""One thread per web process that hears the relay, reads the new events once and fans them out.

It starts with the first client, in whatever process that client reached, so it survives no fork it should not.
"""

import os
from socket import socket
from threading import Event, Lock, Thread
from time import monotonic

import psycopg
import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from gridmap.journal.feed import CHANNEL, last_position, since
from gridmap.live.fanout import Fanout
from gridmap.live.frames import Batch, Listening
from gridmap.live.line import Line
from gridmap.live.stream import Beginning

LOOK_S = 1.0  # A notification may be lost with its connection; a look now and then is the net below.
PULSE_S = 0.2  # How soon the thread notices that it shall end.
BACK_OFF_S = (0.1, 0.2, 0.5, 1.0, 2.0)
AT_ONCE = 1000

log = structlog.get_logger(__name__)


class Listener:
    """Reads the feed for all clients of this process."""

    def __init__(self, engine: Engine, fanout: Fanout) -> None:
        self._engine = engine
        self._url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._fanout = fanout
        self._starting = Lock()
        self._stop = Event()
        self._pid = 0  # The process whose thread listens; after a fork it is another's.
        self._thread: Thread | None = None
        self._position = 0

    def subscribe(self) -> Line:
        """A line for everything that comes after what the feed holds now; starts listening if nobody did yet.

        Raises:
            Unavailable: this process has no room for another client.
        """
        with self._starting:
            self._start()
            return self._fanout.subscribe()

    def open(self, line: Line, connection: socket, beginning: Beginning, who: Listening) -> None:
        """Write the line to `connection`, which is not the caller's any more."""
        self._fanout.open(line, connection, beginning, who)

    def unsubscribe(self, line: Line) -> None:
        """The client is gone."""
        self._fanout.unsubscribe(line)

    def close(self) -> None:
        """End all streams and stop listening. Returns at once; the thread follows within `PULSE_S`."""
        self._stop.set()
        self._fanout.close()

    def wait(self, seconds: float) -> None:
        """After `close`: let the threads end, and give back the database connection, which an engine put away would forget.

        Raises:
            TimeoutError: one is still at work.
        """
        if self._thread is not None:
            self._thread.join(seconds)
            if self._thread.is_alive():
                raise TimeoutError(f"the listener has not ended within {seconds} s")
        self._fanout.wait(seconds)

    def _start(self) -> None:
        if self._pid == os.getpid() or self._stop.is_set():
            return
        with Session(self._engine) as session:
            self._position = last_position(session)
        self._pid = os.getpid()
        self._thread = Thread(target=self._run, name="live-listener", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._keep_listening()
        finally:
            # Whatever ended us: the clients come back and start us anew rather than hear nothing.
            with self._starting:
                self._pid = 0
                self._fanout.end_all()

    def _keep_listening(self) -> None:
        failures = 0
        while not self._stop.is_set():
            before = self._position
            try:
                self._listen()
            except (psycopg.OperationalError, OperationalError, InterfaceError) as error:
                failures = 0 if self._position > before else failures
                pause = BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
                failures += 1
                log.warning("listener.lost", error=str(error).strip(), retry_s=pause)
                self._stop.wait(pause)

    def _listen(self) -> None:
        with psycopg.connect(self._url, autocommit=True, application_name="gridmap live") as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._catch_up()
            looked = monotonic()
            while not self._stop.is_set():
                heard = any(True for _ in connection.notifies(timeout=PULSE_S, stop_after=1))
                if heard or monotonic() - looked > LOOK_S:
                    self._catch_up()
                    looked = monotonic()

    def _catch_up(self) -> None:
        while not self._nobody_there():
            with Session(self._engine) as session:
                happenings = since(session, self._position, limit=AT_ONCE)
            if happenings:
                batch = Batch.of(happenings)
                self._fanout.publish(batch)
                self._position = batch.last
            if len(happenings) < AT_ONCE:
                return

    def _nobody_there(self) -> bool:
        """Without clients only the position goes on: a large batch need not be read for nobody.

        First the position, then the look: who subscribes after the look begins its replay at that position or later.
        """
        with Session(self._engine) as session:
            newest = last_position(session)
        if newest < self._position:
            log.warning("listener.feed_fell_back", to=newest, of=self._position)
            self._fanout.end_all()  # The server that took over lacks the last events: who comes back is told to load anew.
        elif len(self._fanout):
            return False
        self._position = newest
        return True
