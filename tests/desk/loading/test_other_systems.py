"""What planning offices really send: GBK Shapefiles in local metres, GeoPackages in UTM, tables from map services."""

import zipfile
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import Point
from sqlalchemy.orm import Session

from gridmap.errors import Invalid
from gridmap.geo.datum import Datum
from tests import town
from tests.desk.loading.conftest import Loads, camera, in_datum, reasons


def in_metres(shapes: list[shapely.Geometry | None], epsg: int) -> list[shapely.Geometry | None]:
    way = Transformer.from_crs("EPSG:4490" if epsg == 4549 else "EPSG:4326", epsg, always_xy=True)
    return [shape and shapely.transform(shape, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1]))) for shape in shapes]


def written(path: Path, epsg: int, encoding: str | None) -> None:
    drafts = town.drafts()
    shapes = in_metres([draft.shape for draft in drafts], epsg)
    columns = [np.array(values, dtype=object) for values in zip(*((d.code, d.name, d.head_name) for d in drafts), strict=True)]
    wkb = shapely.to_wkb(np.array(shapes, dtype=object))
    names = ["网格编码", "网格名称", "网格长"]
    pyogrio.raw.write(path, wkb, columns, names, geometry_type="Polygon", crs=f"EPSG:{epsg}", encoding=encoding)


@pytest.mark.parametrize("epsg", [4549, 32651])
def test_grids_in_a_gbk_shapefile_in_metres(tiny_town: Session, load: Loads, tmp_path: Path, epsg: int) -> None:
    (tmp_path / "网格").mkdir()
    written(tmp_path / "网格" / "x.shp", epsg, "GBK")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for part in (tmp_path / "网格").iterdir():
            if part.suffix != ".cpg":
                archive.write(part, f"2026年网格/{part.name}")
    report = load("grids", tmp_path / "x.zip", datum=None)
    assert reasons(report) == []
    assert (report.changed, report.unchanged) == (0, 13)
    with pytest.raises(Invalid, match="One of them is wrong"):
        load("grids", tmp_path / "x.zip", datum=Datum.GCJ02)


def test_grids_in_a_geopackage_in_metres(tiny_town: Session, load: Loads, tmp_path: Path) -> None:
    written(tmp_path / "x.gpkg", 4549, None)
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
