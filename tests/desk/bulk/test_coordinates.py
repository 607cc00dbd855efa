"""What a file says of its coordinates: datum, reference system, and how its points are written."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import Transformer

from gridmap.errors import Invalid
from gridmap.geo.datum import Datum, from_wgs84
from tests import town
from tests.desk.bulk.conftest import Routes
from tests.desk.bulk.points import GEO, geoparquet, rows, scattered


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_a_shifted_datum_is_shifted_back(tmp_path: Path, route: Routes, datum: Datum) -> None:
    lon, lat = town.spot(0.1, 0.5)
    x, y = from_wgs84(datum, lon, lat)
    (tmp_path / "in.tsv").write_text(f"lon\tlat\n{x}\t{y}\n")
    route(tmp_path / "in.tsv", tmp_path / "out.parquet", datum=datum)
    (row,) = rows(tmp_path / "out.parquet")
    assert row["grid_code"] == town.micro(1, 1)
    point = shapely.from_wkb(row["geometry"])
    assert (point.x, point.y) == pytest.approx((lon, lat), abs=1e-9)


def test_a_column_names_the_datum_and_contradictions_are_refused(tmp_path: Path, route: Routes) -> None:
    lon, lat = town.spot(0.5, 0.5)
    x, y = from_wgs84(Datum.GCJ02, lon, lat)
    table = tmp_path / "in.csv"
    table.write_text(f"lon,lat,坐标系\n{x},{y},gcj02\n{x},{y},GCJ02\n")
    with pytest.raises(Invalid, match="does not say the same"):
        route(table, tmp_path / "out.csv")
    table.write_text(f"lon,lat,坐标系\n{x},{y},gcj02\n")
    with pytest.raises(Invalid, match="One of them is wrong"):
        route(table, tmp_path / "out2.csv", datum=Datum.WGS84)
    route(table, tmp_path / "out3.csv")
    assert rows(tmp_path / "out3.csv")[0]["grid_code"] == town.micro(1, 1)
    table.write_text(f"lon,lat\n{x},{y}\n")
    with pytest.raises(Invalid, match="name the datum"):
        route(table, tmp_path / "out4.csv")


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4549", None])
def test_a_file_says_its_reference_system(tmp_path: Path, route: Routes, crs: str | None) -> None:
    lon, lat = (np.array([number]) for number in town.spot(0.5, 0.5))
    if crs == "EPSG:4549":
        lon, lat = Transformer.from_crs("EPSG:4490", crs, always_xy=True).transform(lon, lat)
    geo = json.loads(GEO)
    geo["columns"]["geometry"]["crs"] = crs
    source = geoparquet(tmp_path / "in.parquet", lon, lat, geo=json.dumps(geo).encode())
    if crs is None:  # "null" means unknown; nothing is guessed.
        with pytest.raises(Invalid, match="name the datum"):
            route(source, tmp_path / "out.parquet")
        return
    route(source, tmp_path / "out.parquet")
    assert rows(tmp_path / "out.parquet")[0]["grid_code"] == town.micro(1, 1)


@pytest.mark.parametrize("big", [False, True])
def test_other_ways_to_write_a_point(tmp_path: Path, route: Routes, *, big: bool) -> None:
    lon, lat = scattered(40)
    route(geoparquet(tmp_path / "in.parquet", lon, lat), tmp_path / "plain.parquet")
    shapes = shapely.points(np.column_stack([lon, lat, lon]))
    other = shapely.to_wkb(shapes, byte_order=0) if big else shapely.to_wkb(shapes)
    native = pa.StructArray.from_arrays([pa.array(lon), pa.array(lat)], ["x", "y"])
    for n, (column, encoding) in enumerate([(pa.array(other.tolist(), pa.large_binary()), "WKB"), (native, "point")]):
        geo = json.loads(GEO)
        geo["columns"]["geometry"]["encoding"] = encoding
        table = pa.table({"geometry": column}).replace_schema_metadata({b"geo": json.dumps(geo)})
        pq.write_table(table, tmp_path / f"in{n}.parquet")
        route(tmp_path / f"in{n}.parquet", tmp_path / f"out{n}.parquet")
        found, plain = rows(tmp_path / f"out{n}.parquet"), rows(tmp_path / "plain.parquet")
        assert [row["grid_code"] for row in found] == [row["grid_code"] for row in plain]


def test_what_is_no_point_is_kept_and_told(tmp_path: Path, route: Routes) -> None:
    inside = shapely.to_wkb(shapely.Point(town.spot(0.5, 0.5)))
    line = shapely.to_wkb(shapely.LineString([town.spot(0, 0), town.spot(1, 1)]))
    empty = shapely.to_wkb(shapely.Point())
    for cells in ([inside, None, inside], [inside, line, b"?", None, empty]):
        table = pa.table({"geometry": pa.array(cells, pa.binary())}).replace_schema_metadata({b"geo": GEO})
        pq.write_table(table, tmp_path / "in.parquet")
        tally = route(tmp_path / "in.parquet", tmp_path / "out.parquet", again=True)
        lost = [n for n, cell in enumerate(cells, start=1) if cell != inside]
        assert tally.flaws == {"placeless": (len(lost), lost)}
        assert [row["geometry"] for row in rows(tmp_path / "out.parquet")] == cells


def test_columns_by_name(tmp_path: Path, route: Routes) -> None:
    lon, lat = scattered(20)
    pq.write_table(pa.table({"a": lon, "b": [str(one) for one in lat]}), tmp_path / "in.parquet")
    with pytest.raises(Invalid, match="--lon"):
        route(tmp_path / "in.parquet", tmp_path / "out.parquet", datum=Datum.WGS84)
    with pytest.raises(Invalid, match="There is no column 'c' among a, b"):
        route(tmp_path / "in.parquet", tmp_path / "out.parquet", datum=Datum.WGS84, columns=("a", "c"))
    assert route(tmp_path / "in.parquet", tmp_path / "out.parquet", datum=Datum.WGS84, columns=("a", "b")).rows == 20
