"""Cases as columns, in the order of their places along the Z-order curve: what maps and queues ask of a million at once."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.cases.models import OPEN_SQL
from gridmap.cases.past import EVERY_CASE
from gridmap.cases.states import State
from gridmap.db import binary
from gridmap.geo import squares

NEVER = np.iinfo(np.int64).max  # As PostgreSQL writes `infinity`.
NONE = -1
STATES = {state: number for number, state in enumerate(State, 1)}
STATE_OF = {number: state.value for state, number in STATES.items()}

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # From which PostgreSQL counts.
_STATES_SQL = "ARRAY[{}]".format(", ".join(f"'{state}'" for state in STATES))
# What is read of a case: its name, its kind of number, and from what. None is ever null.
_READ = (
    ("id", ">i8", "c.id"),
    ("lon", ">f8", "coalesce(ST_X(c.location), 'NaN')"),
    ("lat", ">f8", "coalesce(ST_Y(c.location), 'NaN')"),
    ("state", ">i4", f"array_position({_STATES_SQL}, c.state)"),
    ("received", ">i8", "c.received_at"),
    ("due", ">i8", "coalesce(c.due_at, 'infinity')"),
    ("done", ">i8", "coalesce(c.handled_at, c.closed_at, 'infinity')"),
    ("grid", ">i8", f"coalesce(CAST(c.grid_code AS bigint), {NONE})"),
    ("category", ">i4", f"coalesce(c.category_id, {NONE})"),
    ("source", ">i8", "hashtextextended(c.source, 0)"),
)
_SELECT = f"SELECT {', '.join(f'array_agg({read})' for _, _, read in _READ)} FROM {{cases}} c WHERE c."
_ARRAY_HEAD = 20  # Bytes before an array's elements, each of which is its length and its value.


class Columns(NamedTuple):
    """One entry a case, ordered by `key`.

    Args:
        key: its place on the Z-order curve of `geo.squares`; `squares.NOWHERE` without a place.
        x, y: the same as column and row; 0 without a place.
        id: the case's id.
        state: as `STATES` numbers them.
        received, due, done: microseconds since 2000-01-01 UTC; `NEVER` without a limit, or while it is not handled.
        grid: the micro-grid's 15 digits as a number; `NONE` where it has none.
        category: the category's id, or `NONE`.
        source: 64 bits of the source's name, as PostgreSQL's hashtextextended makes them.
    """

    key: NDArray[np.int64]
    x: NDArray[np.uint32]
    y: NDArray[np.uint32]
    id: NDArray[np.int64]
    state: NDArray[np.int8]
    received: NDArray[np.int64]
    due: NDArray[np.int64]
    done: NDArray[np.int64]
    grid: NDArray[np.int64]
    category: NDArray[np.int32]
    source: NDArray[np.int64]

    @property
    def all(self) -> tuple[NDArray[Any], ...]:
        """Every column."""
        return tuple(self)

    @property
    def size(self) -> int:
        """How many cases these are."""
        return int(self.key.size)

    def part(self, which: Any) -> "Columns":
        """Some of them: by a slice, a mask, or their positions."""
        return Columns(*(column[which] for column in self.all))

    def without(self, ids: NDArray[np.int64]) -> "Columns":
        """Those that are none of these cases."""
        gone = np.isin(self.id, ids)
        return self.part(~gone) if gone.any() else self

    def with_more(self, others: "Columns") -> "Columns":
        """These and others, which are none of them."""
        if not others.size:
            return self
        places = np.searchsorted(self.key, others.key)
        return Columns(*(np.insert(own, places, more) for own, more in zip(self.all, others.all, strict=True)))


def micros(moment: datetime) -> int:
    """A moment as `Columns` writes it."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def read(session: Session, *, ended: bool, ids: Iterable[int] | None = None) -> Columns:
    """The open cases, or the ended ones; of these ids only, unless None."""
    if ended:
        query = _SELECT.format(cases=EVERY_CASE) + OPEN_SQL.replace("IS NULL", "IS NOT NULL")
    else:
        query = _SELECT.format(cases="cases") + OPEN_SQL
    if ids is not None:
        query += f" AND c.id = ANY('{{{','.join(str(int(one)) for one in ids)}}}')"
    told = binary(session, query)
    return ordered({name: _numbers(array, kind) for (name, kind, _), array in zip(_READ, told, strict=True)})


def _numbers(array: bytes | None, kind: str) -> NDArray[Any]:
    """An array of numbers as PostgreSQL writes it; none of no rows."""
    if array is None:
        return np.empty(0, dtype=kind)
    return np.frombuffer(array, dtype=[("length", ">i4"), ("value", kind)], offset=_ARRAY_HEAD)["value"]


def ordered(read: Mapping[str, NDArray[Any]]) -> Columns:
    """Columns of cases in any order, from what is read of them; lon and lat in degrees WGS-84, NaN without a place."""
    lon, lat = (read[name].astype(np.float64) for name in ("lon", "lat"))
    nowhere = np.isnan(lon)
    x, y = (np.where(nowhere, 0, steps) for steps in squares.square(np.nan_to_num(lon), np.nan_to_num(lat)))
    key = np.where(nowhere, squares.NOWHERE, squares.key(x, y))
    order = np.argsort(key, kind="stable")
    kinds = {"state": np.int8, "category": np.int32}
    rest = (read[name].astype(kinds.get(name, np.int64))[order] for name in Columns._fields[3:])
    return Columns(key[order], x[order].astype(np.uint32), y[order].astype(np.uint32), *rest)
