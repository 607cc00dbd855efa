"""Rows as PostgreSQL's binary COPY takes them, made of whole columns; compiled, because each row is of another length."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gridmap.desk.history.prints import mix, unmixed
from gridmap.desk.history.sieve import Prints
from gridmap.routing.cells.compiled import compiled

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]

HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TAIL = b"\xff\xff"
_EPOCH = 946_684_800_000_000  # PostgreSQL counts microseconds from 2000-01-01.
_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("lon", "<f8"), ("lat", "<f8")])  # Extended WKB.
_POINT_WITH_SRID, _SRID = 0x2000_0001, 4326
_LENGTH = 4  # Bytes before each value that say how long it is.


class Fixed(NamedTuple):
    """A column whose values are all as long: (n, width) bytes, and which of them are there."""

    values: Bytes
    there: NDArray[np.bool_]

    def rows(self, which: Ints) -> "Fixed":
        """Of these rows."""
        return Fixed(self.values[which], self.there[which])


class Texts(NamedTuple):
    """A column of text: for each row the number of its text, -1 for none; text `i` is `data[ends[i]:ends[i + 1]]`."""

    number: Ints
    ends: Ints
    data: Bytes

    def rows(self, which: Ints) -> "Texts":
        """Of these rows."""
        return self._replace(number=self.number[which])


Column = Fixed | Texts


def numbers(values: NDArray[Any], kind: str, there: NDArray[np.bool_] | None = None) -> Fixed:
    """A column of numbers; `kind` as numpy writes it, such as `>i8`."""
    width = np.dtype(kind).itemsize
    present = np.ones(len(values), dtype=bool) if there is None else there
    return Fixed(np.ascontiguousarray(values.astype(kind)).view(np.uint8).reshape(-1, width), present)


def moments(micros: Ints, there: NDArray[np.bool_] | None = None) -> Fixed:
    """A column of moments, from microseconds since 1970-01-01 UTC."""
    return numbers(micros - _EPOCH, ">i8", there)


def places(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Fixed:
    """A column of points, in degrees WGS-84; NaN for none."""
    points = np.empty(len(lon), dtype=_POINT)
    points["order"], points["kind"], points["srid"], points["lon"], points["lat"] = 1, _POINT_WITH_SRID, _SRID, lon, lat
    return Fixed(points.view(np.uint8).reshape(-1, _POINT.itemsize), ~np.isnan(lon))


def texts(column: Any) -> Texts:
    """A column of text (pyarrow), plain or with a dictionary."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(array.type):
        words = texts(array.dictionary)
        return words._replace(number=np.asarray(array.indices.fill_null(-1)).astype(np.int64))
    plain = array.cast(pa.large_string())
    _, ends, data = plain.buffers()
    numbered = np.arange(len(plain), dtype=np.int64)
    if plain.null_count:
        numbered[np.asarray(plain.is_null())] = -1
    if not len(plain) or data is None:  # No text, or none but empty ones.
        return Texts(numbered, np.zeros(len(plain) + 1, dtype=np.int64), np.empty(0, dtype=np.uint8))
    offsets = np.frombuffer(ends, dtype=np.int64)[plain.offset : plain.offset + len(plain) + 1]
    return Texts(numbered, offsets, np.frombuffer(data, dtype=np.uint8))


def written(columns: Sequence[Column]) -> tuple[Bytes, Ints]:
    """The rows one after the other, and where each begins; the last number is their end."""
    count = len(columns[0][0])
    begins = np.zeros(count + 1, dtype=np.int64)
    lengths = begins[1:]
    lengths += 2
    for column in columns:
        if isinstance(column, Fixed):
            lengths += _LENGTH + column.there * np.int64(column.values.shape[1])
        else:
            _add_lengths(lengths, column.number, column.ends)
    np.cumsum(lengths, out=lengths)
    out = np.empty(begins[-1], dtype=np.uint8)
    at = begins[:-1].copy()
    _put_count(out, at, len(columns))
    for column in columns:
        (_put_fixed if isinstance(column, Fixed) else _put_texts)(out, at, *column)
    return out, begins


def fingerprints(*columns: Texts) -> Prints:
    """64 bits of each row's texts together; of its source and source_id they are its key's, see `prints.of_keys`."""
    found = unmixed(len(columns[0].number))
    for column in columns:
        mix(found, *column)
    return found


@compiled
def _add_lengths(lengths: Ints, number: Ints, ends: Ints) -> None:
    for i in range(len(number)):
        n = number[i]
        lengths[i] += 4 if n < 0 else 4 + ends[n + 1] - ends[n]


@compiled
def _put_count(out: Bytes, at: Ints, count: int) -> None:
    for i in range(len(at)):
        out[at[i]] = 0
        out[at[i] + 1] = count
        at[i] += 2


@compiled
def _put_fixed(out: Bytes, at: Ints, values: Bytes, there: NDArray[np.bool_]) -> None:
    width = values.shape[1]
    for i in range(len(at)):
        p = at[i]
        for k in range(4):
            out[p + k] = 0 if there[i] else 255
        p += 4
        if there[i]:
            out[p - 1] = width
            for k in range(width):
                out[p + k] = values[i, k]
            p += width
        at[i] = p


@compiled
def _put_texts(out: Bytes, at: Ints, number: Ints, ends: Ints, data: Bytes) -> None:
    for i in range(len(at)):
        p, n = at[i], number[i]
        begin, length = (ends[n], ends[n + 1] - ends[n]) if n >= 0 else (0, -1)
        for k in range(4):
            out[p + k] = (length >> (24 - 8 * k)) & 255
        p += 4
        for k in range(length):
            out[p + k] = data[begin + k]
        at[i] = p + max(length, 0)
