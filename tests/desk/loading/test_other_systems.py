"""What planning offices really send: GBK Shapefiles in local metres, GeoPackages in UTM, tables from map services."""

from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from shapely.geometry import Point
from sqlalchemy.orm import Session

from gridmap.errors import Invalid
from gridmap.geo.datum import Datum
from tests import town
from tests.desk.loading.conftest import Loads, camera, in_datum, reasons
from tests.desk.loading.other_systems import written, zipped_shapefile


@pytest.mark.parametrize("epsg", [4549, 32651])
def test_grids_in_a_gbk_shapefile_in_metres(tiny_town: Session, load: Loads, tmp_path: Path, epsg: int) -> None:
    path = zipped_shapefile(tmp_path, town.drafts(), epsg)
    report = load("grids", path, datum=None)
    assert reasons(report) == []
    assert (report.changed, report.unchanged) == (0, 13)
    with pytest.raises(Invalid, match="One of them is wrong"):
        load("grids", path, datum=Datum.GCJ02)


def test_grids_in_a_geopackage_in_metres(tiny_town: Session, load: Loads, tmp_path: Path) -> None:
    written(tmp_path / "x.gpkg", town.drafts(), 4549)
    assert load("grids", tmp_path / "x.gpkg", datum=None).unchanged == 13


def test_a_table_from_a_map_service(tiny_town: Session, load: Loads) -> None:
    place = Point(town.spot(0.5, 0.5))
    there = in_datum(place, Datum.BD09)
    facts = camera()
    text = f"国标编码,设备名称,经度,纬度,坐标系\r\n{facts['id']},路口,{there.x!r},{there.y!r},百度\r\n"
    report = load("cameras", text.encode("gb18030"), suffix=".csv", datum=None)
    assert reasons(report) == []
    assert report.datum == "bd09"


def test_degrees_that_claim_to_be_metres(tiny_town: Session, load: Loads, tmp_path: Path) -> None:
    """A .prj copied from another file: every place lies in the Atlantic, and is refused for it."""
    point = shapely.to_wkb(np.array([Point(town.spot(0.5, 0.5))], dtype=object))
    facts = [np.array([camera()[name]], dtype=object) for name in ("id", "name")]
    path = tmp_path / "x.gpkg"
    pyogrio.raw.write(path, point, facts, ["id", "name"], driver="GPKG", geometry_type="Point", crs="EPSG:32651")
    report = load("cameras", path, datum=None)
    assert "outside of the town" in reasons(report)[0][1]
