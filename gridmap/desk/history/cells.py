"""The cells of a column, many at a time: which of them are plainly in order, and their values.

A cell that is not plainly in order is not wrong: `loading.cells` looks at its row again, and knows.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gridmap.cases.many_due import Micros
from gridmap.desk.loading.cells import NO_LETTERS, SHORTENED

Mask = NDArray[np.bool_]

# What `str.strip` would take off, apostrophes that tables put before formulas, zeros, numbers that lost digits.
_BLANK = r"[\s\p{Z}\x{1c}-\x{1f}\x{85}]"
_ODD = rf"^(?:{_BLANK}|'|[0-9](?:\.[0-9]+)?[eE]\+[0-9]+$)|{_BLANK}$|\x{{0}}"
_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$"
_FEW = 1024  # Cells: so many are looked at one by one rather than halved again.
_MICROS = pa.timestamp("us", "UTC")


def one(column: Any) -> Any:
    """The column in one piece."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


class Words(NamedTuple):
    """A column of few different words: `number[i]` is the place of row `i`'s word in `words`, whose first is ""."""

    number: NDArray[np.int64]
    words: list[str]

    def where(self, fits: Callable[[str], bool]) -> Mask:
        """The rows whose word fits."""
        found: Mask = np.fromiter(map(fits, self.words), dtype=bool, count=len(self.words))[self.number]
        return found

    def each(self, value: Callable[[str], int]) -> NDArray[np.int64]:
        """A number for each row, made of its word."""
        return np.fromiter(map(value, self.words), dtype=np.int64, count=len(self.words))[self.number]

    @property
    def column(self) -> Any:
        """As pyarrow has it; "" is none."""
        return pa.DictionaryArray.from_arrays(pa.array(self.number, mask=self.number == 0), pa.array(self.words, pa.string()))


def words(column: Any, count: int, *, most: int) -> tuple[Words, Mask]:
    """Cells that are mostly the same few; those of more than `most` letters and those that are no text are not in order."""
    if column is None or pa.types.is_null(column.type):
        return Words(np.zeros(count, dtype=np.int64), [""]), np.ones(count, dtype=bool)
    array = one(column)
    if not _is_text(array.type):
        return Words(np.zeros(count, dtype=np.int64), [""]), np.asarray(array.is_null())
    coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    known = coded.dictionary.to_pylist()
    place = {word: n for n, word in enumerate(dict.fromkeys(["", *(word or "" for word in known)]))}
    to = np.array([*(place[word or ""] for word in known), 0], dtype=np.int64)
    found = Words(to[np.asarray(coded.indices.fill_null(len(known))).astype(np.int64)], list(place))
    return found, found.where(lambda word: _plain(word, most))


@lru_cache(maxsize=65_536)
def _plain(word: str, most: int) -> bool:
    sound = word == word.strip() and len(word) <= most and not word.startswith("'")
    return sound and not NO_LETTERS.search(word) and not SHORTENED.fullmatch(word)


def texts(column: Any, count: int, *, most: int) -> tuple[Any, Mask]:
    """Cells that mostly differ, "" where there is none."""
    if column is None or pa.types.is_null(column.type):
        return pa.array([""] * count, pa.string()), np.ones(count, dtype=bool)
    array = one(column)
    if not _is_text(array.type):
        return pa.array([""] * count, pa.string()), np.asarray(array.is_null())
    plain = pc.fill_null(array.dictionary_decode() if pa.types.is_dictionary(array.type) else array, "")
    odd = pc.or_(pc.match_substring_regex(plain, _ODD), pc.greater(pc.utf8_length(plain), most))
    return plain, ~np.asarray(odd)


def _is_text(kind: Any) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


class Moments(NamedTuple):
    """Moments, and which rows have one; the others hold zero."""

    micros: Micros
    there: Mask


def moments(column: Any, count: int) -> tuple[Moments, Mask]:
    """Moments with their zone."""
    nothing = Moments(np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool))
    if column is None or pa.types.is_null(column.type):
        return nothing, np.ones(count, dtype=bool)
    array = one(column)
    if pa.types.is_timestamp(array.type) and array.type.tz is not None:
        there = np.asarray(array.is_valid())
        return Moments(np.asarray(pc.fill_null(array.cast(_MICROS, safe=False).cast(pa.int64()), 0)), there), there | ~there
    if not _is_text(array.type):
        return nothing, np.asarray(array.is_null())
    text = pc.fill_null(array.dictionary_decode() if pa.types.is_dictionary(array.type) else array, "")
    sound = pc.match_substring_regex(text, _MOMENT)
    read = _read(pc.if_else(sound, text, pa.scalar(None, text.type)))
    there = np.asarray(read.is_valid())
    return Moments(np.asarray(pc.fill_null(read.cast(pa.int64()), 0)), there), there | np.asarray(pc.equal(text, ""))


def _read(text: Any) -> Any:
    """The moments these texts say, none where there is no such day or hour."""
    try:
        return text.cast(_MICROS)
    except pa.ArrowInvalid:
        if len(text) <= _FEW:
            return pa.nulls(len(text), _MICROS)
        half = len(text) // 2
        return pa.concat_arrays([_read(text[:half]), _read(text[half:])])


def measures(column: Any, count: int, *, most: float) -> tuple[NDArray[np.float64], Mask]:
    """Numbers from 0 to `most`; NaN where there is none."""
    if column is None or pa.types.is_null(column.type):
        return np.full(count, np.nan), np.ones(count, dtype=bool)
    array = one(column)
    if not (pa.types.is_floating(array.type) or pa.types.is_integer(array.type)):
        empty = pc.equal(array, "") if _is_text(array.type) and not pa.types.is_dictionary(array.type) else array.is_null()
        return np.full(count, np.nan), np.asarray(pc.fill_null(empty, fill_value=True))
    found = np.asarray(pc.fill_null(array.cast(pa.float64()), np.nan))
    return found, np.asarray(array.is_null()) | ((found >= 0) & (found <= most))


def bare(column: Any, count: int) -> Mask:
    """Lists that are empty."""
    if column is None or pa.types.is_null(column.type):
        return np.ones(count, dtype=bool)
    array = one(column)
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        return np.asarray(pc.equal(pc.fill_null(pc.list_value_length(array), 0), 0))
    if not _is_text(array.type) or pa.types.is_dictionary(array.type):
        return np.asarray(array.is_null())
    return np.asarray(pc.is_in(pc.fill_null(array, ""), value_set=pa.array(["", "[]"])))
