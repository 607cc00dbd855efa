"""Past cases: ended ones that came in as history, for reading only. They have a table of their own, see decision 53.

A past case's id begins with the month in which it was received, and its number says the same: 20241100000012 is 202411-00000012.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from shapely.geometry import Point
from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, LargeBinary, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.elements import KeyedColumnElement

from gridmap.cases.models import Case
from gridmap.cases.states import State
from gridmap.clock import local
from gridmap.db import Base, as_json, run
from gridmap.geo.shapes import Shape

MONTH_IDS = 10**8  # As many past cases a month can have.
ENDED_AS = (State.CLOSED, State.VOID)
_SETTLES = timedelta(days=1)  # So long a month is not history yet: figures of the last 24 hours need not look there.
_FIRST_ID = 100_000 * MONTH_IDS  # Ids of live cases count from 1.
_PAST_NUMBER = re.compile("[1-9][0-9]{5}-[0-9]{8}")


class PastCase(Base):
    """A past case. Partitioned by id: a piece for each month of each load, attached when it is whole."""

    __tablename__ = "past_case"
    __table_args__ = (
        CheckConstraint("state IN ({})".format(", ".join(f"'{state}'" for state in ENDED_AS)), name="state"),
        Index("ix_past_case_recent", "received_at", "id"),
        Index("ix_past_case_closed", "closed_at"),
        Index("ix_past_case_grid", "grid_code", "received_at", postgresql_ops={"grid_code": "text_pattern_ops"}),
        {"postgresql_partition_by": "RANGE (id)"},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(BigInteger)  # Of the file it came in.
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    accuracy_m: Mapped[float | None]
    limit_value: Mapped[float | None]
    category_id: Mapped[int | None]
    publication: Mapped[int | None]  # The boundaries it was routed by.
    ambiguous: Mapped[bool]
    source: Mapped[str] = mapped_column(Text)
    source_id: Mapped[str] = mapped_column(Text)
    source_code: Mapped[str | None] = mapped_column(Text)
    state: Mapped[State] = mapped_column(Text)
    limit_unit: Mapped[str | None] = mapped_column(Text)
    grid_code: Mapped[str | None] = mapped_column(Text)
    camera_id: Mapped[str | None] = mapped_column(Text)
    location: Mapped[Point | None] = mapped_column(Shape("POINT", spatial_index=False))
    address: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    media: Mapped[list[Any] | None] = mapped_column(JSON)
    route: Mapped[dict[str, Any] | None] = mapped_column(
        JSON
    )  # None: its grid covers its place, and nothing else came into question.


class PastLoad(Base):
    """A file of history that was loaded, or is being loaded: known by its contents."""

    __tablename__ = "past_load"
    __table_args__ = (
        CheckConstraint("(done_at IS NULL) = (new IS NULL)", name="done"),
        Index("uq_past_load_begun", "begun", unique=True, postgresql_where="begun"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    digest: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB)
    actor: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    rows: Mapped[int] = mapped_column(BigInteger, server_default="0")  # Of the file, that are in its pieces.
    begun: Mapped[bool]  # And not done: there is one such load at most.
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    new: Mapped[int | None] = mapped_column(BigInteger)
    # A sieve of its keys, see `desk.history.sieve`; None until it is done, and where it was done before there were sieves.
    keys: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class PastPiece(Base):
    """The past cases of one month that came in one load: ids from `first_id` on, in the table `past_case_<first_id>`."""

    __tablename__ = "past_piece"

    load_id: Mapped[int] = mapped_column(ForeignKey(PastLoad.id), primary_key=True)
    first_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(BigInteger)


def history_ends(now: datetime) -> datetime:
    """What occurred, came in and was closed before this moment may be history; all else is live. The beginning of a month."""
    month = local(now - _SETTLES).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return month.astimezone(now.tzinfo)


def any_past(ids: Iterable[int]) -> bool:
    """Whether any of these ids is a past case's."""
    return any(one >= _FIRST_ID for one in ids)


def past_number(id_: int) -> str:
    """The number of the past case with this id."""
    return f"{id_ // MONTH_IDS}-{id_ % MONTH_IDS:08d}"


def past_id(number: str) -> int | None:
    """The id of the past case with this number, if there is one; None where a number is no past case's."""
    return int(number.replace("-", "")) if _PAST_NUMBER.fullmatch(number) else None


NEWEST_SQL = "SELECT coalesce(max(id), 0) FROM past_load WHERE NOT begun"  # The load that was done last; 0: none was.
LOADS_SQL = "SELECT id, keys FROM past_load WHERE NOT begun AND id > %(newest)s ORDER BY id"
_NUMBER_SQL = "substr(CAST(id AS text), 1, 6) || '-' || substr(CAST(id AS text), 7)"
# Past cases by their keys: (source, source_id, id, number).
KNOWN_SQL = f"""
    SELECT source, source_id, id, {_NUMBER_SQL}
    FROM json_to_recordset(CAST(%(past)s AS json)) AS asked (source text, source_id text)
    JOIN past_case USING (source, source_id)
"""


def known(session: Session, ids: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these keys (source, source_id) that past cases have."""
    rows = run(session, KNOWN_SQL, {"past": as_json([{"source": source, "source_id": source_id} for source, source_id in ids])})
    return {(source, source_id) for source, source_id, *_ in rows}


# Every column of `cases`, of past cases as they would stand there.
_ROUTE = """coalesce(route, json_build_object(
    'rule', 'covers', 'basis', 'location', 'grid', grid_code, 'point', json_build_array(ST_X(location), ST_Y(location)),
    'publication', publication, 'boundary', NULL, 'distance_to_border_m', NULL, 'runner_up', NULL, 'ambiguous', false,
    'candidates', json_build_array(), 'accuracy_m', accuracy_m, 'limit_m', NULL))"""
_INSTEAD = {
    "number": _NUMBER_SQL,
    "media": "coalesce(media, '[]')",
    "route": _ROUTE,
    "alerts": "1",
    "version": "0",
    "reply": "''",
    "rounds": "0",
    "clock_round": "0",
    "exempt": "false",
}


_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types


def _said(column: KeyedColumnElement[Any]) -> str:
    name = column.key
    kind = column.type.compile(_POSTGRESQL)
    return _INSTEAD.get(name) or (name if name in PastCase.__table__.columns else f"CAST(NULL AS {kind})")


_NAMES = [column.key for column in Case.__table__.columns]
PAST_AS_CASES = f"SELECT {', '.join(f'{_said(column)} AS {column.key}' for column in Case.__table__.columns)} FROM past_case"
# Stands where `cases` would in a query that is to find past cases too. Who asks for open cases alone need not look there.
EVERY_CASE = f"(SELECT {', '.join(_NAMES)} FROM cases UNION ALL {PAST_AS_CASES})"
