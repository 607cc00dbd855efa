"""GeoPackage and zipped Shapefile, by GDAL (pyogrio). GDAL gets only files whose first bytes are what their name says."""

import codecs
import struct
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from shapely.geometry import Polygon

from gridmap.errors import Fault, Invalid, msg
from gridmap.geo.files import archives, delimited, kml
from gridmap.geo.files.contents import Contents, Counted, Kind, Layer, Place, Progress, Row
from gridmap.geo.shapes import as_multipolygon

_SQLITE = b"SQLite format 3\0"
_SHAPEFILE = bytes.fromhex("0000270a")
_NEEDED = (".shp", ".shx", ".dbf")
_PARTS = (*_NEEDED, ".prj", ".cpg")
GDAL_ERRORS = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError)
_MOST_TEXT = 254  # bytes in a Shapefile's text field
_EVERY = 5000


def read_geopackage(path: Path, name: str, progress: Progress) -> Contents:
    """Read the layer called `name`, or the only one; numbers count features from 1."""
    check_geopackage(path)
    try:
        with quietly():
            layers = [str(layer) for layer, _ in pyogrio.list_layers(path)]
    except GDAL_ERRORS as error:
        raise unreadable(error) from error
    if name not in layers and len(layers) != 1:
        raise Invalid(
            msg("The GeoPackage holds several layers (%(layers)s), none of them called '%(name)s'"),
            field="file",
            layers=", ".join(layers)[:200] or "-",
            name=name,
        )
    return _read(path, name if name in layers else layers[0], None, progress)


def check_geopackage(path: Path) -> None:
    """Raise Invalid where the file does not begin as a GeoPackage does."""
    with path.open("rb") as file:
        if file.read(len(_SQLITE)) != _SQLITE:
            raise Invalid(msg("The file is not a GeoPackage"), field="file")


def read_shapefile(path: Path, progress: Progress) -> Contents:
    """Read the one Shapefile of a zip archive, wherever in it; text by its .cpg, else UTF-8, else GB 18030."""
    with tempfile.TemporaryDirectory(prefix="gridmap-") as folder, archives.opened(path) as archive:
        stem = Path(folder) / "layer"
        parts = _parts(archive)
        for suffix, entry in parts.items():
            archives.unpack(archive, entry, stem.with_suffix(suffix))
        if stem.with_suffix(".shp").read_bytes()[:4] != _SHAPEFILE:
            raise Invalid(msg("The archive's .shp is not a Shapefile"), field="file")
        encoding = _encoding(stem)
        stem.with_suffix(".cpg").unlink(missing_ok=True)  # It is heeded already, and GDAL knows fewer names than we.
        return _read(stem.with_suffix(".shp"), None, encoding, progress)


@contextmanager
def quietly() -> Iterator[None]:
    """Without GDAL's remarks on slightly odd files (an old application id, a missing extent): they are no use to anyone here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def unreadable(error: Exception) -> Invalid:
    """What GDAL can't read, in its own words."""
    return Invalid(msg("The file can't be read: %(why)s"), field="file", why=str(error)[:300])


