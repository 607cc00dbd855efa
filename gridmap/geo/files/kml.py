"""What GDAL has no way to put into a KML file: a layer's tables, as data of the document, each a CSV text; further folders."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from gridmap.geo.files import delimited
from gridmap.geo.files.contents import Layer

_FOLDER, _ENDS = "<Folder>", "</Document></kml>"
_BEGINS = '<Document id="root_doc">\n'  # As GDAL writes it; a document's own data come before its schema.


def add_tables(path: Path, tables: Sequence[Layer]) -> None:
    """Write tables into a KML file that GDAL has written.

    Raises:
        ValueError: it does not begin as GDAL's do.
    """
    before, after = _parted(path, _BEGINS)
    told = "".join(f"<Data name={quoteattr(one.name)}><value>{escape(_text(one))}</value></Data>\n" for one in tables)
    path.write_text(f"{before}{_BEGINS}<ExtendedData>\n{told}</ExtendedData>\n{after}", "utf-8")


def add_folder(path: Path, written: Callable[[Path], None]) -> None:
    """Add to a KML file that GDAL has written the schema and the folder of another one, which `written` writes.

    Raises:
        ValueError: one of them does not begin or end as GDAL's do.
    """
    with tempfile.TemporaryDirectory(prefix="gridmap-") as folder:
        other = Path(folder) / path.name
        written(other)
        schema, rest = _parted(other, _FOLDER)
    head, body = _parted(path, _FOLDER)
    inside = body.removesuffix("\n").removesuffix(_ENDS)
    path.write_text(f"{head}{schema.partition(_BEGINS)[2]}{_FOLDER}{inside}{_FOLDER}{rest}", "utf-8")


def _parted(path: Path, mark: str) -> tuple[str, str]:
    """What stands before the first `mark` of a file, and behind it."""
    before, found, after = path.read_text("utf-8").partition(mark)
    if not found:
        raise ValueError(f"{path.name} is no KML as GDAL writes it")
    return before, after


def _text(table: Layer) -> str:
    with tempfile.TemporaryDirectory(prefix="gridmap-") as folder:
        path = Path(folder) / f"{table.name}.csv"
        delimited.write(path, table)
        return path.read_text("utf-8-sig")
