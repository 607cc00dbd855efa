"""Writing Parquet: each column as the file that is read has it; what that says of its geometry stays.

A single file is written anew from its beginning after a kill, for its index comes last. A folder is continued: its parts
are written under another name, put on the disk, and only then take their own.
"""

import json
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gridmap.durable import keep_names
from gridmap.geo.streams import points
from gridmap.geo.streams.batches import Floats, without
from gridmap.geo.streams.parquet import GEO, opened

PART_ROWS = 4_000_000
PART = "part-*.parquet"
_DICTIONARY_BYTES = 6  # A place in a dictionary takes four bytes at most.


class ParquetFile:
    """One file. It can't be continued: `write` gives no mark.

    Args:
        source: the Parquet file or folder whose columns and geometry it keeps, where that is what is read.
        foreign: the column in which another format has its points; they are written in WGS-84 instead.
    """

    def __init__(self, draft: Path, schema: Any, *, source: Path | None, foreign: str | None = None) -> None:
        self._file = draft.open("wb")
        self._foreign = foreign
        schema = without(schema.empty_table(), self._foreign).schema
        self._adds = _adds_geometry(schema)
        self._writer = pq.ParquetWriter(self._file, _with_geometry(schema) if self._adds else schema, **_like(source, schema))

    def write(self, table: Any, lon: Floats, lat: Floats) -> int | None:
        """See `Sink`."""
        table = without(table, self._foreign)
        self._writer.write_table(_placed(table, lon, lat) if self._adds else table)
        return None

    def close(self) -> None:
        """See `Sink`."""
        self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def leave(self) -> None:
        """See `Sink`."""
        self._writer.is_open = False  # Else it would write the end of the file when it is thrown away.
        self._file.close()


class ParquetParts:
    """A folder of parts of some four million rows, each written whole or not at all."""

    def __init__(self, draft: Path, schema: Any, *, source: Path | None, foreign: str | None, mark: int) -> None:
        draft.mkdir(exist_ok=True)
        self._folder, self._begun = draft, partial(ParquetFile, schema=schema, source=source, foreign=foreign)
        self._done = mark
        self._part: ParquetFile | None = None
        self._rows = 0
        for later in sorted(draft.iterdir()):
            if later.name not in {part_name(n) for n in range(mark)}:
                later.unlink()

    def write(self, table: Any, lon: Floats, lat: Floats) -> int | None:
        """See `Sink`. The mark counts parts."""
        if self._part is None:
            self._part = self._begun(self._unfinished)
        self._part.write(table, lon, lat)
        self._rows += table.num_rows
        if self._rows < PART_ROWS:
            return None
        self._end_part()
        return self._done

    def close(self) -> None:
        """See `Sink`."""
        if self._part is not None or not self._done:
            self._part = self._part or self._begun(self._unfinished)
            self._end_part()

    def leave(self) -> None:
        """See `Sink`."""
        if self._part is not None:
            self._part.leave()

    @property
    def _unfinished(self) -> Path:
        return self._folder / f".{part_name(self._done)}"

    def _end_part(self) -> None:
        if self._part is not None:
            self._part.close()
            self._unfinished.rename(self._folder / part_name(self._done))
            keep_names(self._folder)
            self._done, self._rows, self._part = self._done + 1, 0, None


def part_name(n: int) -> str:
    """What the n-th part of a folder is called."""
    return PART.replace("*", f"{n:05}")


def _like(source: Path | None, schema: Any) -> Mapping[str, Any]:
    """How to write: columns of the source as they are there, dictionaries, compression and statistics; without one, as is usual.

    Dictionaries that the source lacks get no statistics: the least and the greatest grid of rows in no order tell nobody
    anything, and cost nearly as much as all the rest of the writing.
    """
    coded = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    if source is None:
        return {"use_dictionary": coded, "write_statistics": [name for name in schema.names if name not in coded]}
    first = next(iter(sorted(source.glob("*.parquet"))), source) if source.is_dir() else source
    about = opened(first).metadata
    columns = _chunks(about)
    repeated = [column.path_in_schema for column in columns if column.has_dictionary_page and not _unique(column)]
    usual = next((column.compression.lower() for column in columns), "snappy")
    return {
        "use_dictionary": repeated + [name for name in coded if name not in repeated],
        "compression": "none" if usual == "uncompressed" else usual,
        "write_statistics": [column.path_in_schema for column in columns if column.is_stats_set],
    }


def _chunks(about: Any) -> Sequence[Any]:
    if not about.num_row_groups:
        return ()
    group = about.row_group(0)
    return [group.column(i) for i in range(group.num_columns)]


def _unique(column: Any) -> bool:
    """Whether most values differ, so that the writer gave its dictionary up: to try again costs a third of the time."""
    return bool(column.total_uncompressed_size > _DICTIONARY_BYTES * max(column.num_values, 1))


def _adds_geometry(schema: Any) -> bool:
    return GEO not in (schema.metadata or {})


def _with_geometry(schema: Any) -> Any:
    name = _free(schema.names)
    column = {"encoding": "WKB", "geometry_types": ["Point"]}  # No word of a reference system means OGC:CRS84.
    geo = {"version": "1.1.0", "primary_column": name, "columns": {name: column}}
    metadata = {**(schema.metadata or {}), GEO: json.dumps(geo).encode()}
    return schema.append(pa.field(name, pa.binary())).with_metadata(metadata)


def _free(names: Sequence[str]) -> str:
    wanted = ("geometry", *(f"geometry_{n}" for n in range(2, len(names) + 3)))
    return next(name for name in wanted if name not in names)


def _placed(table: Any, lon: Floats, lat: Floats) -> Any:
    return table.append_column(_free(table.column_names), points.to_wkb(lon, lat))
