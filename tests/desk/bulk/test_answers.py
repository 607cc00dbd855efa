"""A file is routed as single points are, whatever its format."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from sqlalchemy.orm import Session

from gridmap.errors import Invalid
from gridmap.geo.datum import Datum
from gridmap.geo.streams import batches, parquet_writing
from gridmap.geo.streams.points import to_wkb
from gridmap.grids.lookup import InForce, Span
from gridmap.routing.ask import Place, route_all
from gridmap.routing.bulk import RULES, locate
from gridmap.routing.index import GridIndex
from gridmap.routing.route import Rule
from tests import town
from tests.desk.bulk.conftest import LIMIT_M, Routes
from tests.desk.bulk.points import GEO, geoparquet, line, rows, scattered


def test_as_single_points_are(tiny_town: Session, tmp_path: Path, route: Routes) -> None:
    lon, lat = scattered(3000)
    tally = route(geoparquet(tmp_path / "in.parquet", lon, lat), tmp_path / "out.parquet", distances=True)
    places = [Place(*point) for point in zip(lon.tolist(), lat.tolist(), strict=True)]
    single = route_all(tiny_town, places, limit_m=LIMIT_M)
    for row, one in zip(rows(tmp_path / "out.parquet"), single, strict=True):
        rule = Rule.COVERS if one.rule is Rule.TIE else one.rule
        assert (row["grid_code"], row["rule"]) == (one.grid, rule)
        assert row["village_code"] == (one.grid and one.grid[:12])
        assert row["town_code"] == (one.grid and one.grid[:9])
        assert row["distance_to_border_m"] == pytest.approx(one.distance_to_border_m, abs=0.006)
    assert tally.rows == 3000
    assert min(tally.rules.values()) > 20
    assert {str(rule): tally.rules[rule] for rule in RULES} == tally.rules


SQUARES = [town.square(x, y) for x in range(3) for y in range(3)]
TINY = GridIndex(
    InForce(
        1,
        town.FOUNDED,
        [town.micro(x, y) for x in (1, 2, 3) for y in (1, 2, 3)],
        [Span(n, 1, town.FOUNDED, None) for n in range(9)],
        [shapely.MultiPolygon([square]) for square in SQUARES],
        {},
    )
)


@given(st.lists(st.tuples(st.floats(allow_nan=True), st.floats(allow_nan=True)), max_size=20))
def test_any_number_at_all(hostile: list[tuple[float, float]]) -> None:
    lon, lat = np.array(hostile, dtype=float).reshape(-1, 2).T
    found = locate(TINY, lon, lat, limit_m=LIMIT_M, distances=True)
    for x, y, grid, rule in zip(lon, lat, found.grid, found.rule, strict=True):
        covers = np.isfinite(x) and np.isfinite(y) and bool(shapely.intersects_xy(shapely.union_all(SQUARES), x, y))
        assert (RULES[rule] is Rule.COVERS) == covers == (grid >= 0 and RULES[rule] is not Rule.NEAREST)


def test_every_column_stays(tmp_path: Path, route: Routes) -> None:
    lon, lat = scattered(50)
    more = {"说明": ["一", None] * 25, "when": pa.array(range(50), pa.timestamp("us", "UTC")), "list": [[1, 2]] * 50}
    source = geoparquet(tmp_path / "in.parquet", lon, lat, **more)
    route(source, tmp_path / "out.parquet")
    before, after = pq.read_table(source), pq.read_table(tmp_path / "out.parquet")
    assert after.select(before.column_names).equals(before)
    assert after.schema.metadata[b"geo"] == GEO
    assert json.loads(after.schema.metadata[b"gridmap"])["publication"] > 0
    route(tmp_path / "out.parquet", tmp_path / "twice.parquet")  # What was found before gives way.
    assert pq.read_table(tmp_path / "twice.parquet").equals(after)


def test_from_one_format_into_another(tmp_path: Path, route: Routes) -> None:
    lon, lat = scattered(500)
    source = geoparquet(tmp_path / "in.parquet", lon, lat, name=['=1+"1"', "a,b"] * 250)
    route(source, tmp_path / "there.csv")
    route(tmp_path / "there.csv", tmp_path / "back.parquet")
    there, back = rows(tmp_path / "there.csv"), rows(tmp_path / "back.parquet")
    assert there[0]["name"] == '\'=1+"1"'
    assert [row["grid_code"] or "" for row in back] == [row["grid_code"] for row in there]
    points = shapely.from_wkb([row["geometry"] for row in back])
    assert (shapely.get_x(points) == lon).all()
    assert (shapely.get_y(points) == lat).all()


def test_parquet_columns_are_written_as_the_file_has_them(tmp_path: Path, route: Routes) -> None:
    lon, lat = scattered(500)
    source = geoparquet(tmp_path / "in.parquet", lon, lat, name=["甲", "乙"] * 250, number=np.arange(500))
    table = pq.read_table(source)
    pq.write_table(table, source, compression="zstd", use_dictionary=["name"], write_statistics=["number"])
    route(source, tmp_path / "out.parquet", distances=True)
    group = pq.read_metadata(tmp_path / "out.parquet").row_group(0)
    columns = {column.path_in_schema: column for column in map(group.column, range(group.num_columns))}
    assert {column.compression for column in columns.values()} == {"ZSTD"}
    assert [name for name, column in columns.items() if column.is_stats_set] == ["number"]
    assert {"name", "grid_code", "rule"} <= {name for name, column in columns.items() if column.has_dictionary_page}
    assert not columns["number"].has_dictionary_page


FORMATS = ("parquet", "csv", "tsv", "gpkg", "geojsonl")


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_into_every_other(tmp_path: Path, route: Routes, kind: str) -> None:
    """A point and its answer are the same whichever way they went."""
    lon, lat = scattered(40)
    told = route(geoparquet(tmp_path / "in.parquet", lon, lat, 备注=["一", None] * 20), tmp_path / f"first.{kind}")
    for other in FORMATS:
        datum = Datum.WGS84 if kind == "geojsonl" else None
        tally = route(tmp_path / f"first.{kind}", tmp_path / f"then.{other}", datum=datum, again=True)
        assert tally.noted() == told.noted(), other
        again = Datum.WGS84 if other == "geojsonl" else None
        route(tmp_path / f"then.{other}", tmp_path / "last.parquet", datum=again, again=True)
        points = shapely.from_wkb([row["geometry"] for row in rows(tmp_path / "last.parquet")])
        assert shapely.get_x(points).tolist() == lon.tolist(), other
        assert [row["备注"] or None for row in rows(tmp_path / "last.parquet")] == ["一", None] * 20, other


def test_a_line_keeps_all_it_has(tmp_path: Path, route: Routes, refused: list[tuple[int, str, str]]) -> None:
    source, (x, y) = tmp_path / "in.ndjson", town.spot(0.5, 0.5)
    feature = json.loads(line(x, y, a={"b": [1, None]}, rule="old")) | {"id": 7, "外": "x"}
    polygon = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": []}, "properties": None}
    lines = [
        "\x1e" + json.dumps(feature),
        "",
        "{",
        "[]",
        '{"type": "Point"}',
        json.dumps(polygon),
        json.dumps({"type": "Feature"}),
        '{"type": "Feature", "geometry": {"type": "Point", "coordinates": [true, false]}}',
    ]
    source.write_text("\n".join(lines))
    tally = route(source, tmp_path / "out.geojsons", datum=Datum.WGS84)
    found = [json.loads(one) for one in (tmp_path / "out.geojsons").read_text().splitlines()]
    code = town.micro(1, 1)
    answers = {"grid_code": code, "village_code": code[:12], "town_code": code[:9], "rule": "covers"}
    assert found[0] == feature | {"properties": {"a": {"b": [1, None]}} | answers}
    assert found[1]["geometry"] == polygon["geometry"]
    assert found[2]["properties"]["rule"] == "unrouted"
    assert [number for number, *_ in refused] == [3, 4, 5]
    assert tally.flaws == {"placeless": (3, [6, 7, 8])}


def test_properties_become_columns(tmp_path: Path, route: Routes) -> None:
    x, y = town.spot(0.5, 0.5)
    source = tmp_path / "in.geojsonl"
    facts: list[dict[str, Any]] = [
        {"n": 1, "z": 1, "m": "a"},
        {"n": 2.5, "z": 2, "m": 3, "deep": [1]},
        {"n": None, "z": 1 << 70},
    ]
    source.write_text("\n".join(line(x, y, **fact) for fact in facts))
    route(source, tmp_path / "out.parquet", datum=Datum.WGS84)
    found = [{name: row[name] for name in ("n", "m", "deep")} for row in rows(tmp_path / "out.parquet")]
    assert found == [
        {"n": 1.0, "m": '"a"', "deep": None},
        {"n": 2.5, "m": "3", "deep": "[1]"},
        {"n": None, "m": None, "deep": None},
    ]
    route(tmp_path / "in.geojsonl", tmp_path / "same.geojsonl", datum=Datum.WGS84)
    route(tmp_path / "out.parquet", tmp_path / "back.geojsonl")
    back, same = (
        [json.loads(one) for one in (tmp_path / f"{name}.geojsonl").read_text().splitlines()] for name in ("back", "same")
    )
    assert [one["properties"]["rule"] for one in back] == [one["properties"]["rule"] for one in same]


def test_a_geopackage_keeps_its_places(tmp_path: Path, route: Routes) -> None:
    lon, lat = (np.array([number]) for number in town.spot(0.5, 0.5))
    x, y = Transformer.from_crs("EPSG:4490", "EPSG:4549", always_xy=True).transform(lon, lat)
    table = pa.table({"n": [1], "place": to_wkb(x, y)})
    how: dict[str, Any] = {
        "driver": "GPKG",
        "geometry_name": "place",
        "geometry_type": "Point",
        "crs": "EPSG:4549",
        "GEOMETRY_NAME": "place",
    }
    pyogrio.write_arrow(table.select(["n"]), tmp_path / "in.gpkg", layer="0", driver="GPKG")  # A table, no layer of places.
    pyogrio.write_arrow(table, tmp_path / "in.gpkg", layer="a", append=True, **how)
    route(tmp_path / "in.gpkg", tmp_path / "out.gpkg")
    about, found = pyogrio.read_arrow(tmp_path / "out.gpkg")
    assert (about["crs"], found["place"].to_pylist()) == ("EPSG:4549", table["place"].to_pylist())
    assert found["grid_code"].to_pylist() == [town.micro(1, 1)]
    assert json.loads(pyogrio.read_info(tmp_path / "out.gpkg")["layer_metadata"]["gridmap"])["publication"] > 0
    pyogrio.write_arrow(table, tmp_path / "in.gpkg", layer="b", append=True, **how)
    with pytest.raises(Invalid, match="one layer"):
        route(tmp_path / "in.gpkg", tmp_path / "out2.gpkg")


def test_a_table_keeps_its_text(tmp_path: Path, route: Routes, refused: list[tuple[int, str, str]]) -> None:
    source = tmp_path / "in.csv"
    inside = "{},{}".format(*town.spot(0.5, 0.5))
    lines = [
        "编号,经度,纬度,备注",
        f'007,{inside},"=1,\n2"',
        "",
        f"008,{inside}",
        "009,31.6,121.4,-1",
        "010,,x,",
        f'011,{inside},"a""b"',
    ]
    source.write_bytes("\n".join(lines).encode("gb18030"))
    tally = route(source, tmp_path / "out.csv", datum=Datum.WGS84)
    found = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_bytes().decode("utf-8-sig"), newline="")))
    code = town.micro(1, 1)
    answer = [code, code[:12], code[:9], "covers"]
    assert found[1:] == [
        ["007", *inside.split(","), "=1,\n2", *answer],
        ["009", "31.6", "121.4", "-1", "", "", "", "unrouted"],
        ["010", "", "x", "", "", "", "", "unrouted"],
        ["011", *inside.split(","), 'a"b', *answer],
    ]
    assert refused == [(3, "There are fewer cells than columns: 3", f"008,{inside}")]
    assert tally.flaws == {"swapped": (1, [4]), "placeless": (1, [5])}


def test_a_column_without_a_name_stays_in_its_place(tmp_path: Path, route: Routes) -> None:
    (tmp_path / "in.csv").write_text("lon,lat,,note\n{},{},x,y\n".format(*town.spot(0.5, 0.5)))
    route(tmp_path / "in.csv", tmp_path / "out.csv", datum=Datum.WGS84)
    header, row = csv.reader((tmp_path / "out.csv").read_text("utf-8-sig").splitlines())
    assert len(row) == len(header)
    assert row[2:5] == ["x", "y", town.micro(1, 1)]


def test_memory_does_not_grow_with_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, route: Routes) -> None:
    monkeypatch.setattr(batches, "BATCH_BYTES", 1)  # 1,024 rows at once.
    own, most = parquet_writing.ParquetFile.write, 0

    def watched(self: parquet_writing.ParquetFile, *args: Any) -> int | None:
        nonlocal most
        most = max(most, pa.total_allocated_bytes() - before)
        return own(self, *args)

    monkeypatch.setattr(parquet_writing.ParquetFile, "write", watched)
    peaks = []
    for count in (150_000, 600_000):  # Beyond the pages of a megabyte that each column has in hand.
        source = geoparquet(tmp_path / f"{count}.parquet", *scattered(count), groups=count)
        before, most = pa.total_allocated_bytes(), 0
        route(source, tmp_path / f"out-{count}")
        peaks.append(most)
    assert peaks[1] < 1.5 * peaks[0]
