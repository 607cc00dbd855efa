"""The database's floor: the declarative base, the engine, the session. No Flask here, and no tables."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import orjson
import psycopg
from psycopg import sql
from sqlalchemy import Dialect, Engine, MetaData, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from gridmap.meanwhile import Connection

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables stand on this, so that constraints get the same names everywhere."""

    metadata = MetaData(naming_convention=NAMING)


def as_sqlalchemy_url(url: str) -> str:
    """`postgresql://…` or `postgres://…`, as people write it, with the driver this program uses."""
    _, sep, rest = url.partition("://")
    return f"postgresql+psycopg{sep}{rest}"


def _dumps(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def make_engine(
    url: str, *, pool_size: int = 10, max_overflow: int = 20, statement_seconds: float = 0, patience_s: int = 0
) -> Engine:
    """An engine for `url`. Sessions are in UTC and give up on a lock after 10 s rather than hang for ever, and on a
    statement after `statement_seconds` (0: never). With `patience_s` they wait no longer than that for a connection, be it
    a free one (else 10 s) or a new one (else as long as the system tries)."""
    options = f"-c timezone=UTC -c lock_timeout=10s -c statement_timeout={int(statement_seconds * 1000)}"
    # A request's statement keeps to one core: waiting for a second one costs more than it brings when both are busy.
    options += " -c max_parallel_workers_per_gather=0"
    patience = {"connect_timeout": patience_s} if patience_s else {}
    engine = create_engine(
        as_sqlalchemy_url(url),
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=patience_s or 10,
        # The connection used last comes first: its server process has its plans and its caches warm.
        pool_use_lifo=True,
        # A request that finds the server restarted should meet one fresh connection, not ten dead ones.
        pool_pre_ping=False,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        connect_args={"options": options, "application_name": "gridmap", **patience},
    )
    event.listen(engine, "do_connect", _connect)
    return engine


def _connect(_dialect: Dialect, _record: object, given: list[Any], named: dict[str, Any]) -> Connection:
    """SQLAlchemy's driver has no other way to say which kind of connection is meant."""
    return Connection.connect(*given, **named)


def engine_of(session: Session) -> Engine:
    """The engine behind a session, whether it stands on that or on one connection."""
    bind = session.get_bind()
    return bind if isinstance(bind, Engine) else bind.engine


def make_looks(engine: Engine) -> sessionmaker[Session]:
    """A maker of sessions for one single look, without the two round trips that begin and end a transaction."""
    return sessionmaker(engine.execution_options(isolation_level="AUTOCOMMIT"))


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """A maker of sessions; objects stay readable after commit."""
    return sessionmaker(engine, expire_on_commit=False)


_WHICH = text(
    "SELECT system_identifier, (SELECT oid FROM pg_database WHERE datname = current_database()) FROM pg_control_system()"
)


def identity(session: Session) -> str:
    """Twelve letters that no other database has: one made anew, or restored from a backup, is another one.

    Not kept in the database, because its backup would bring it along. Asked once for each connection.
    """
    known = session.connection().info
    if "identity" not in known:
        row = session.execute(_WHICH).one()
        known["identity"] = hashlib.blake2s(f"{row.system_identifier} {row.oid}".encode(), digest_size=6).hexdigest()
    found: str = known["identity"]
    return found


MANY = 50  # Rows from which on COPY is cheaper than INSERT; below, its additional round trip costs more than it saves.


_AT_ONCE = 100  # Lines: each time costs a call of the operating system, and meanwhile the database has none.
NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def as_json(rows: Sequence[Any]) -> str:
    """Rows travel as one JSON document: quoting thousands of values for SQL arrays costs more than all the rest."""
    return orjson.dumps(rows).decode()


def run(session: Session, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run one statement in this session's transaction past SQLAlchemy, whose own work would double its cost.

    For what every alert asks, and nothing else. `statement` has psycopg's places, `%(name)s`; answers the rows.

    Raises:
        DBAPIError: as any other statement would.
    """
    try:
        cursor = _driver(session).execute(statement, values)
        # Not `cursor.description`, which makes an object of every column.
        return cursor.fetchall() if cursor.pgresult.nfields else []
    except psycopg.Error as error:
        raise _translated(session, statement, error) from error


def run_together(session: Session, asked: Sequence[tuple[str, Mapping[str, Any]]]) -> list[list[tuple[Any, ...]]]:
    """Run statements as `run` would, one after the other, but in one round trip; the rows of each.

    Each sees what was committed when it began, so the second sees what the first waited for. After one that fails the
    rest is not run.

    Raises:
        DBAPIError: as any other statement would.
    """
    driver = _driver(session)
    try:
        with driver.pipeline():
            cursors = [driver.execute(statement, values) for statement, values in asked]
        return [cursor.fetchall() if cursor.pgresult.nfields else [] for cursor in cursors]
    except psycopg.Error as error:
        raise _translated(session, asked[0][0], error) from error


def line(values: Iterable[str | None]) -> bytes:
    """A row as `copy` takes it; None is NULL. Lines of some columns each are joined by tabs."""
    # Nearly every text is plain, and to see that is quicker than to look for what would have to be escaped.
    fields = [
        NULL if value is None else value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)
        for value in values
    ]
    return "\t".join(fields).encode()


def field(text: bytes) -> bytes:
    """A long text as a part of a line: quicker than `line` from some hundred characters on."""
    return text.replace(b"\\", rb"\\").replace(b"\n", rb"\n").replace(b"\r", rb"\r").replace(b"\t", rb"\t")


def copy(session: Session, table: str, columns: Sequence[str], lines: Iterable[bytes]) -> None:
    """Append many rows to a table by COPY, in this session's transaction: half the work of an INSERT for the database.

    It begins with the first lines while the next are made.

    Raises:
        DBAPIError: as any other statement would.
    """
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)))
    rest = iter(lines)
    try:
        with _driver(session).cursor() as cursor, cursor.copy(into) as stream:
            while some := list(islice(rest, _AT_ONCE)):
                stream.write(b"\n".join([*some, b""]))
    except psycopg.Error as error:
        raise _translated(session, f"COPY {table}", error) from error


def copy_binary(session: Session, table: str, columns: Sequence[str], data: Iterable[bytes | memoryview]) -> None:
    """Append rows to a table by binary COPY, in this session's transaction; `data` is the whole stream, head and tail included.

    Raises:
        DBAPIError: as any other statement would.
    """
    into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    try:
        with _driver(session).cursor() as cursor, cursor.copy(into) as stream:
            for piece in data:
                stream.write(piece)
    except psycopg.Error as error:
        raise _translated(session, f"COPY {table}", error) from error


def binary(session: Session, statement: str) -> list[bytes | None]:
    """The one row a statement answers, in PostgreSQL's binary form: for arrays of a million numbers, which become no objects.

    Raises:
        DBAPIError: as any other statement would.
    """
    try:
        with _driver(session).cursor(binary=True) as cursor:
            told = cursor.execute(statement).pgresult
            return [told.get_value(0, column) for column in range(told.nfields)]
    except psycopg.Error as error:
        raise _translated(session, statement, error) from error


def _driver(session: Session) -> Any:
    session.flush()
    return session.connection().connection.driver_connection


def _translated(session: Session, statement: str, error: psycopg.Error) -> BaseException:
    """The error as SQLAlchemy would raise it; a connection that is lost is taken out of the session and the pool."""
    connection = session.connection()
    lost = bool(connection.connection.driver_connection.closed)  # type: ignore[union-attr]  # it is there: it just failed
    if lost:
        connection.invalidate(error)
    return DBAPIError.instance(statement, None, error, psycopg.Error, connection_invalidated=lost)
