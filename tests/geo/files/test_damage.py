"""Whatever happens to a file on its way: it is read, or it is refused in our own words. Never anything else."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from gridmap.errors import GridmapError
from gridmap.geo.datum import Datum
from gridmap.geo.files.contents import Field, Kind, Layer, Place
from gridmap.geo.files.placing import placed
from gridmap.geo.files.reading import read
from gridmap.geo.files.writing import write

FORMATS = [".geojson", ".csv", ".xlsx", ".zip", ".gpkg"]
FIELDS = [Field("code"), Field("name"), Field("size", Kind.NUMBER)]
POINTS = Layer(
    "x", FIELDS, [({"code": f"{i}", "name": "城桥镇", "size": i / 3}, Point(121 + i / 10, 31)) for i in range(5)], Place.POINT
)
AREAS = Layer(
    "x", FIELDS, [({"code": f"{i}", "name": "城桥镇", "size": i}, box(121 + i, 31, 122 + i, 32)) for i in range(3)], Place.AREA
)


@cache
def sound(suffix: str, *, area: bool) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        write(path, AREAS if area else POINTS)
        return path.read_bytes()


def looked_at(data: bytes, suffix: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        path.write_bytes(data)
        try:
            contents = read(path)
            done = placed(contents, None if contents.crs or contents.datum else Datum.GCJ02)
        except GridmapError:
            return
        for row in done.rows:
            assert row.geometry is None or all(-181 < number < 181 for number in row.geometry.bounds)
            assert all(str(fault) for fault in row.faults)


@pytest.mark.parametrize("suffix", FORMATS)
@settings(deadline=None, max_examples=60)
@given(area=st.booleans(), cut=st.floats(0, 1))
def test_cut_off(suffix: str, area: bool, cut: float) -> None:
    data = sound(suffix, area=area)
    looked_at(data[: int(len(data) * cut)], suffix)


@pytest.mark.parametrize("suffix", FORMATS)
@settings(deadline=None, max_examples=100)
@given(
    area=st.booleans(),
    hits=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)), min_size=1, max_size=5),
)
def test_overwritten(suffix: str, area: bool, hits: list[tuple[float, bytes]]) -> None:
    data = bytearray(sound(suffix, area=area))
    for where, new in hits:
        at = int(len(data) * where)
        data[at : at + len(new)] = new
    looked_at(bytes(data), suffix)


@pytest.mark.parametrize("suffix", [*FORMATS, ".txt"])
@settings(deadline=None, max_examples=60)
@given(data=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_noise(suffix: str, data: bytes) -> None:
    looked_at(data, suffix)


@pytest.mark.parametrize("suffix", [".csv", ".txt"])
@settings(deadline=None, max_examples=100)
@given(text=st.text(st.sampled_from("lonat,;\t\"'\n\r1.9-e城経度=纬°"), max_size=80))
def test_tables_of_nonsense(suffix: str, text: str) -> None:
    looked_at(f"lon,lat,{text}".encode(), suffix)
