"""Files that are damaged, or not what they seem, are told in a sentence; nothing stands under the final name."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from gridmap.errors import Invalid, Term
from gridmap.geo.datum import Datum
from gridmap.geo.streams.points import to_wkb
from tests.desk.bulk.conftest import Routes
from tests.desk.bulk.points import GEO, geoparquet, rows, scattered

POINTS = 2000


@pytest.mark.parametrize("where", [0.05, 0.3, 0.55, 0.8])
@pytest.mark.parametrize("into", ["out.parquet", "parts", "out.csv"])
def test_a_damaged_page(tmp_path: Path, route: Routes, where: float, into: str) -> None:
    source = geoparquet(tmp_path / "points.parquet", *scattered(POINTS), words=[f"{n} words" * 9 for n in range(POINTS)])
    data = bytearray(source.read_bytes())
    at = int(where * len(data))
    data[at : at + 400] = bytes(n * 7 % 256 for n in range(400))
    source.write_bytes(data)
    with pytest.raises(Invalid, match=r"The file can't be read: points\.parquet: "):
        route(source, tmp_path / into)
    assert not (tmp_path / into).exists()


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.date32(), pa.list_(pa.float64())])
def test_columns_that_hold_no_numbers(tmp_path: Path, route: Routes, kind: Any) -> None:
    pq.write_table(pa.table({"lon": pa.nulls(3, kind), "lat": [31.6] * 3}), tmp_path / "points.parquet")
    with pytest.raises(Invalid, match="Unsupported cast"):
        route(tmp_path / "points.parquet", tmp_path / "out.parquet", datum=Datum.WGS84)


@pytest.mark.parametrize("kind", [pa.dictionary(pa.int32(), pa.binary()), pa.binary(21), pa.large_binary()])
def test_geometries_as_other_writers_keep_them(tmp_path: Path, route: Routes, kind: Any) -> None:
    lon, lat = scattered(POINTS)
    route(geoparquet(tmp_path / "usual.parquet", lon, lat), tmp_path / "one.parquet")
    table = pa.table({"id": range(POINTS), "geometry": _as(to_wkb(lon, lat), kind)}).replace_schema_metadata({b"geo": GEO})
    pq.write_table(table, tmp_path / "other.parquet")
    route(tmp_path / "other.parquet", tmp_path / "other-out.parquet")
    assert rows(tmp_path / "other-out.parquet") == rows(tmp_path / "one.parquet")


def _as(column: Any, kind: Any) -> Any:
    return column.dictionary_encode() if pa.types.is_dictionary(kind) else column.cast(kind)


def test_areas_are_no_points(tmp_path: Path, route: Routes) -> None:
    """Said before the first row, not of each of them."""
    areas = GEO.replace(b'"Point"', b'"Polygon","MultiPolygon"')
    source = geoparquet(tmp_path / "areas.parquet", *scattered(3), geo=areas)
    with pytest.raises(Invalid, match="The file holds no points but Polygon, MultiPolygon"):
        route(source, tmp_path / "out.parquet")
    shapes = shapely.to_wkb(np.array([shapely.box(121.4, 31.6, 121.5, 31.7)]))
    pyogrio.raw.write(tmp_path / "areas.gpkg", shapes, [], [], geometry_type="Polygon", crs="EPSG:4326")
    with pytest.raises(Invalid, match="The file holds no points but Polygon"):
        route(tmp_path / "areas.gpkg", tmp_path / "out.csv")


def test_a_quote_that_is_never_closed_and_a_row_too_long_for_memory(tmp_path: Path, route: Routes) -> None:
    for name, row, told in (
        ("quote", '121.4,31.62,"abc', "a quote is never closed"),
        ("long", "1,1," + "x" * 20_000_000, "8 MB"),
    ):
        source = tmp_path / f"{name}.csv"
        source.write_text(f"lon,lat,words\n{row}\n121.4,31.62,b\n", "utf-8")
        with pytest.raises(Invalid) as refused:
            route(source, tmp_path / f"{name}-out.csv", datum=Datum.WGS84)
        (fault,) = refused.value.faults
        assert told in fault.values["why"]
        assert isinstance(fault.values["why"], Term), "it is said in the reader's language"
