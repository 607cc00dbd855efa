"""CSV and TSV in a stream: cells stay the text they are; what is written is quoted only where it must be."""

import codecs
import csv
import io
import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from gridmap.errors import Fault, Invalid, Term, msg
from gridmap.geo.datum import Datum
from gridmap.geo.files import columns
from gridmap.geo.files.contents import Counted
from gridmap.geo.streams import points
from gridmap.geo.streams.batches import (
    BATCH_BYTES,
    Batch,
    Floats,
    Held,
    Refuse,
    TextFile,
    TextSink,
    coordinate_columns,
    plain,
    without,
)

_SEPARATORS = ",\t;|"
_SAMPLE = 4 * 1024 * 1024  # By so much of the beginning encoding and separator are known.
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_FORMULA = r"^('*[=+\-@\t\r])"
_NEEDS_QUOTES = r'[",;|\t\r\n]'
_LINE_END = "\r\n"
_NOT_CLOSED = msg("a quote is never closed")
_TOO_LONG = msg("a row is longer than 8 MB, or a quote in it is never closed")


class DelimitedSource:
    """A table of UTF-8, GB 18030 or, with a mark, UTF-16; separated by comma, tab, semicolon or bar.

    Args:
        named: the columns of longitude and latitude; by default those that are called so.
        refuse: told of every line with more or fewer cells than columns, which is kept out. Lines are counted as rows of
            the table, the header being row 1: a cell may hold line breaks.

    Raises:
        Invalid: not text in these encodings, a column name twice, no columns of longitude and latitude.
    """

    def __init__(self, path: Path, named: tuple[str, str] | None, refuse: Refuse) -> None:
        self._path, self._refuse = path, refuse
        with path.open("rb") as file:
            sample = file.read(_SAMPLE)
        self._encoding = _encoding(sample)
        text = codecs.getincrementaldecoder(self._encoding)("replace").decode(sample, final=False).removeprefix("\ufeff")
        self._skipped = 1 if text[:4].lower() == "sep=" else 0
        body = text.partition("\n")[2] if self._skipped else text
        self._separator = text[4:5] if self._skipped else max(_SEPARATORS, key=body.partition("\n")[0].count)
        self._names = _header(body, self._separator)
        self._lon, self._lat = coordinate_columns(self._names, named)
        self._datum = next((name for name in self._names if columns.called(name) == "datum"), None)
        self._word: str | None = None
        schema = pa.schema([(name, pa.string()) for name in self._names])
        self.held = Held(schema, Counted.ROW, datum=self._named_datum(), verbatim=True)

    def batches(self, skip: int) -> Iterator[Batch]:
        """See `Source`. Rows that are skipped are read again, and what is wrong with them is told again."""
        out: list[int] = []
        number, last = 2, ""
        try:
            for some in self._reader(out):
                numbers, number = _numbers(number, some.num_rows, out)
                last = some.column(some.num_columns - 1)[-1].as_py() if some.num_rows else last
                if skip < some.num_rows:
                    yield self._batch(some.slice(skip), numbers[skip:])
                skip = max(skip - some.num_rows, 0)
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            raise Invalid(
                msg("The table can't be read from row %(row)s on: %(why)s"), field="file", row=number, why=_why(error)
            ) from error
        self._check_closed(number - 1, last)

    def _check_closed(self, number: int, last: str) -> None:
        """Raise Invalid where the file's last cell spans lines because its quote is never closed."""
        with self._path.open("rb") as file:
            file.seek(max(-64, -self._path.stat().st_size), os.SEEK_END)
            tail = file.read().rstrip(b"\r\n\0")
        if "\n" in last and not tail.endswith((b'"', b'"\0')):
            raise Invalid(
                msg("The table can't be read from row %(row)s on: %(why)s"),
                field="file",
                row=number,
                why=Term(_NOT_CLOSED),
            )

    def _reader(self, out: list[int]) -> Iterator[Any]:
        yield from pacsv.open_csv(
            self._path,
            # One thread: with several, pyarrow does not tell which row is wrong.
            pacsv.ReadOptions(use_threads=False, block_size=BATCH_BYTES // 2, encoding=self._encoding, skip_rows=self._skipped),
            pacsv.ParseOptions(
                delimiter=self._separator, newlines_in_values=True, invalid_row_handler=partial(self._kept_out, out)
            ),
            pacsv.ConvertOptions(column_types=dict.fromkeys(self._names, pa.string()), strings_can_be_null=False),
        )

    def _kept_out(self, out: list[int], row: Any) -> str:
        if row.text.count('"') % 2:
            return "error"  # A quote that is never closed takes in all that follows: that is no matter of one row.
        out.append(row.number)
        fault = msg("There are more cells than columns: %(cells)s")
        if row.actual_columns < row.expected_columns:
            fault = msg("There are fewer cells than columns: %(cells)s")
        self._refuse(row.number, Fault("", fault, {"cells": row.actual_columns}), row.text)
        return "skip"

    def _batch(self, some: Any, numbers: NDArray[np.int64]) -> Batch:
        table = pa.Table.from_batches([some])
        if self._datum is not None and set(pc.unique(table[self._datum]).to_pylist()) - {self._word, ""}:
            raise Invalid(msg("The column 'datum' does not say the same in every line"), field="datum")
        return Batch(table, *points.of_columns(table[self._lon], table[self._lat]), numbers)

    def _named_datum(self) -> Datum | None:
        if self._datum is None:
            return None
        with self._path.open(encoding=self._encoding, newline="") as file:
            for _ in range(self._skipped):
                file.readline()
            place = self._names.index(self._datum)
            for row in csv.reader(file, delimiter=self._separator):
                if len(row) > place and row[place] not in ("", self._names[place]):
                    self._word = row[place]
                    return columns.datum_named(self._word.strip())
        return None


def _why(error: Exception) -> str:
    """pyarrow has words of its own for a row that does not fit into what it reads at once, half of `BATCH_BYTES`."""
    return Term(_TOO_LONG) if "straddling object" in str(error) else str(error)[:300]


def _encoding(sample: bytes) -> str:
    if not sample.strip():
        raise Invalid(msg("The file is empty"), field="file")
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    for encoding in ("utf-8", "gb18030"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(sample, final=False)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return encoding
    raise Invalid(msg("The file is not text in UTF-8 or GB 18030"), field="file")


def _header(text: str, separator: str) -> list[str]:
    names = next((row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if any(row)), [])
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Invalid(msg("Columns stand there twice: %(names)s"), field="file", names=", ".join(twice))
    return names


def _numbers(first: int, rows: int, out: list[int]) -> tuple[NDArray[np.int64], int]:
    """The numbers of the next `rows` rows from `first` on, without those in `out` (ascending, taken off), and the next one."""
    passed = 0
    while passed < len(out) and out[passed] < first + rows + passed:
        passed += 1
    numbers = np.setdiff1d(np.arange(first, first + rows + passed, dtype=np.int64), np.array(out[:passed], dtype=np.int64))
    del out[:passed]
    return numbers, first + rows + passed


class DelimitedFile(TextSink):
    """A table of UTF-8 with mark, as our exports are; places of other formats in lon, lat and datum (WGS-84)."""

    def __init__(self, draft: Path, schema: Any, held: Held, *, mark: int) -> None:
        self._text = TextFile(draft, mark)
        self._verbatim, self._geometry = held.verbatim, held.geometry
        self._adds = held.apart or held.geometry is not None
        self._separator = "\t" if draft.suffix.lower() == ".tsv" else ","
        if not mark:
            names = [*(name for name in schema.names if name != held.geometry), *self._places(schema.names)]
            line = io.StringIO(newline="")
            csv.writer(line, delimiter=self._separator, lineterminator=_LINE_END).writerow(names)
            self._text.add(codecs.BOM_UTF8 + line.getvalue().encode())

    def _places(self, names: Sequence[str]) -> list[str]:
        return [name for name in ("lon", "lat", "datum") if name not in names] if self._adds else []

    def write(self, table: Any, lon: Floats, lat: Floats) -> int | None:
        """See `Sink`. The mark counts bytes."""
        told = {"lon": pa.array(lon, mask=~np.isfinite(lon)), "lat": pa.array(lat, mask=~np.isfinite(lat))}
        datum = pa.array([str(Datum.WGS84)] * table.num_rows)
        placed = self._places(table.column_names)
        cells = [self._cells(column) for column in plain(without(table, self._geometry)).itercolumns()]
        cells += [self._cells(told.get(name, datum)) for name in placed]
        lines = pc.binary_join_element_wise(*cells, self._separator)
        ended = pc.binary_join_element_wise(lines, "", _LINE_END)
        for chunk in ended.chunks if isinstance(ended, pa.ChunkedArray) else [ended]:
            _, offsets, data = chunk.buffers()
            if data is not None:
                ends = np.frombuffer(offsets, dtype=np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
                self._text.add(memoryview(data)[ends[0] : ends[-1]])
        return self._text.kept()

    def _cells(self, column: Any) -> Any:
        text = pc.fill_null(_as_text(column), "")
        if not self._verbatim and pa.types.is_string(column.type):
            text = pc.replace_substring_regex(text, _FORMULA, r"'\1")
        needy = pc.match_substring_regex(text, _NEEDS_QUOTES)
        if not pc.any(needy).as_py():
            return text
        quoted = pc.binary_join_element_wise('"', pc.replace_substring(text, '"', '""'), '"', "")
        return pc.if_else(needy, quoted, text)


def _as_text(column: Any) -> Any:
    if pa.types.is_nested(column.type):
        return pa.array([None if cell is None else orjson.dumps(cell).decode() for cell in column.to_pylist()], pa.string())
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise Invalid(
            msg("A column of kind %(kind)s can't be written as text: choose another format"), field="file", kind=str(column.type)
        ) from error
