"""Write a layer to a file, by its suffix: the inverse of reading."""

import tempfile
from pathlib import Path

from gridmap.errors import Invalid, msg
from gridmap.geo.files import delimited, geojson
from gridmap.geo.files.contents import Layer, Place

_TABLES = (".csv", ".tsv", ".xlsx")
SUFFIXES = (".geojson", ".json", ".gpkg", ".zip", ".kml", ".csv", ".tsv", ".xlsx")


def write(path: Path, layer: Layer) -> None:
    """Write `layer` to `path`, whole or not at all: a file of this name is replaced only by a finished one.

    Raises:
        Invalid: the suffix is none of the formats, or the format can't hold the data.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise Invalid(
            msg("Files of kind '%(suffix)s' can't be written; these can: %(known)s"),
            field="file",
            suffix=suffix,
            known=" ".join(SUFFIXES),
        )
    if layer.place is Place.NONE and suffix not in _TABLES:
        raise Invalid(msg("This table has no places; these formats hold it: %(known)s"), field="file", known=" ".join(_TABLES))
    with tempfile.TemporaryDirectory(prefix=".gridmap-", dir=path.resolve().parent) as folder:
        draft = Path(folder) / f"draft{suffix}"
        _write(draft, suffix, layer)
        draft.replace(path)


def _write(path: Path, suffix: str, layer: Layer) -> None:
    if suffix in (".geojson", ".json"):
        geojson.write(path, layer)
    elif suffix in (".csv", ".tsv"):
        delimited.write(path, layer)
    elif suffix == ".xlsx":
        from gridmap.geo.files import sheets  # noqa: PLC0415  # openpyxl and GDAL take long to load; other formats need not wait

        sheets.write(path, layer)
    else:
        from gridmap.geo.files import layers  # noqa: PLC0415  # same

        ways = {".gpkg": layers.write_geopackage, ".zip": layers.write_shapefile, ".kml": layers.write_kml}
        ways[suffix](path, layer)
