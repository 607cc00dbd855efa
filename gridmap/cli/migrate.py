"""`gridmap migrate`: bring the tables up to date."""

import click

from gridmap.cli.settings import read_settings
from gridmap.errors import Unavailable, msg


def upgrade(url: str) -> None:
    """Run every migration that is missing in the database at `url`. Two at once: the second waits and finds nothing to do.

    Raises Unavailable where the database does not answer or does not let us.
    """
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415  # heavy: not for --help

    from gridmap.db import make_engine  # noqa: PLC0415  # same
    from gridmap.migrations import migrate  # noqa: PLC0415  # same

    engine = make_engine(url, pool_size=1)
    try:
        migrate(engine)
    except DBAPIError as error:
        reason = str(error.orig).strip()
        raise Unavailable(msg("The database's tables could not be brought up to date: %(reason)s"), reason=reason) from error
    finally:
        engine.dispose()


@click.command
def command() -> None:
    """更新数据库结构 · bring the database's tables up to date."""
    from gridmap.cluster.tenancy import database  # noqa: PLC0415  # psycopg: not for --help

    with database(read_settings()) as url:
        upgrade(url)
    click.echo("数据库结构已是最新 · the database is up to date")
