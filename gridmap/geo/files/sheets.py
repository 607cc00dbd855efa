"""Excel workbooks (.xlsx): the first sheet, its first row the names of the columns."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils.exceptions import InvalidFileException

from gridmap.errors import Invalid, msg
from gridmap.geo.files import archives, columns, delimited
from gridmap.geo.files.contents import Contents, Counted, Layer, Progress

_MOST_CELL = 32_767  # What Excel itself takes in one cell.
_MOST_ROWS = 1_048_576
# What openpyxl lets through from files that are no workbooks.
_DAMAGE = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    OverflowError,
)


def read(path: Path, progress: Progress) -> Contents:
    """Read the first sheet; numbers count its rows. Of formulas the values Excel last saved are taken, none is run.

    Raises:
        Invalid: not a workbook, or a damaged one.
    """
    if not zipfile.is_zipfile(path):
        raise Invalid(
            msg("The file is not an Excel workbook (.xlsx), or only part of one; save an old .xls as .xlsx"), field="file"
        )
    with archives.opened(path):  # A workbook is a zip archive, and as dangerous as one.
        pass
    with path.open("rb") as file:  # Ours to close: openpyxl leaves damaged files open.
        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except _DAMAGE as error:
            raise _damaged(error) from error
        lines = _lines(book.worksheets[0] if book.worksheets else None)
        _, header = next(lines, (0, ()))
        return columns.contents(header, lines, Counted.ROW, progress)


def _damaged(error: Exception) -> Invalid:
    return Invalid(msg("The file is not an Excel workbook (.xlsx): %(why)s"), field="file", why=str(error)[:200])


def _lines(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    if sheet is None:
        raise Invalid(msg("The workbook has no sheet"), field="file")
    sheet.reset_dimensions()  # Files lie about them; the cells themselves don't.
    try:
        width = 0
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            if all(value is None or value == "" for value in values):
                continue
            width = width or len(values)
            yield number, [*map(_plain, values), *[None] * (width - len(values))]
    except _DAMAGE as error:
        raise _damaged(error) from error


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | float | None) else str(value)


def write(path: Path, layer: Layer) -> None:
    """Write the layer to one sheet; every text is stored as text, so none is ever a formula.

    Raises:
        Invalid: more than Excel takes: a cell of 32,767 letters, 1,048,576 rows, control characters.
    """
    header, rows = delimited.flattened(layer)
    lines = [header, *rows]
    _check(lines)  # First: a workbook given up half-way complains when it is thrown away.
    book = Workbook(write_only=True)
    sheet = book.create_sheet(layer.name)
    for line in lines:
        sheet.append([_cell(sheet, value) for value in line])
    book.save(path)


def _check(lines: Sequence[Sequence[Any]]) -> None:
    if len(lines) > _MOST_ROWS:
        raise Invalid(msg("Excel takes %(most)s rows; export to GeoPackage instead"), field="file", most=_MOST_ROWS)
    for number, line in enumerate(lines, start=1):
        for name, value in zip(lines[0], line, strict=True):
            if not isinstance(value, str):
                continue
            if len(value) > _MOST_CELL:
                text = msg("A cell of %(count)s letters is more than Excel takes; export to GeoPackage")
                raise Invalid(text, field="file", count=len(value))
            if ILLEGAL_CHARACTERS_RE.search(value):
                text = msg("Row %(row)s, %(column)s: it holds control characters, which Excel does not take; export to CSV")
                raise Invalid(text, field="file", row=number, column=name)


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell
