"""Past cases as columns, and how they are written: into the piece of the month in which each was received."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridmap.cases.many_due import Micros
from gridmap.desk.history import rows
from gridmap.desk.history.cells import Mask, Moments
from gridmap.desk.history.rows import Bytes, Column
from gridmap.desk.history.sieve import Prints

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIXED = (
    *("line", "occurred_at", "received_at", "closed_at", "due_at", "accuracy_m", "limit_value", "category_id", "publication"),
    *("ambiguous", "location"),
)
TEXTS = (
    *("source", "source_id", "source_code", "state", "limit_unit", "grid_code", "camera_id", "address", "text", "media", "route"),
)
COLUMNS = ("id", *FIXED, *TEXTS)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_AHEAD = timedelta(hours=8) // timedelta(microseconds=1)  # The town's clocks, in all years of history.


def micros(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def month_of(moments: Micros) -> Ints:
    """The months of these moments by the town's clocks, as 202411."""
    months = (moments + _AHEAD).astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    return (1970 + months // 12) * 100 + 1 + months % 12


class ByMonth(NamedTuple):
    """Rows in the order of the months in which they were received.

    Attributes:
        rows: (n,) their places in the batch.
        months: which months these are, as 202411, ascending.
        begins: where each month begins among `rows`, and at last their number.
    """

    rows: Ints
    months: list[int]
    begins: list[int]


@dataclass(frozen=True)
class Settled:
    """Past cases by columns, (n,) each. Moments are microseconds since 1970-01-01 UTC, NaN and -1 stand for none; `texts` are
    pyarrow's."""

    line: Ints
    occurred_at: Micros
    received_at: Micros
    closed_at: Micros
    due_at: Moments
    accuracy_m: Floats
    limit_value: Floats
    category_id: Ints
    publication: Ints
    ambiguous: Mask
    lon: Floats
    lat: Floats
    texts: Mapping[str, Any]

    def by_month(self, which: Mask) -> "ByMonth":
        """The rows that are meant, in the order in which they are written."""
        rows_meant = np.flatnonzero(which)
        months = month_of(self.received_at[rows_meant])
        if not bool((months[1:] >= months[:-1]).all()):
            sorting = np.argsort(months, kind="stable")
            rows_meant, months = rows_meant[sorting], months[sorting]
        found, begins = np.unique(months, return_index=True)
        return ByMonth(rows_meant, found.tolist(), [*begins.tolist(), len(rows_meant)])

    def keys(self, order: "ByMonth") -> Prints:
        """Fingerprints of (source, source_id) of these rows."""
        return rows.fingerprints(*(rows.texts(self.texts[name]).rows(order.rows) for name in ("source", "source_id")))

    def written(self, order: "ByMonth", nexts: Sequence[int]) -> list[Bytes]:
        """The rows of each month as binary COPY takes them.

        Args:
            nexts: of each month the next id.
        """
        counts = np.diff(order.begins)
        ids = np.arange(len(order.rows)) + np.repeat(np.array(nexts, dtype=np.int64) - order.begins[:-1], counts)
        as_they_are = len(order.rows) == len(self.line) and bool((order.rows[1:] > order.rows[:-1]).all())
        told = self._columns() if as_they_are else [column.rows(order.rows) for column in self._columns()]
        data, at = rows.written([rows.numbers(ids, ">i8"), *told])
        return [data[at[begin] : at[end]] for begin, end in pairwise(order.begins)]

    def _columns(self) -> list[Column]:
        """As `COLUMNS` names them, but for the id."""
        return [
            rows.numbers(self.line, ">i8"),
            rows.moments(self.occurred_at),
            rows.moments(self.received_at),
            rows.moments(self.closed_at),
            rows.moments(*self.due_at),
            rows.numbers(self.accuracy_m, ">f8", ~np.isnan(self.accuracy_m)),
            rows.numbers(self.limit_value, ">f8", ~np.isnan(self.limit_value)),
            rows.numbers(self.category_id, ">i4", self.category_id >= 0),
            rows.numbers(self.publication, ">i4", self.publication > 0),
            rows.numbers(self.ambiguous, "u1"),
            rows.places(self.lon, self.lat),
            *(rows.texts(self.texts[name]) for name in TEXTS),
        ]
