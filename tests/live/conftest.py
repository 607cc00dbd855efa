"""What the tests of the live wire share: events with real commits, and a relay in a thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from threading import Thread

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.config import Settings
from gridmap.journal.feed import advance
from gridmap.journal.write import Event, write
from gridmap.live import relay

SETTINGS = Settings(relay_seconds=0.02, simulate=False)


def event(subject: str, *, topic: str = "cases", kind: str = "case.opened") -> Event:
    return Event(topic, kind, subject, "test", {"case": {"id": subject}})


def commit(engine: Engine, *subjects: str) -> None:
    """Write one event for each subject, and commit them together."""
    with Session(engine) as session, session.begin():
        write(session, [event(subject) for subject in subjects])


def place(engine: Engine) -> int:
    """One turn of the relay."""
    with Session(engine) as session, session.begin():
        return advance(session)


@contextmanager
def relaying(engine: Engine) -> Iterator[Thread]:
    """A relay at work in a thread of its own."""
    stop = Flag()
    thread = Thread(target=relay.run, args=(engine, SETTINGS, stop), daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
