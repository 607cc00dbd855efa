"""Programs that go on until they are told to stop."""

import signal
from threading import Event, Thread


def told_to_stop() -> Event:
    """An event that Ctrl-C and SIGTERM set from now on."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        # In a thread of its own: the handler may interrupt this one while it holds the event's lock.
        signal.signal(number, lambda *_: Thread(target=stop.set).start())
    return stop
