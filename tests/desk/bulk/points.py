"""Files of points in and around the tiny town."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from gridmap.geo.streams.points import to_wkb
from tests import town

GEO = b'{"version":"1.1.0","primary_column":"geometry","columns":{"geometry":{"encoding":"WKB","geometry_types":["Point"]}}}'
Floats = NDArray[np.float64]


def scattered(n: int, seed: int = 1) -> tuple[Floats, Floats]:
    """Points in the town, some 100 m around it, on edges, on corners and just beside them; lon and lat in degrees."""
    chance = np.random.default_rng(seed)
    x, y = chance.uniform(-0.1, 3.1, (2, n))
    on_edge = chance.random(n) < 0.2
    x[on_edge] = np.round(x[on_edge])
    corner = chance.random(n) < 0.1
    x[corner], y[corner] = np.round(x[corner]), np.round(y[corner])
    lon, lat = np.round(town.WEST + x * town.CELL, 8), np.round(town.SOUTH + y * town.CELL, 8)
    beside = chance.random(n) < 0.1
    lon[beside] = np.nextafter(lon[beside], 0)
    return lon, lat


def geoparquet(path: Path, lon: Floats, lat: Floats, *, groups: int = 1000, geo: bytes = GEO, **columns: Any) -> Path:
    """A GeoParquet file of these points, with a column `id` from 0 and others."""
    table = pa.table({"id": np.arange(len(lon)), "geometry": to_wkb(lon, lat), **columns})
    pq.write_table(table.replace_schema_metadata({b"geo": geo}), path, row_group_size=groups)
    return path


def line(x: float, y: float, **properties: Any) -> str:
    """A feature as a line of GeoJSON."""
    point = {"type": "Point", "coordinates": [x, y]}
    return json.dumps({"type": "Feature", "geometry": point, "properties": properties}, ensure_ascii=False)


def rows(path: Path) -> list[dict[str, object]]:
    """The rows of a Parquet file or folder, or of a table."""
    if path.suffix == ".csv":
        return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    found: list[dict[str, object]] = pq.read_table(path).to_pylist()
    return found
