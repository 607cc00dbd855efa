"""CSV and TSV: which encoding, which separator, and cells that spreadsheets would run as formulas."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
from shapely.geometry.base import BaseGeometry

from gridmap.errors import Invalid, msg
from gridmap.geo.datum import Datum
from gridmap.geo.files import columns
from gridmap.geo.files.contents import Contents, Counted, Kind, Layer, Place, Progress

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_MOST_CELL = 64 * 1024 * 1024  # Well-known text of a whole town in one cell.
_SEPARATORS = ",\t;|，"
_PLACES = {Place.POINT: ("lon", "lat", "datum"), Place.AREA: ("wkt", "datum"), Place.NONE: ()}
# What Excel, LibreOffice and WPS take for the beginning of a formula (OWASP, "CSV injection").
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NEUTRAL = re.compile(r"'+[=+\-@\t\r]")


def read(path: Path, progress: Progress) -> Contents:
    """Read a table of UTF-8 (with or without mark), UTF-16 with mark, or GB 18030/GBK; numbers count lines, header 1.

    Raises:
        Invalid: not text in any of these, or quotes that never close.
    """
    text = decoded(path.read_bytes())
    header, cells = table(text)
    return columns.contents(header, cells, Counted.LINE, progress)


def decoded(data: bytes) -> str:
    """The text of `data`, by its mark, else UTF-8, else GB 18030 (of which GBK and GB 2312 are parts)."""
    if not data.strip():
        raise Invalid(msg("The file is empty"), field="file")
    marked = next((encoding for mark, encoding in _BOMS if data.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid(msg("The file is not text in UTF-8 or GB 18030"), field="file")


def table(text: str) -> tuple[list[str], Iterator[tuple[int, Sequence[str]]]]:
    """The header and, lazily, the other lines with their numbers; empty lines are left out."""
    skip = 0
    if text[:4].lower() == "sep=":  # Excel's own way to say it.
        skip, (first, _, text) = 1, text.partition("\n")
        separator = first[4:5]
    else:
        separator = _separator(text)
    csv.field_size_limit(_MOST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines = _lines(reader, skip)
    _, header = next(lines, (0, []))
    return [restored(name) for name in header], lines


def _separator(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(_SEPARATORS, key=bare.count)


def _lines(reader: Any, skip: int) -> Iterator[tuple[int, Sequence[str]]]:
    while True:
        number = reader.line_num + 1 + skip
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Invalid(
                msg("The table can't be read from line %(line)s on: %(why)s"), field="file", line=number, why=str(error)
            ) from error
        if any(value.strip() for value in values):
            yield number, [restored(value) for value in values]


def restored(cell: str) -> str:
    """The text without the apostrophe that `neutral` puts before it."""
    return cell[1:] if _NEUTRAL.match(cell) else cell


def neutral(cell: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula; `read` takes it off again."""
    return "'" + cell if _FORMULA.match(cell) else cell


def write(path: Path, layer: Layer) -> None:
    """Write the layer as UTF-8 with mark (so that Excel reads it) and comma (tab for .tsv), with a column `datum`."""
    header, rows = flattened(layer)
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", lineterminator="\r\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in row])


def flattened(layer: Layer) -> tuple[list[str], Iterator[list[Any]]]:
    """The layer as a table: header, and rows of text, numbers and None; places in lon, lat (points) or wkt."""
    header = [*(field.name for field in layer.fields), *_PLACES[layer.place]]
    return header, (_cells(layer, properties, shape) for properties, shape in layer.rows)


def _cells(layer: Layer, properties: dict[str, Any], shape: Any) -> list[Any]:
    values = []
    for field in layer.fields:
        value = properties.get(field.name)
        values.append(orjson.dumps(value).decode() if field.kind is Kind.LIST and value is not None else value)
    return [*values, *_place(shape, layer.place)]


def _place(shape: BaseGeometry | None, place: Place) -> list[Any]:
    if place is Place.NONE:
        return []
    if place is Place.AREA:
        return [None if shape is None else shape.wkt, str(Datum.WGS84)]
    return [None, None, str(Datum.WGS84)] if shape is None else [shape.x, shape.y, str(Datum.WGS84)]
