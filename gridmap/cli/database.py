"""A session for a command: the database of the settings, started if need be and stopped afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from gridmap.cases import working
from gridmap.cluster.tenancy import database
from gridmap.config import Settings
from gridmap.db import make_engine, make_sessions
from gridmap.errors import Unavailable, msg


@contextmanager
def opened_engine(settings: Settings) -> Iterator[Engine]:
    """An engine on the settings' database for the length of the block.

    Raises:
        Unavailable: the database does not answer, is lost meanwhile, or has no tables yet.
    """
    working.keep_hours(settings.working_hours)
    with database(settings) as url:
        engine = make_engine(url, pool_size=2)
        try:
            _check_tables(engine)
            yield engine
        except OperationalError as error:
            raise Unavailable(msg("The database does not answer: %(reason)s"), reason=str(error.orig).strip()) from error
        finally:
            engine.dispose()


@contextmanager
def opened_session(settings: Settings) -> Iterator[Session]:
    """A session on it. The command commits; without a commit everything is rolled back."""
    with opened_engine(settings) as engine, make_sessions(engine)() as session:
        yield session


def _check_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        table = connection.execute(text("select to_regclass('alembic_version')")).scalar()
    if table is None:
        raise Unavailable(msg("The database has no tables yet. Type: gridmap migrate"))
