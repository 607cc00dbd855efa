"""Grids as planning offices write them: Chinese columns, GBK, metres of a local plane, a folder within the archive."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from gridmap.grids.change import GridDraft


def in_metres(shapes: Sequence[BaseGeometry | None], epsg: int) -> list[BaseGeometry | None]:
    """Shapes (degrees WGS-84) in the metres of a plane."""
    way = Transformer.from_crs("EPSG:4490" if epsg == 4549 else "EPSG:4326", epsg, always_xy=True)
    return [shape and shapely.transform(shape, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1]))) for shape in shapes]


def written(path: Path, drafts: Sequence[GridDraft], epsg: int, encoding: str | None = None) -> None:
    """Write grids to a Shapefile or a GeoPackage."""
    shapes = in_metres([draft.shape for draft in drafts], epsg)
    columns = [np.array(values, dtype=object) for values in zip(*((d.code, d.name, d.head_name) for d in drafts), strict=True)]
    wkb = shapely.to_wkb(np.array(shapes, dtype=object))
    names = ["网格编码", "网格名称", "网格长"]
    pyogrio.raw.write(path, wkb, columns, names, geometry_type="Polygon", crs=f"EPSG:{epsg}", encoding=encoding)


def zipped_shapefile(folder: Path, drafts: Sequence[GridDraft], epsg: int) -> Path:
    """A zipped Shapefile in GBK, without the .cpg that would say so."""
    inside = folder / "网格"
    inside.mkdir()
    written(inside / "x.shp", drafts, epsg, "GBK")
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        for part in inside.iterdir():
            if part.suffix != ".cpg":
                archive.write(part, f"2026年网格/{part.name}")
    return folder / "x.zip"
