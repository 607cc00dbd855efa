"""Go on with other work wherever a thread would only wait for the database.

Two threads that compute take turns at Python's lock, and who comes back from the database waits for the other's turn to
end. A thread that fills its own waiting needs no turns: what the database has answered goes first, always.
"""

from collections.abc import Generator, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from select import POLLIN, POLLOUT, poll
from threading import local
from typing import Any, Generic, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.waiting import Wait

Result = TypeVar("Result")
_this_thread = local()
_EVENTS = {Wait.R: POLLIN, Wait.W: POLLOUT, Wait.RW: POLLIN | POLLOUT}


class Steps(Generic[Result]):
    """Work in small steps: a generator that yields after each of them, and returns what comes of all.

    After a step that fails none is taken. `rest` raises its error: who takes steps while it waits is not troubled by them.
    """

    def __init__(self, steps: Generator[None, None, Result]) -> None:
        self._steps = steps
        self._end: Future[Result] = Future()

    def step(self) -> bool:
        """Take a step, if one is left; whether there may be more."""
        if not self._end.done():
            try:
                next(self._steps)
            except StopIteration as end:
                self._end.set_result(end.value)
            except Exception as error:  # noqa: BLE001  # whatever it is, `rest` raises it
                self._end.set_exception(error)
        return not self._end.done()

    def rest(self) -> Result:
        """Take all steps that are left; what came of the work."""
        while self.step():
            pass
        return self._end.result()


@contextmanager
def meanwhile(steps: Steps[Any] | None) -> Iterator[None]:
    """Within the block this thread takes steps, as long as there are any, wherever it waits for a `Connection`.

    Steps must not wait for what the block holds, a lock or a connection of the pool: nobody else would let them go on.
    """
    _this_thread.steps = steps
    try:
        yield
    finally:
        _this_thread.steps = None


class Connection(psycopg.Connection[Any]):
    """A connection whose waiting can be filled."""

    def wait(self, gen: PQGen[Result], *how: Any, **more: Any) -> Result:
        """As psycopg's own, which is called for everything that may take the server a while."""
        steps = getattr(_this_thread, "steps", None)
        return super().wait(gen if steps is None else _filled(gen, self.pgconn.socket, steps), *how, **more)


def _filled(talk: PQGen[Result], socket: int, steps: Steps[Any]) -> PQGen[Result]:
    """The same talk with the server; before it waits for the socket, steps are taken until that is ready."""
    try:
        wanted = next(talk)
        while True:
            _fill(socket, wanted, steps)
            wanted = talk.send((yield wanted))
    except StopIteration as end:
        answer: Result = end.value
        return answer


def _fill(socket: int, wanted: Wait, steps: Steps[Any]) -> None:
    ready = poll()
    ready.register(socket, _EVENTS[wanted])
    _this_thread.steps = None  # A step that waits for a connection of its own only waits.
    try:
        while not ready.poll(0) and steps.step():
            pass
    finally:
        _this_thread.steps = steps
