"""GeoJSON-lines: a feature a line (.geojsonl, .ndjson), also with the record separators of RFC 8142 (.geojsons)."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from gridmap.errors import Fault, msg
from gridmap.geo.files.contents import Counted
from gridmap.geo.streams import batches
from gridmap.geo.streams.batches import Batch, Floats, Held, Refuse, TextFile, TextSink, plain, without

_WHOLE = "feature"
_JSON = {b"gridmap": b"json"}  # Of a column whose text is JSON.
_SEPARATOR = b"\x1e"
_FIELD_KINDS = {(bool,): pa.bool_(), (int,): pa.int64(), (float,): pa.float64(), (float, int): pa.float64(), (str,): pa.string()}


class LinesSource:
    """Features, one a line.

    Args:
        whole: keep each feature in one column as it stands, for it is written as a line again. Otherwise its properties
            become columns, and the file is read twice: before the last line nobody knows which there are.
        refuse: told of each line that is no feature, which is kept out.
    """

    def __init__(self, path: Path, refuse: Refuse, *, whole: bool) -> None:
        self._path, self._refuse, self._whole = path, refuse, whole
        schema = pa.schema([pa.field(_WHOLE, pa.string(), metadata=_JSON)]) if whole else _columns(path)
        self.held = Held(schema, Counted.LINE, apart=True)

    def batches(self, skip: int) -> Iterator[Batch]:
        """See `Source`. Lines that are skipped are read again, and what is wrong with them is told again."""
        for lines in _pieces(self._path):
            features, numbers = [], []
            for number, line in lines:
                feature = _feature(line)
                if feature is None:
                    fault = Fault("", msg("The line is not a GeoJSON feature"), {})
                    self._refuse(number, fault, line.decode("utf-8", "replace")[:1000])
                else:
                    features.append((line, feature))
                    numbers.append(number)
            if skip < len(features):
                yield self._batch(features[skip:], numbers[skip:])
            skip = max(skip - len(features), 0)

    def _batch(self, features: list[tuple[bytes, dict[str, Any]]], numbers: list[int]) -> Batch:
        x, y = np.array([_point(feature) for _, feature in features], dtype=float).reshape(-1, 2).T
        if self._whole:
            columns = [pa.array([line.decode() for line, _ in features], pa.string())]
        else:
            columns = [_column(field, [feature["properties"] or {} for _, feature in features]) for field in self.held.schema]
        table = pa.Table.from_arrays(columns, schema=self.held.schema)
        return Batch(table, np.ascontiguousarray(x), np.ascontiguousarray(y), np.array(numbers, dtype=np.int64))


def _pieces(path: Path) -> Iterator[list[tuple[int, bytes]]]:
    """Lines with their numbers from 1, some megabytes at a time; empty ones are left out."""
    number = 1
    with path.open("rb") as file:
        while lines := file.readlines(batches.BATCH_BYTES // 2):
            bare = [line.lstrip(_SEPARATOR + b"\xef\xbb\xbf").strip() for line in lines]
            yield [(n, line) for n, line in enumerate(bare, start=number) if line]
            number += len(lines)


def _feature(line: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict) or found.get("type") != "Feature":
        return None
    return found if isinstance(found.setdefault("properties", None), dict | None) else None


def _point(feature: dict[str, Any]) -> tuple[float, float]:
    match feature.get("geometry"):
        case {"type": "Point", "coordinates": [x, y, *_]} if {type(x), type(y)} <= {int, float}:  # Not bool, which is an int too.
            return float(x), float(y)
        case _:
            return np.nan, np.nan


def _columns(path: Path) -> Any:
    kinds: dict[str, set[type]] = {}
    for lines in _pieces(path):
        for feature in filter(None, (_feature(line) for _, line in lines)):
            for name, value in (feature["properties"] or {}).items():
                kinds.setdefault(name, set()).add(type(value))
    return pa.schema([_field(name, found - {type(None)}) for name, found in kinds.items()])


def _field(name: str, found: set[type]) -> Any:
    kind = _FIELD_KINDS.get(tuple(sorted(found, key=lambda one: one.__name__)))
    return pa.field(name, pa.string(), metadata=_JSON) if kind is None else pa.field(name, kind)


def _column(field: Any, rows: list[dict[str, Any]]) -> Any:
    values = [row.get(field.name) for row in rows]
    if field.metadata == _JSON:
        values = [None if value is None else orjson.dumps(value).decode() for value in values]
    try:
        return pa.array(values, field.type)
    except OverflowError:  # A number beyond 64 bits: the nearest there is.
        return pa.array([None if value is None else float(value) for value in values]).cast(field.type, safe=False)


class LinesFile(TextSink):
    """A feature a line. Features of another such file keep all they have; of other formats the columns are properties, and
    the point is in WGS-84."""

    def __init__(self, draft: Path, held: Held, *, mark: int) -> None:
        self._text = TextFile(draft, mark)
        self._geometry = held.geometry
        self._whole = _WHOLE if held.schema.names == [_WHOLE] and held.schema.field(0).metadata == _JSON else None

    def write(self, table: Any, lon: Floats, lat: Floats) -> int | None:
        """See `Sink`. The mark counts bytes."""
        rows = plain(without(table, self._geometry)).to_pylist()
        nested = [field.name for field in table.schema if field.metadata == _JSON]
        out = io.BytesIO()
        for row, x, y in zip(rows, lon.tolist(), lat.tolist(), strict=True):
            for name in nested:
                row[name] = None if row[name] is None else orjson.loads(row[name])
            out.write(orjson.dumps(self._told(row, x, y), default=_written, option=orjson.OPT_APPEND_NEWLINE))
        self._text.add(out.getbuffer())
        return self._text.kept()

    def _told(self, row: dict[str, Any], x: float, y: float) -> dict[str, Any]:
        if self._whole is not None:
            feature: dict[str, Any] = row.pop(self._whole)
            return {**feature, "properties": (feature.get("properties") or {}) | row}
        point = {"type": "Point", "coordinates": [x, y]} if np.isfinite(x) and np.isfinite(y) else None
        return {"type": "Feature", "geometry": point, "properties": row}


def _written(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
