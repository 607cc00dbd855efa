"""What goes wrong with a file ends in a sentence and an exit status."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from gridmap.cli.ticker import Ticker
from gridmap.cli.words import say, say_error
from gridmap.errors import GridmapError, Unavailable, msg

REFUSED, USAGE = 1, 2


@contextmanager
def told(ticker: Ticker, writing: Path | None) -> Iterator[None]:
    """For the length of the block; `ticker` is done before anything else is said.

    A datum that is missing is a slip of usage. `writing` is the file written, where the system does not say which it was.
    """
    try:
        yield
    except Unavailable:  # Of the database: every command ends alike.
        raise
    except OSError as error:
        ticker.done()
        facts = {"file": error.filename or writing, "why": error.strerror}
        click.echo(say(msg("%(file)s can't be written: %(why)s"), facts), err=True)
        sys.exit(REFUSED)
    except GridmapError as error:
        ticker.done()
        click.echo(say_error(error), err=True)
        sys.exit(USAGE if any(fault.field == "datum" for fault in error.faults) else REFUSED)
    ticker.done()
