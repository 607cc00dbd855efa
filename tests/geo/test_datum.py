"""The datums against published vectors, and there and back again over China."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon

from gridmap.geo import datum
from gridmap.geo.datum import Datum
from gridmap.geo.measure import distance_m

# WGS-84 lat, lng -> GCJ-02 lat, lng: test vectors of eviltransform (BSD-2).
EVILTRANSFORM = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
]
# lng, lat in WGS-84, GCJ-02 and BD-09 as the map services' own APIs answered (gcoord's fixture of Chinese cities, MIT).
CITIES = {
    "上海城区": ((121.4691633, 31.2323443), (121.4737061, 31.2304194), (121.4802435, 31.2363541)),
    "南通": ((120.8900776, 31.9823396), (120.8943001, 31.980175), (120.9008917, 31.9858283)),
    "苏州": ((120.5811071, 31.3011601), (120.5852941, 31.298983), (120.5917094, 31.3052382)),
}
# The town, computed with the reference constants: lat, lng in WGS-84, GCJ-02, BD-09.
TOWN = [
    ((31.63093, 121.39461), (31.629188004, 121.399295192), (31.634992059, 121.405836680)),
    ((31.62825, 121.39831), (31.626508963, 121.402996022), (31.632376686, 121.409523573)),
]
SHIFTED = [Datum.GCJ02, Datum.BD09]
# A degree inside of the rectangle's edges: at the edge itself the shift begins, and the way back has two answers.
LON = st.floats(73.1, 136.8)
LAT = st.floats(1.9, 54.8)


@pytest.mark.parametrize(("wgs", "gcj"), EVILTRANSFORM)
def test_wgs84_to_gcj02_as_eviltransform(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    lon, lat = datum.wgs84_to_gcj02(wgs[1], wgs[0])
    assert (lat, lon) == pytest.approx(gcj, abs=1e-9, rel=0)


def test_wgs84_to_gcj02_as_coord_convert() -> None:
    lon, lat = datum.wgs84_to_gcj02(120, 40)
    assert (lon, lat) == pytest.approx((120.00567568355486, 40.0013047896019), abs=1e-9, rel=0)


@pytest.mark.parametrize(("wgs", "gcj", "bd"), CITIES.values(), ids=CITIES)
def test_as_the_map_services_answer(wgs: tuple[float, float], gcj: tuple[float, float], bd: tuple[float, float]) -> None:
    assert datum.wgs84_to_gcj02(*wgs) == pytest.approx(gcj, abs=1e-4, rel=0)
    assert datum.gcj02_to_wgs84(*gcj) == pytest.approx(wgs, abs=1e-4, rel=0)
    assert datum.gcj02_to_bd09(*gcj) == pytest.approx(bd, abs=1e-5, rel=0)
    assert datum.bd09_to_gcj02(*bd) == pytest.approx(gcj, abs=1e-5, rel=0)


@pytest.mark.parametrize(("wgs", "gcj", "bd"), TOWN)
def test_the_town(wgs: tuple[float, float], gcj: tuple[float, float], bd: tuple[float, float]) -> None:
    assert datum.from_wgs84(Datum.GCJ02, *wgs[::-1]) == pytest.approx(gcj[::-1], abs=1e-9, rel=0)
    assert datum.from_wgs84(Datum.BD09, *wgs[::-1]) == pytest.approx(bd[::-1], abs=1e-9, rel=0)
    assert datum.to_wgs84(Datum.GCJ02, *gcj[::-1]) == pytest.approx(wgs[::-1], abs=2e-9, rel=0)
    assert datum.to_wgs84(Datum.BD09, *bd[::-1]) == pytest.approx(wgs[::-1], abs=2e-9, rel=0)


def test_the_shift_at_the_town_is_some_485_m() -> None:
    lon, lat = datum.from_wgs84(Datum.GCJ02, 121.39461, 31.63093)
    assert 480 < distance_m(121.39461, 31.63093, float(lon), float(lat)) < 486


@pytest.mark.parametrize("which", SHIFTED)
@given(lon=LON, lat=LAT)
def test_there_and_back_again(which: Datum, lon: float, lat: float) -> None:
    there = datum.from_wgs84(which, lon, lat)
    assert datum.to_wgs84(which, *there) == pytest.approx((lon, lat), abs=1e-9, rel=0)


@pytest.mark.parametrize("which", SHIFTED)
@given(lon=LON, lat=LAT)
def test_back_and_there_again(which: Datum, lon: float, lat: float) -> None:
    back = datum.to_wgs84(which, lon, lat)
    assert datum.from_wgs84(which, *back) == pytest.approx((lon, lat), abs=1e-9, rel=0)


@pytest.mark.parametrize("which", list(Datum))
@given(places=st.lists(st.tuples(LON, LAT), min_size=1, max_size=20))
def test_many_at_once_as_one_by_one(which: Datum, places: list[tuple[float, float]]) -> None:
    """Within the promise: the way back stops for all at once, so one of many may come a round nearer than alone."""
    lons, lats = np.array(places).T
    for way in (datum.to_wgs84, datum.from_wgs84):
        many = np.column_stack(way(which, lons, lats))
        alone = [way(which, lon, lat) for lon, lat in places]
        assert many == pytest.approx(np.array(alone, dtype=float), abs=1e-9, rel=0)


@pytest.mark.parametrize("which", list(Datum))
@pytest.mark.parametrize("place", [(2.35, 48.85), (-74.0, 40.7), (0.0, 0.0), (151.2, -33.9), (180.0, 90.0), (-180.0, -90.0)])
def test_abroad_all_datums_agree(which: Datum, place: tuple[float, float]) -> None:
    assert datum.from_wgs84(which, *place) == pytest.approx(place, abs=0, rel=0)
    assert datum.to_wgs84(which, *place) == pytest.approx(place, abs=0, rel=0)


@given(lon=st.floats(-180, 180), lat=st.floats(-90, 90), which=st.sampled_from(SHIFTED))
def test_every_place_on_earth_comes_back_as_a_number(lon: float, lat: float, which: Datum) -> None:
    there = datum.to_wgs84(which, lon, lat)
    assert np.isfinite(there).all()
    assert there == pytest.approx((lon, lat), abs=0.1, rel=0)


def test_cgcs2000_is_taken_as_wgs84() -> None:
    assert datum.to_wgs84(Datum.CGCS2000, 121.4, 31.6) == pytest.approx((121.4, 31.6), abs=0, rel=0)


def test_shapes_keep_their_kind_and_lose_their_heights() -> None:
    ring = [(121.40, 31.60, 5.0), (121.41, 31.60, 5.0), (121.41, 31.61, 5.0), (121.40, 31.60, 5.0)]
    shape = datum.shape_to_wgs84(Datum.GCJ02, MultiPolygon([Polygon(ring)]))
    assert shape.geom_type == "MultiPolygon"
    assert not shape.has_z
    corner = datum.gcj02_to_wgs84(121.40, 31.60)
    assert shape.geoms[0].exterior.coords[0] == pytest.approx(corner, abs=1e-9)
    assert datum.shape_to_wgs84(Datum.WGS84, Point(1, 2, 3)).equals_exact(Point(1, 2))
