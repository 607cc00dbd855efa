"""GeoParquet (1.0 and 1.1) and plain Parquet with columns of numbers, read row group by row group: one file, or a folder."""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gridmap.errors import Invalid, msg
from gridmap.geo.files.contents import Counted
from gridmap.geo.streams import points
from gridmap.geo.streams.batches import Batch, Held, batch_rows, check_points, coordinate_columns

GEO = b"geo"
_NATIVE = "point"  # GeoParquet 1.1: coordinates as a struct of x and y
_CRS84 = "OGC:CRS84"  # What GeoParquet means where it says nothing.


class RowGroup(NamedTuple):
    """A piece of a file that can be read by itself: `number` is its place in the file, `rows` how many it has, `first` what
    the first of them is called, counted from 1 over the whole source."""

    path: Path
    number: int
    rows: int
    first: int


class Points(NamedTuple):
    """Where a row's point stands: in a column of geometries, or in two of coordinates."""

    geometry: str | None
    columns: tuple[str, str] | None

    def read(self, groups: Iterable[RowGroup], skip: int = 0) -> Iterator[Batch]:
        """The rows of these row groups without the first `skip`; whole row groups of those are not read.

        Raises:
            Invalid: a file is damaged, or its points stand in columns of a kind that holds none.
        """
        for path, of_file in groupby(groups, key=lambda group: group.path):
            held = list(of_file)
            try:
                yield from self._of_file(opened(path), held, skip)
            except (pa.ArrowException, OSError) as error:
                raise _unreadable(path, error) from error
            skip = max(skip - sum(group.rows for group in held), 0)

    def _of_file(self, file: Any, groups: Iterable[RowGroup], skip: int) -> Iterator[Batch]:
        for group in groups:
            if skip >= group.rows:
                skip -= group.rows
                continue
            first = group.first
            size = batch_rows(file.metadata.row_group(group.number).total_byte_size / max(group.rows, 1))
            for some in file.iter_batches(batch_size=size, row_groups=[group.number]):
                if skip < some.num_rows:
                    yield self._batch(some.slice(skip), first + skip)
                first, skip = first + some.num_rows, max(skip - some.num_rows, 0)

    def _batch(self, some: Any, number: int) -> Batch:
        table = pa.Table.from_batches([some])
        if self.columns is None:
            x, y = points.of_geometry(table[self.geometry])
        else:
            x, y = points.of_columns(*(table[name] for name in self.columns))
        return Batch(table, x, y, np.arange(number, number + table.num_rows, dtype=np.int64))


class ParquetSource:
    """A file, or the .parquet files of a folder in the order of their names, all of the same columns.

    Args:
        named: the columns of longitude and latitude; by default the geometry the file declares, or else the columns that
            are called so.

    Raises:
        Invalid: a file is no Parquet, its columns differ from the first's, or its geometry is none we read.
    """

    def __init__(self, path: Path, named: tuple[str, str] | None) -> None:
        paths = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        if not paths:
            raise Invalid(msg("There is no .parquet file in the folder %(path)s"), field="file", path=str(path))
        schema = opened(paths[0]).schema_arrow
        self.groups: list[RowGroup] = []
        rows = 0
        for one in paths:
            file = opened(one)
            for number in range(file.num_row_groups):
                self.groups.append(RowGroup(one, number, file.metadata.row_group(number).num_rows, rows + 1))
                rows += self.groups[-1].rows
            if not file.schema_arrow.equals(schema):
                raise Invalid(
                    msg("The columns of %(file)s are not those of %(first)s"),
                    field="file",
                    file=one.name,
                    first=paths[0].name,
                )
        geometry, crs = (None, None) if named else _geometry(schema)
        self.points = Points(geometry, coordinate_columns(schema.names, named) if geometry is None else None)
        self.held = Held(schema, Counted.ROW, crs, None, geometry, rows)

    def batches(self, skip: int) -> Iterator[Batch]:
        """See `Source`. Row groups that are skipped are not read."""
        return self.points.read(self.groups, skip)


def opened(path: Path) -> Any:
    """The file, its index read. Raises Invalid where it is no Parquet."""
    try:
        return pq.ParquetFile(path, memory_map=True, pre_buffer=False)
    except pa.ArrowInvalid as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> Invalid:
    return Invalid(msg("The file can't be read: %(why)s"), field="file", why=f"{path.name}: {error}"[:300])


def _geometry(schema: Any) -> tuple[str | None, str | None]:
    """The primary column of points and the words of its reference system."""
    about = (schema.metadata or {}).get(GEO)
    if about is None:
        return None, None
    try:
        geo = json.loads(about)
        name = geo["primary_column"]
        column = geo["columns"][name]
        encoding, crs, kinds = column["encoding"], column.get("crs", _CRS84), list(map(str, column.get("geometry_types", [])))
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(msg("What the file says of its geometry can't be read"), field="file") from error
    if encoding not in ("WKB", _NATIVE) or name not in schema.names:
        raise Invalid(msg("The geometry is written as '%(encoding)s'; WKB and point are read"), field="file", encoding=encoding)
    check_points(kinds)
    return name, crs if crs is None or isinstance(crs, str) else json.dumps(crs)
