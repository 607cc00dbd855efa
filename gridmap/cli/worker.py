"""`gridmap worker`: notices what comes due, reminds, brings notices out of the house, until it is told to stop.

Any number may run: each takes what no other has in hand. What one was doing when it died was not done, and the next does it.
"""

import signal
from threading import Event, Thread

import click

from gridmap.cli.settings import read_settings


@click.command
def command() -> None:
    """值守 · look after clocks, reminders and notices, until Ctrl-C. Several may run."""
    from gridmap import logs  # noqa: PLC0415  # heavy: not for --help
    from gridmap.cli.database import opened_engine  # noqa: PLC0415  # same
    from gridmap.cli.watchman import keep_watch  # noqa: PLC0415  # same

    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        # In a thread of its own: the handler may interrupt this one while it holds the event's lock.
        signal.signal(number, lambda *_: Thread(target=stop.set).start())
    settings = read_settings()
    logs.configure(settings.log_level)
    with opened_engine(settings) as engine:
        keep_watch(engine, settings, stop)
