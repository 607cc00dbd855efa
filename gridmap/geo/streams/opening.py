"""Which source and which sink, by suffix and by what stands there."""

from pathlib import Path
from typing import Any

from gridmap.errors import Invalid, NotFound, msg
from gridmap.geo.streams.batches import Held, Refuse, Sink, Source
from gridmap.geo.streams.delimited import DelimitedFile, DelimitedSource
from gridmap.geo.streams.geopackage import GeoPackageFile, GeoPackageSource
from gridmap.geo.streams.lines import LinesFile, LinesSource
from gridmap.geo.streams.parquet import ParquetSource
from gridmap.geo.streams.parquet_writing import ParquetFile, ParquetParts

PARQUET = (".parquet", ".geoparquet")
_TABLES = (".csv", ".tsv")
_LINES = (".geojsonl", ".geojsons", ".ndjson")
_GEOPACKAGE = ".gpkg"
UNFINISHED = ".unfinished"
SUFFIXES = (*PARQUET, *_TABLES, *_LINES, _GEOPACKAGE)


def source(path: Path, named: tuple[str, str] | None, refuse: Refuse, *, target: Path) -> Source:
    """The file to be read.

    Args:
        named: the columns of longitude and latitude, where the file does not call them so.
        refuse: told of rows that can't be read.
        target: what will be written of it.

    Raises:
        NotFound: there is no such file.
        Invalid: its suffix or its contents are none of these formats.
    """
    if not path.exists():
        raise NotFound(msg("There is no file '%(path)s'"), field="file", path=str(path))
    if path.is_dir() or path.suffix.lower() in PARQUET:
        return ParquetSource(path, named)
    suffix = _known(path)
    if suffix in _LINES:
        return LinesSource(path, refuse, whole=target.suffix.lower() in _LINES)
    return GeoPackageSource(path) if suffix == _GEOPACKAGE else DelimitedSource(path, named, refuse)


def in_parts(path: Path) -> bool:
    """Whether a file to be written is a folder of Parquet parts: one without a suffix, or one that is there."""
    return path.is_dir() or not path.suffix


def check_target(path: Path) -> None:
    """Whether such a file can be written. Raises Invalid where its suffix is none of the formats."""
    if not in_parts(path):
        _known(path)


def sink(draft: Path, schema: Any, held: Held, *, like: Path, parts: bool, mark: int) -> Sink:
    """The file to be written, continued from `mark` (0: begun anew).

    Args:
        draft: where to; its suffix says the format.
        schema: the columns it will be given.
        held: what the source says of itself.
        like: the source, for what is best written as it is there.
        parts: whether it is a folder.
    """
    own = _parquet(like)
    foreign = held.geometry if own is None else None
    if parts:
        return ParquetParts(draft, schema, source=own, foreign=foreign, mark=mark)
    suffix = draft.suffix.lower()
    if suffix in PARQUET:
        return ParquetFile(draft, schema, source=own, foreign=foreign)
    if suffix in _LINES:
        return LinesFile(draft, held, mark=mark)
    if suffix == _GEOPACKAGE:
        same = like.suffix.lower() == _GEOPACKAGE
        return GeoPackageFile(draft, schema, held, layer=draft.stem.removesuffix(UNFINISHED), same=same, mark=mark)
    return DelimitedFile(draft, schema, held, mark=mark)


def _parquet(path: Path) -> Path | None:
    return path if path.is_dir() or path.suffix.lower() in PARQUET else None


def _known(path: Path) -> str:
    if path.suffix.lower() not in SUFFIXES:
        raise Invalid(
            msg("Files of kind '%(suffix)s' can't be read or written row by row; these can: %(known)s"),
            field="file",
            suffix=path.suffix,
            known=" ".join(SUFFIXES),
        )
    return path.suffix.lower()
