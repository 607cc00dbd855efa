"""Read a file by its suffix."""

from pathlib import Path

from gridmap.errors import Invalid, NotFound, TooLarge, msg
from gridmap.geo.files import delimited, geojson
from gridmap.geo.files.contents import Contents, Progress, silent

MOST_BYTES = 1024**3
SUFFIXES = (".geojson", ".json", ".gpkg", ".zip", ".csv", ".tsv", ".txt", ".xlsx")


def read(path: Path, *, layer: str = "", progress: Progress = silent) -> Contents:
    """Read `path` into rows, in the file's own coordinates.

    Args:
        path: .geojson, .json, .gpkg, .zip (Shapefile), .csv, .tsv, .txt or .xlsx.
        layer: which layer of a GeoPackage, where it has several.
        progress: told now and then how far the reading is.

    Raises:
        NotFound: there is no such file.
        TooLarge: it has more than 1 GiB, packed or unpacked.
        Invalid: its suffix or its contents are none of these formats.
    """
    if not path.is_file():
        raise NotFound(msg("There is no file '%(path)s'"), field="file", path=str(path))
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise TooLarge(msg("The file is larger than %(most)s MiB"), field="file", most=MOST_BYTES // 1024**2)
    if size == 0:
        raise Invalid(msg("The file is empty"), field="file")
    suffix = path.suffix.lower()
    if suffix in (".geojson", ".json"):
        return geojson.read(path, progress)
    if suffix in (".csv", ".tsv", ".txt"):
        return delimited.read(path, progress)
    if suffix not in SUFFIXES:
        raise Invalid(
            msg("Files of kind '%(suffix)s' can't be read; these can: %(known)s"),
            field="file",
            suffix=suffix,
            known=" ".join(SUFFIXES),
        )
    if suffix == ".xlsx":
        from gridmap.geo.files import sheets  # noqa: PLC0415  # openpyxl and GDAL take long to load; other formats need not wait

        return sheets.read(path, progress)
    from gridmap.geo.files import layers  # noqa: PLC0415  # same

    return layers.read_geopackage(path, layer, progress) if suffix == ".gpkg" else layers.read_shapefile(path, progress)
