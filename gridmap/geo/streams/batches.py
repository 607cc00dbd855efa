"""What all formats have in common: pieces of a file, where they come from and where they go."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gridmap.errors import Fault, Invalid, msg
from gridmap.geo.datum import Datum
from gridmap.geo.files import columns
from gridmap.geo.files.contents import Counted

Floats = NDArray[np.float64]
Refuse = Callable[[int, Fault, str], None]
"""Called as (number, what is wrong, the row as it stands) for a row that can't be read and is kept out."""

BATCH_BYTES = 16 * 1024 * 1024


class Batch(NamedTuple):
    """Some rows of a file.

    Attributes:
        table: every column the file has (pyarrow).
        x: longitudes or eastings in the file's own coordinates, shape (n,); NaN where there is no point.
        y: latitudes or northings, same.
        numbers: which line, row or feature of the file each is, as `Counted` says.
    """

    table: Any
    x: Floats
    y: Floats
    numbers: NDArray[np.int64]


@dataclass(frozen=True)
class Held:
    """What a file says of itself.

    Attributes:
        schema: its columns (pyarrow).
        counted: what its rows' numbers count.
        crs: its coordinate reference system, in words pyproj understands; None where it names none.
        datum: the datum its column `datum` names.
        geometry: the column that holds its points, in a form of the format's own; None where there is no such column.
        apart: its points stand in no column at all.
        rows: how many it has; 0 where that can't be known without reading it.
        verbatim: its cells are text of a table, apostrophes before formulas included.
    """

    schema: Any
    counted: Counted
    crs: str | None = None
    datum: Datum | None = None
    geometry: str | None = None
    rows: int = 0
    verbatim: bool = False
    apart: bool = False


class Source(Protocol):
    """A file to be read, once or again from some row on."""

    @property
    def held(self) -> Held:
        """What the file says of itself."""

    def batches(self, skip: int) -> Iterator[Batch]:
        """Its rows in order, without the first `skip`, which is where an earlier batch ended."""


class Sink(Protocol):
    """A file to be written."""

    def write(self, table: Any, lon: Floats, lat: Floats) -> int | None:
        """Add rows; `lon` and `lat` are their WGS-84 degrees, NaN where they have none.

        Returns:
            A mark from which the file can be continued when the program has been killed (everything before it is on the
            disk), or None where it can't be continued from here.
        """

    def close(self) -> None:
        """Write what remains; the file is whole now."""

    def leave(self) -> None:
        """Let go of the file as it is."""


class TextSink:
    """What sinks of text have in common: `_text` is where they write."""

    _text: "TextFile"

    def close(self) -> None:
        """See `Sink`."""
        self._text.kept()
        self._text.leave()

    def leave(self) -> None:
        """See `Sink`."""
        self._text.leave()


class TextFile:
    """A text file that grows, and can be cut back to where it was surely whole."""

    def __init__(self, draft: Path, mark: int) -> None:
        self._file = draft.open("r+b" if mark else "wb")
        self._file.truncate(mark)
        self._file.seek(mark)

    def add(self, data: bytes | memoryview) -> None:
        """Write on."""
        self._file.write(data)

    def kept(self) -> int:
        """Put what was written on the disk; its length in bytes."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def leave(self) -> None:
        """Let go of it."""
        self._file.close()


def batch_rows(bytes_per_row: float) -> int:
    """How many rows to take at once: few where they are wide, so that memory stays bounded."""
    return int(min(1 << 19, max(1024, 4 * BATCH_BYTES / max(bytes_per_row, 1.0))))


def coordinate_columns(names: Sequence[str], named: tuple[str, str] | None) -> tuple[str, str]:
    """The columns of longitude and latitude: those `named`, or those that are called so.

    Raises:
        Invalid: there are none.
    """
    known = {columns.called(name): name for name in reversed(names)}
    if named and (missing := [name for name in named if name not in names]):
        told = ", ".join(names)[:200]
        raise Invalid(msg("There is no column '%(column)s' among %(names)s"), field="file", column=missing[0], names=told)
    found = named or (known.get("lon", ""), known.get("lat", ""))
    if not set(found) <= set(names):
        raise Invalid(
            msg("The columns of longitude and latitude are not among %(names)s: name them with --lon and --lat"),
            field="file",
            names=", ".join(names)[:200],
        )
    return found


def check_points(kinds: Sequence[str]) -> None:
    """Raises Invalid where a file names the kinds of its geometries (none: they may be of any), and points are not among them."""
    if kinds and not any(kind.startswith("Point") for kind in kinds):  # "Point Z" is one as well.
        raise Invalid(msg("The file holds no points but %(kinds)s"), field="file", kinds=", ".join(kinds)[:120])


def plain(table: Any) -> Any:
    """The table with its dictionary columns as plain text, for formats that know no dictionaries."""
    fields = [pa.field(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type) for f in table.schema]
    return table.cast(pa.schema(fields))


def without(table: Any, *names: str | None) -> Any:
    """The table without these columns, as far as it has them."""
    return table.select([name for name in table.column_names if name not in names])
