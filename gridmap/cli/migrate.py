"""`gridmap migrate`: bring the tables up to date."""

import click

from gridmap.cli.settings import read_settings


def upgrade(url: str) -> None:
    """Run every migration that is missing in the database at `url`. Two at once: the second waits and finds nothing to do."""
    from alembic import command as alembic_command  # noqa: PLC0415  # heavy, and only needed here
    from alembic.config import Config  # noqa: PLC0415  # same
    from sqlalchemy import text  # noqa: PLC0415  # same

    from gridmap.db import make_engine  # noqa: PLC0415  # same
    from gridmap.resources import migrations_dir  # noqa: PLC0415  # same

    config = Config()
    config.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    engine = make_engine(url, pool_size=2)
    try:
        # The lock has a connection of its own: on alembic's it would open a transaction alembic leaves to us to commit.
        with engine.connect() as lock, engine.connect() as connection:
            lock.execute(text("set lock_timeout = 0"))
            lock.execute(text("select pg_advisory_lock(hashtext('gridmap migrations'))"))
            config.attributes["connection"] = connection
            alembic_command.upgrade(config, "head")
            lock.rollback()
            lock.execute(text("select pg_advisory_unlock_all()"))
    finally:
        engine.dispose()


@click.command
def command() -> None:
    """更新数据库结构 · bring the database's tables up to date."""
    from gridmap.cluster.tenancy import database  # noqa: PLC0415  # psycopg: not for --help

    with database(read_settings()) as url:
        upgrade(url)
    click.echo("数据库结构已是最新 · the database is up to date")
