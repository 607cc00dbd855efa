"""A file of points as `gridmap route` takes it: GeoParquet in and out, from opening the one to the other standing on the disk."""

import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy.orm import Session

from gridmap.db import make_engine
from gridmap.desk.bulk.drafts import Order
from gridmap.desk.bulk.route import route_file
from gridmap.geo.datum import Datum
from gridmap.geo.streams.points import to_wkb
from gridmap.routing.ask import index_at
from tools.bench.figures import Figure, figure
from tools.bench.fixture import Size, Stand

PROMISED = 5_000_000
_GEO = b'{"version":"1.1.0","primary_column":"geometry","columns":{"geometry":{"encoding":"WKB","geometry_types":["Point"]}}}'
_ROW_GROUP = 1_000_000


def routes(stand: Stand, size: Size) -> list[Figure]:
    """Points a second, the index being there; the first file, which compiles, does not count."""
    engine = make_engine(stand.url)
    with Session(engine) as session:
        index = index_at(session)
    engine.dispose()
    rates = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "points.parquet"
        _write(stand, size.points, source)
        order = Order(source, Path(folder) / "routed", Datum.WGS84, None, distances=False, again=True, limit_m=30.0)
        for _ in range(size.repeats + 1):
            begun = time.perf_counter()
            tally = route_file(index, order, refuse=_refused, progress=lambda *_: None)
            rates.append(size.points / (time.perf_counter() - begun))
            if tally.rules["covers"] < 0.9 * size.points:  # A small city's border is wide beside it.
                raise RuntimeError(f"routing went wrong: {tally.rules}")
    return [figure(f"GeoParquet of {size.points:,} points routed", rates[1:], "points/s", PROMISED)]


def _write(stand: Stand, points: int, path: Path) -> None:
    table = pa.table({"id": np.arange(points), "geometry": to_wkb(*stand.city.places(points, "bulk").T)})
    pq.write_table(table.replace_schema_metadata({b"geo": _GEO}), path, row_group_size=_ROW_GROUP)


def _refused(number: int, *_: object) -> None:
    raise RuntimeError(f"row {number} was refused")