def _parts(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for entry in archive.infolist():
        name = entry.filename.replace("\\", "/")
        stem, dot, suffix = name.rpartition(".")
        if not name.startswith("__MACOSX/") and dot + suffix.lower() in _PARTS:
            found.setdefault(stem, {})[dot + suffix.lower()] = entry
    whole = {stem: parts for stem, parts in found.items() if ".shp" in parts}
    if len(whole) != 1:
        raise Invalid(msg("The zip archive must hold one Shapefile, it holds %(count)s"), field="file", count=len(whole))
    ((stem, parts),) = whole.items()
    for other, more in found.items():  # ROADS.SHP beside roads.dbf
        if other.lower() == stem.lower():
            parts = {**more, **parts}
    missing = [suffix for suffix in _NEEDED if suffix not in parts]
    if missing:
        raise Invalid(msg("The Shapefile lacks its %(missing)s"), field="file", missing=", ".join(missing))
    return parts


def _encoding(stem: Path) -> str:
    code_page = stem.with_suffix(".cpg")
    if code_page.exists():
        named = _code_page(code_page.read_bytes()[:64].decode("ascii", "replace"))
        if named:
            return named
    texts = list(_texts(stem.with_suffix(".dbf").read_bytes()))
    for encoding in ("utf-8", "gb18030"):
        if all(_decodes(text, encoding) for text in texts):
            return encoding
    raise Invalid(msg("The Shapefile's text is neither UTF-8 nor GB 18030, and no .cpg says what it is"), field="file")


def _code_page(word: str) -> str | None:
    name = word.strip().strip("\0").lower().removeprefix("ansi").removeprefix("oem").strip()
    name = {
        "65001": "utf-8",
        "936": "gb18030",
        "gbk": "gb18030",
        "gb2312": "gb18030",
        "cp936": "gb18030",
        "54936": "gb18030",
    }.get(name, f"cp{name}" if name.isdigit() else name)
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _texts(table: bytes) -> Iterator[bytes]:
    """The text cells of a dBase table: its header says how many records of which fields of which widths."""
    try:
        count, head, width = struct.unpack_from("<IHH", table, 4)
        fields = []
        at, start = 32, 1
        while at + 32 <= head and table[at] != 0x0D:
            fields.append((start, start + table[at + 16], chr(table[at + 11])))
            start += table[at + 16]
            at += 32
    except (struct.error, IndexError) as error:
        raise Invalid(msg("The Shapefile's .dbf is damaged"), field="file") from error
    texts = [(begin, end) for begin, end, kind in fields if kind == "C"]
    for record in range(head, min(head + count * width, len(table)), max(width, 1)):
        for begin, end in texts:
            yield table[record + begin : record + end].rstrip(b" \0")


def _decodes(text: bytes, encoding: str) -> bool:
    try:
        # The last letter may have been cut off by the field's width; that is no sign of another encoding.
        codecs.getincrementaldecoder(encoding)().decode(text, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _read(path: Path, layer: str | None, encoding: str | None, progress: Progress) -> Contents:
    try:
        with quietly():
            meta, _, wkb, columns = pyogrio.raw.read(path, layer=layer, encoding=encoding, datetime_as_string=True)
    except UnicodeDecodeError as error:
        raise Invalid(
            msg("The file's text is not in the encoding it names (%(encoding)s)"), field="file", encoding=encoding or "UTF-8"
        ) from error
    except GDAL_ERRORS as error:
        raise unreadable(error) from error
    names = [str(name) for name in meta["fields"]]
    values = [_plain(column) for column in columns]
    shapes = [None] * len(values[0] if values else []) if wkb is None else list(shapely.from_wkb(wkb, on_invalid="ignore"))
    rows, heights = [], 0
    for i, shape in enumerate(shapes):
        faults: tuple[Fault, ...] = ()
        if shape is None and wkb is not None and wkb[i] is not None:
            faults = (Fault("geometry", msg("The geometry can't be read"), {}),)
        heights += shape is not None and bool(shape.has_z)
        flat = None if shape is None or shape.is_empty else shapely.force_2d(shape)
        rows.append(Row(i + 1, dict(zip(names, (column[i] for column in values), strict=True)), flat, faults))
        if (i + 1) % _EVERY == 0:
            progress("read", i + 1, len(shapes))
    return Contents(rows, Counted.FEATURE, meta["crs"], None, heights)


def _plain(column: Any) -> list[Any]:
    values = column.tolist()
    if column.dtype.kind == "f":
        return [None if value != value else value for value in values]  # noqa: PLR0124  # NaN is what differs from itself
    return [value.isoformat() if hasattr(value, "isoformat") else value for value in values]


def write_geopackage(path: Path, layer: Layer) -> None:
    """Write the layer into a new GeoPackage, EPSG:4326, with what belongs to it beside it; lists become JSON text."""
    path.unlink(missing_ok=True)
    _write(path, layer, _names(layer), driver="GPKG", layer=layer.name, geometry_type=_multi(layer))
    for one in layer.layers:
        _write(path, one, _names(one), driver="GPKG", layer=one.name, geometry_type=_multi(one), append=True)
    for table in layer.tables:
        _write(path, table, _names(table), driver="GPKG", layer=table.name, append=True)


def write_shapefile(path: Path, layer: Layer) -> None:
    """Write the layer as a zipped Shapefile, EPSG:4326, with a .cpg that says the encoding; field names are the short ones.
    What belongs to it lies beside it as CSV.

    Raises:
        Invalid: a text longer than the 254 bytes a Shapefile takes, or letters its encoding has not.
    """
    for properties, _ in layer.rows:
        for name, value in properties.items():
            if isinstance(value, str | list) and len(_encoded(name, _text(value), layer.encoding)) > _MOST_TEXT:
                raise Invalid(msg("A Shapefile takes texts of 254 bytes, %(field)s is longer; export to GeoPackage"), field=name)
    names = [field.short or field.name for field in layer.fields]
    kind = "Point" if layer.place is Place.POINT else "Polygon"
    with tempfile.TemporaryDirectory(prefix="gridmap-") as folder:
        inside = Path(folder) / f"{layer.name}.shp"
        _write(inside, layer, names, driver="ESRI Shapefile", encoding=layer.encoding, geometry_type=kind)
        for table in (*layer.tables, *layer.layers):
            delimited.write(Path(folder) / f"{table.name}.csv", table)
        archives.packed(path, Path(folder))


def write_kml(path: Path, layer: Layer) -> None:
    """Write the layer as KML: a placemark is called by the field `name`, described by the first field, and has all as its data.

    Its tables stand among the document's data, each as a CSV text; its layers are folders after its own.
    """
    shown = {"NameField": "name", "DescriptionField": layer.fields[0].name}
    _write(path, layer, _names(layer), driver="KML", layer=layer.name, geometry_type=_multi(layer), dataset_options=shown)
    for one in layer.layers:
        if one.rows:
            kml.add_folder(path, partial(write_kml, layer=one))
    if layer.tables:
        kml.add_tables(path, layer.tables)


def _multi(layer: Layer) -> str:
    return "Point" if layer.place is Place.POINT else "MultiPolygon"


def _names(layer: Layer) -> list[str]:
    return [field.name for field in layer.fields]


def _encoded(field: str, text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        raise Invalid(
            msg("%(encoding)s has no letter for '%(letter)s'; export in UTF-8"),
            field=field,
            encoding=encoding,
            letter=text[error.start : error.end],
        ) from error


def _text(value: str | list[Any]) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _write(path: Path, content: Layer, names: Sequence[str], **options: Any) -> None:
    columns = []
    for field in content.fields:
        column = [properties.get(field.name) for properties, _ in content.rows]
        if field.kind is Kind.NUMBER:
            columns.append(np.array([np.nan if value is None else value for value in column], dtype=float))
        else:
            columns.append(np.array([None if value is None else _text(value) for value in column], dtype=object))
    if content.place is Place.NONE:
        pyogrio.raw.write(path, None, columns, list(names), **options)
    else:
        shapes = _shapes(content, multi=options["geometry_type"] == "MultiPolygon")
        pyogrio.raw.write(path, shapely.to_wkb(shapes), columns, list(names), crs="EPSG:4326", **options)


def _shapes(content: Layer, *, multi: bool) -> np.ndarray:
    shapes = [shape for _, shape in content.rows]
    if multi:
        shapes = [as_multipolygon(shape) if isinstance(shape, Polygon) else shape for shape in shapes]
    return np.array(shapes, dtype=object)
