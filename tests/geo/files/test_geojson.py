"""GeoJSON, strictly; and files by people who mean harm or never read RFC 7946."""

from pathlib import Path
from typing import Any

import pytest

from gridmap.errors import Invalid
from gridmap.geo.datum import Datum
from gridmap.geo.files.contents import Contents, Counted, silent
from gridmap.geo.files.geojson import read
from gridmap.geo.files.reading import read as read_any

POINT = '{"type":"Feature","geometry":{"type":"Point","coordinates":[121.4,31.6]},"properties":{"name":"一"}}'


def collection(*features: str, members: str = "") -> str:
    return f'{{"type":"FeatureCollection",{members}"features":[{",".join(features)}]}}'


def feature(geometry: str, properties: str = "{}") -> str:
    return f'{{"type":"Feature","geometry":{geometry},"properties":{properties}}}'


def reading(tmp_path: Path, text: str | bytes) -> Contents:
    path = tmp_path / "file.geojson"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(path, silent)


def faults(contents: Contents) -> list[str]:
    return [str(fault) for row in contents.rows for fault in row.faults]


def test_a_collection(tmp_path: Path) -> None:
    contents = reading(tmp_path, collection(POINT, feature("null", "null")))
    assert contents.counted is Counted.FEATURE
    assert [row.number for row in contents.rows] == [1, 2]
    first, second = contents.rows
    assert first.properties == {"name": "一"}
    assert first.geometry is not None
    assert first.geometry.wkt == "POINT (121.4 31.6)"
    assert second.geometry is None
    assert second.properties == {}
    assert contents.crs is None
    assert contents.datum is None


def test_a_single_feature_and_a_byte_order_mark(tmp_path: Path) -> None:
    assert len(reading(tmp_path, b"\xef\xbb\xbf" + POINT.encode()).rows) == 1


def test_what_the_file_says_of_its_coordinates(tmp_path: Path) -> None:
    crs = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}},'
    assert reading(tmp_path, collection(POINT, members=crs)).crs == "urn:ogc:def:crs:EPSG::4490"
    assert reading(tmp_path, collection(POINT, members='"datum":"wgs84",')).datum is Datum.WGS84
    assert reading(tmp_path, collection(POINT, members='"reference_time":"x",')).members == {"reference_time": "x"}


@pytest.mark.parametrize("members", ['"datum":"mars",', '"datum":7,', '"crs":"EPSG:4490",', '"crs":{"type":"name"},'])
def test_what_it_says_must_make_sense(tmp_path: Path, members: str) -> None:
    with pytest.raises(Invalid):
        reading(tmp_path, collection(POINT, members=members))


def test_heights_are_left_out_and_counted(tmp_path: Path) -> None:
    ring = '{"type":"Polygon","coordinates":[[[1,1,9],[2,1,9],[2,2,9],[1,1,9]]]}'
    contents = reading(tmp_path, collection(feature('{"type":"Point","coordinates":[121.4,31.6,5]}'), feature(ring), POINT))
    assert contents.heights_dropped == 2
    assert not any(row.geometry is not None and row.geometry.has_z for row in contents.rows)
    assert faults(contents) == []


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe\x00",
        "城".encode("gbk"),
        b"[1, 2]",
        b'"text"',
        b"{",
        b'{"type":"FeatureCollection"}',
        b'{"type":"FeatureCollection","features":{}}',
        b'{"type":"Topology","features":[]}',
        collection(POINT).encode()[:-20],
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"type":"FeatureCollection","features":[],"n":' + b"9" * 5000 + b"}",
        b'{"type":"FeatureCollection","features":[],"features":[]}',
    ],
)
def test_no_geojson_at_all(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "file.geojson"
    path.write_bytes(text)
    with pytest.raises(Invalid):
        read_any(path)


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        ('{"type":"Point","coordinates":[NaN,31.6]}', "finite"),
        ('{"type":"Point","coordinates":[Infinity,31.6]}', "finite"),
        ('{"type":"Point","coordinates":[1e999,31.6]}', "finite"),
        ('{"type":"Point","coordinates":["121.4","31.6"]}', "finite"),
        ('{"type":"Point","coordinates":[true,false]}', "finite"),
        ('{"type":"Point","coordinates":[121.4]}', "two or three"),
        ('{"type":"Point","coordinates":[1,2,3,4]}', "two or three"),
        ('{"type":"Point","coordinates":[[121.4,31.6]]}', "two or three"),
        ('{"type":"Point","coordinates":[]}', "two or three"),
        ('{"type":"Point"}', "two or three"),
        ('{"type":"Polygon","coordinates":[]}', "no coordinates"),
        ('{"type":"Polygon","coordinates":[[1,2],[3,4]]}', "two or three"),
        ('{"type":"Polygon","coordinates":[[[1,1],[2,1],[1,1]]]}', "at least 4"),
        ('{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,2]]]}', "end where it begins"),
        ('{"type":"MultiPolygon","coordinates":[[[[1,1],[2,1],[2,2],[1,2]]]]}', "end where it begins"),
        ('{"type":"LineString","coordinates":[[1,1]]}', "can't be built"),
        ('{"type":"GeometryCollection","geometries":[]}', "not taken"),
        ('{"type":"Circle","coordinates":[1,2]}', "not taken"),
        ('{"coordinates":[1,2]}', "not taken"),
        ('"POINT (1 2)"', "object or null"),
        ('{"type":"Point","type":"Point","coordinates":[1,2]}', "twice"),
    ],
)
def test_a_bad_geometry_is_its_features_fault(tmp_path: Path, geometry: str, said: str) -> None:
    contents = reading(tmp_path, collection(POINT, feature(geometry)))
    good, bad = contents.rows
    assert good.faults == ()
    assert bad.number == 2
    assert any(said in str(fault) for fault in bad.faults), bad.faults


@pytest.mark.parametrize(
    "other",
    [
        "null",
        "7",
        "[]",
        '{"type":"Point","coordinates":[1,2]}',
        feature("null", "[1]"),
        feature("null", '{"a":NaN}'),
        feature("null", '{"a":1,"a":2}'),
        '{"type":"Feature","properties":{}}',
    ],
)
def test_a_bad_feature_is_its_own_fault(tmp_path: Path, other: str) -> None:
    good, bad = reading(tmp_path, collection(POINT, other)).rows
    assert good.faults == ()
    assert bad.faults


def test_many_dimensions_of_nonsense(tmp_path: Path) -> None:
    deep: Any = "[" * 400 + "1" + "]" * 400
    assert faults(reading(tmp_path, collection(feature(f'{{"type":"Polygon","coordinates":{deep}}}'))))
