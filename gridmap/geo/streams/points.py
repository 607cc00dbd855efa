"""Points in columns, and columns of points: well-known binary, GeoParquet's native points, numbers and text."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from gridmap.geo.streams.batches import Floats

# A point in two dimensions: byte order (1: little-endian), kind (1: point), x, y. OGC 06-103r4, 8.2.
_WKB = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"


def of_geometry(column: Any) -> tuple[Floats, Floats]:
    """x and y of a column of WKB or of native points (struct of x and y, or pairs); NaN where a row is no point."""
    array = _one(column)
    if pa.types.is_struct(array.type):
        return _numbers(pc.struct_field(array, "x")), _numbers(pc.struct_field(array, "y"))
    if pa.types.is_fixed_size_list(array.type):
        return _numbers(pc.list_element(array, 0)), _numbers(pc.list_element(array, 1))
    return _of_wkb(array)


def of_columns(lon: Any, lat: Any) -> tuple[Floats, Floats]:
    """x and y of two columns of numbers, or of text; NaN where a cell is no number."""
    return _numbers(_one(lon)), _numbers(_one(lat))


def to_wkb(lon: Floats, lat: Floats) -> Any:
    """A column of WKB points; null where one of the two is not finite."""
    n = len(lon)
    sound = np.isfinite(lon) & np.isfinite(lat)
    records = np.empty(n, dtype=_WKB)
    records["order"], records["kind"], records["x"], records["y"] = 1, 1, lon, lat
    ends = np.arange(n + 1, dtype=np.int32) * _WKB.itemsize
    whole = pa.Array.from_buffers(pa.binary(), n, [None, pa.py_buffer(ends), pa.py_buffer(records)])
    return whole if sound.all() else pc.if_else(pa.array(sound), whole, pa.scalar(None, pa.binary()))


def _one(column: Any) -> Any:
    """The column in one piece, its values themselves."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def _of_wkb(array: Any) -> tuple[Floats, Floats]:
    if pa.types.is_fixed_size_binary(array.type):
        array = array.cast(pa.binary())
    large = pa.types.is_large_binary(array.type)
    _, offsets, data = array.cast(array.type).buffers()
    width = np.int64 if large else np.int32
    ends = np.frombuffer(offsets, dtype=width)[array.offset : array.offset + len(array) + 1] if len(array) else np.zeros(1, int)
    lengths = np.diff(ends)
    there = lengths > 0
    if data is not None and (lengths[there] == _WKB.itemsize).all():
        records = np.frombuffer(data, dtype=np.uint8)[ends[0] : ends[-1]].view(_WKB)
        if ((records["order"] == 1) & (records["kind"] == 1)).all():
            return _spread(records["x"], there), _spread(records["y"], there)
    return _by_shapely(array)


def _spread(values: Any, there: NDArray[np.bool_]) -> Floats:
    if there.all():
        return np.ascontiguousarray(values)
    found = np.full(len(there), np.nan)
    found[there] = values
    return found


def _by_shapely(array: Any) -> tuple[Floats, Floats]:
    """Other byte orders, heights, other kinds: what is no point becomes NaN."""
    shapes = shapely.from_wkb(np.array(array.to_pylist(), dtype=object), on_invalid="ignore")
    shapes[shapely.is_empty(shapes)] = None  # GEOS has no x of an empty point, and raises.
    return np.asarray(shapely.get_x(shapes)), np.asarray(shapely.get_y(shapes))


def _numbers(array: Any) -> Floats:
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        array = _parsed(array)
    return np.asarray(pc.fill_null(array.cast(pa.float64()), np.nan).to_numpy(zero_copy_only=False))


def _parsed(text: Any) -> Any:
    try:
        return text.cast(pa.float64())
    except pa.ArrowInvalid:  # One cell that is no number; which, tells the pattern.
        bare = pc.utf8_trim_whitespace(text)
        sound = pc.match_substring_regex(bare, _NUMBER)
        return pc.if_else(sound, bare, pa.scalar(None, bare.type)).cast(pa.float64())
