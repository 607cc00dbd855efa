"""A layer's tables within a KML file, which has no room of its own for them: data of the document, each a CSV text."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from gridmap.geo.files import delimited
from gridmap.geo.files.contents import Layer

_BEGINS = '<Document id="root_doc">\n'  # As GDAL writes it; a document's own data come before its schema.


def add_tables(path: Path, tables: Sequence[Layer]) -> None:
    """Write tables into a KML file that GDAL has written.

    Raises:
        ValueError: it does not begin as GDAL's do.
    """
    before, begins, after = path.read_text("utf-8").partition(_BEGINS)
    if not begins:
        raise ValueError(f"{path.name} has no document to describe")
    told = "".join(f"<Data name={quoteattr(one.name)}><value>{escape(_text(one))}</value></Data>\n" for one in tables)
    path.write_text(f"{before}{begins}<ExtendedData>\n{told}</ExtendedData>\n{after}", "utf-8")


def _text(table: Layer) -> str:
    with tempfile.TemporaryDirectory(prefix="gridmap-") as folder:
        path = Path(folder) / f"{table.name}.csv"
        delimited.write(path, table)
        return path.read_text("utf-8-sig")
