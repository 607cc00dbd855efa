"""One replica: connections to read by, how old what it has may be, and how to let go of it when it answers no more."""

import os
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import inf
from threading import Lock
from time import monotonic
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, make_url
from sqlalchemy.orm import Session

from gridmap.db import as_sqlalchemy_url, make_engine

READ_S = 5.0  # A statement that takes longer is given up; the primary answers then.
CONNECT_S = 2
MOST_MARKS = 1000


class Replica:
    """What one URL (`postgresql://…`) leads to, the `number`th of the setting, from 1 on. Connects to nothing by itself."""

    def __init__(self, number: int, url: str) -> None:
        self.number = number
        parts = make_url(as_sqlalchemy_url(url))
        self.host = parts.host or str(parts.query.get("host", ""))
        # All of an answer is as of one moment, and so are the versions it is compared by.
        engine = make_engine(url, statement_seconds=READ_S, patience_s=CONNECT_S)
        self._engine = engine.execution_options(isolation_level="REPEATABLE READ")
        self._leaving = Lock()
        self._open: set[psycopg.Connection[Any]] = set()
        self._marks: deque[tuple[float, int]] = deque(maxlen=MOST_MARKS)
        self._whole_at = -inf

    @property
    def behind_s(self) -> float:
        """It has everything that was committed longer ago than these seconds; infinite where that is not known."""
        return monotonic() - self._whole_at

    def saw(self, at: float, written: int, replayed: int) -> None:
        """Note that it has replayed the log as far as `replayed`, while that of the primary reached `written` at the moment `at`.

        Both as bytes of the log; `at` by the monotonic clock of this process: no clocks are compared, and a primary that
        nobody writes to does not look late.
        """
        self._marks.append((at, written))
        while self._marks and self._marks[0][1] <= replayed:
            self._whole_at, _ = self._marks.popleft()

    def doubt(self) -> None:
        """Something went wrong with it: it is not to be asked before somebody has looked at it again."""
        self._whole_at = -inf

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection to it, which `cut` breaks off.

        Raises:
            DBAPIError: it can't be reached within `CONNECT_S`, or is lost.
            TimeoutError: SQLAlchemy's; all connections are in use, and none came free within `CONNECT_S`.
        """
        with self._engine.connect() as connection:
            driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
            with self._leaving:
                self._open.add(driver)
            try:
                yield connection
            finally:
                with self._leaving:  # So that `cut` never meets a number that is another file's by now.
                    self._open.discard(driver)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees the replica as of its first question. Raises as `connected` does."""
        with self.connected() as connection, Session(connection) as session:
            yield session

    def cut(self) -> None:
        """Break off whatever waits for it: a frozen server, or a line that was cut, would keep readers waiting for hours."""
        self.doubt()
        with self._leaving:
            for driver in self._open:
                with suppress(psycopg.Error, OSError):  # It has ended meanwhile, which is what we want of it.
                    _hang_up(driver.fileno())

    def let_go(self) -> None:
        """Close the connections nobody uses: they lead to a server that was."""
        self._engine.dispose()


def _hang_up(number: int) -> None:
    with socket.socket(fileno=os.dup(number)) as line:
        line.shutdown(socket.SHUT_RDWR)
