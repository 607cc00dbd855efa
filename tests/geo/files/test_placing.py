"""Which datum: said by the sender, said by the file, never guessed, never contradicted."""

import pytest
import shapely
from pyproj import CRS, Transformer
from shapely.geometry import LineString, Point

from gridmap.errors import Invalid
from gridmap.geo.datum import Datum, from_wgs84
from gridmap.geo.files.contents import Contents, Counted, Row
from gridmap.geo.files.placing import Placed, placed

HERE = (121.39461, 31.63093)


def contents(*places: tuple[float, float] | None, crs: str | None = None, datum: Datum | None = None) -> Contents:
    rows = [Row(i, {}, None if place is None else Point(place)) for i, place in enumerate(places, start=1)]
    return Contents(rows, Counted.FEATURE, crs, datum)


def where(done: Placed, i: int = 0) -> tuple[float, float]:
    shape = done.rows[i].geometry
    assert isinstance(shape, Point)
    return shape.x, shape.y


def test_someone_must_name_the_datum() -> None:
    with pytest.raises(Invalid, match="name the datum"):
        placed(contents(HERE), None)


@pytest.mark.parametrize("datum", list(Datum))
def test_the_sender_names_it(datum: Datum) -> None:
    there = from_wgs84(datum, *HERE)
    done = placed(contents((float(there[0]), float(there[1]))), datum)
    assert where(done) == pytest.approx(HERE, abs=1e-9)
    assert done.datum is datum


@pytest.mark.parametrize("datum", list(Datum))
def test_the_file_names_it(datum: Datum) -> None:
    there = from_wgs84(datum, *HERE)
    done = placed(contents((float(there[0]), float(there[1])), datum=datum), None)
    assert where(done) == pytest.approx(HERE, abs=1e-9)


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:4326",
        "EPSG:4490",
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "urn:ogc:def:crs:EPSG::4490",
        CRS.from_epsg(4490).to_wkt("WKT1_ESRI"),
    ],
)
def test_geographic_systems_keep_their_numbers(crs: str) -> None:
    assert where(placed(contents(HERE, crs=crs), None)) == pytest.approx(HERE, abs=1e-9)


@pytest.mark.parametrize("code", [32651, 4549, 4508, 4528, 3857])
def test_projected_systems_are_transformed(code: int) -> None:
    there = Transformer.from_crs("EPSG:4326" if code in (32651, 3857) else "EPSG:4490", code, always_xy=True).transform(*HERE)
    done = placed(contents((float(there[0]), float(there[1])), crs=f"EPSG:{code}"), None)
    assert where(done) == pytest.approx(HERE, abs=1e-8)


def test_an_old_datum_without_an_exact_way_is_refused_or_moved_but_never_taken_as_it_is() -> None:
    """Beijing 1954 lies some 50 to 100 m off; PROJ knows ways for parts of China only."""
    try:
        done = placed(contents(HERE, crs="EPSG:4214"), None)
    except Invalid:
        return
    assert where(done) != pytest.approx(HERE, abs=1e-5)


@pytest.mark.parametrize("asked", [Datum.GCJ02, Datum.BD09])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:32651"])
def test_contradictions_are_refused(asked: Datum, crs: str) -> None:
    with pytest.raises(Invalid, match="One of them is wrong"):
        placed(contents(HERE, crs=crs), asked)
    with pytest.raises(Invalid, match="One of them is wrong"):
        placed(contents(HERE, datum=Datum.WGS84), asked)
    with pytest.raises(Invalid, match="One of them is wrong"):
        placed(contents(HERE, datum=asked), Datum.WGS84)


def test_wgs84_and_cgcs2000_agree() -> None:
    assert where(placed(contents(HERE, crs="EPSG:4326"), Datum.CGCS2000)) == HERE
    assert where(placed(contents(HERE, crs="EPSG:4490"), Datum.WGS84)) == HERE


@pytest.mark.parametrize("crs", ["EPSG:999999", "nonsense", "EPSG:5773"])
def test_systems_nobody_knows(crs: str) -> None:
    with pytest.raises(Invalid, match="not known"):
        placed(contents(HERE, crs=crs), Datum.WGS84)


def test_a_system_that_says_nothing() -> None:
    crs = 'LOCAL_CS["Undefined Cartesian SRS"]'
    with pytest.raises(Invalid, match="name the datum"):
        placed(contents(HERE, crs=crs), None)
    assert where(placed(contents(HERE, crs=crs), Datum.WGS84)) == HERE


def test_without_coordinates_no_datum_is_needed() -> None:
    assert placed(contents(None, None), None).rows[0].geometry is None


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ((31.63, 121.39), "swapped"),
        ((-5000.0, 12000.0), "metres"),
        ((354_000.0, 3_500_000.0), "metres"),
        ((1e308, -1e308), "metres"),
        ((181.0, 0.0), "metres"),
    ],
)
@pytest.mark.parametrize("datum", [Datum.WGS84, Datum.GCJ02, Datum.BD09])
def test_places_that_are_not_on_earth(place: tuple[float, float], said: str, datum: Datum) -> None:
    done = placed(contents(HERE, place), datum)
    assert done.rows[0].faults == ()
    assert said in str(done.rows[1].faults[0])
    assert done.rows[1].geometry is None


def test_round_the_antimeridian() -> None:
    row = Row(1, {}, LineString([(-179.9, 31), (179.9, 31)]))
    done = placed(Contents([row], Counted.FEATURE), Datum.WGS84)
    assert "half the earth" in str(done.rows[0].faults[0])


def test_places_where_a_projection_ends() -> None:
    done = placed(contents((5e7, 3.5e6), (1e300, 1e300), crs="EPSG:32651"), None)
    assert all(row.faults for row in done.rows)


def test_areas_are_moved_vertex_by_vertex() -> None:
    box = shapely.box(121.4, 31.6, 121.41, 31.61)
    (row,) = placed(Contents([Row(1, {}, box)], Counted.FEATURE), Datum.GCJ02).rows
    assert row.geometry is not None
    assert shapely.get_num_coordinates(row.geometry) == 5
    assert 0.004 < box.centroid.x - row.geometry.centroid.x < 0.006
