"""`gridmap worker`: notices what comes due, reminds, brings notices out of the house, until it is told to stop.

Any number may run: each takes what no other has in hand. What one was doing when it died was not done, and the next does it.
"""

import click

from gridmap.cli.settings import read_settings
from gridmap.cli.until_told import told_to_stop


@click.command
def command() -> None:
    """值守 · look after clocks, reminders and notices, until Ctrl-C. Several may run."""
    from gridmap import logs  # noqa: PLC0415  # heavy: not for --help
    from gridmap.cli.database import opened_engine  # noqa: PLC0415  # same
    from gridmap.cli.watchman import keep_watch  # noqa: PLC0415  # same

    stop = told_to_stop()
    settings = read_settings()
    logs.configure(settings.log_level)
    with opened_engine(settings) as engine:
        keep_watch(engine, settings, stop)
