"""`gridmap relay`: gives committed events their place in the live feed, until it is told to stop."""

import click

from gridmap.cli.settings import read_settings
from gridmap.cli.until_told import told_to_stop


@click.command
def command() -> None:
    """实时中继 · place committed events in the live feed, until Ctrl-C. A second one stands by."""
    from gridmap import logs  # noqa: PLC0415  # heavy: not for --help
    from gridmap.cli.database import opened_engine  # noqa: PLC0415  # same
    from gridmap.live.relay import run  # noqa: PLC0415  # same

    stop = told_to_stop()
    settings = read_settings()
    logs.configure(settings.log_level)
    with opened_engine(settings) as engine:
        run(engine, settings, stop)
