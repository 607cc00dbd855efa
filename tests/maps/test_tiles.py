"""Tiles have no seams: between neighbours, between levels, between tiles; and hold what the layer promises."""

import math
from itertools import combinations

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.errors import Invalid, NotFound
from gridmap.grids.codes import Level
from gridmap.grids.models import Boundary
from gridmap.maps.tiles import LAYERS, MAX_ZOOM, tile
from tests import patchwork, town
from tests.mvt import Feature, decode

EVERYTHING = tuple(Level)


def tile_at(zoom: int, x: float, y: float) -> tuple[int, int]:
    """Column and row of the tile that holds the spot (x, y) of the tiny town."""
    lon, lat = town.spot(x, y)
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * 2**zoom), int(row * 2**zoom)


def grids(session: Session, zoom: int, x: int, y: int) -> dict[str, list[Feature]]:
    return decode(tile(session, "grids", zoom, x, y, levels=EVERYTHING))


def seam(features: list[Feature], within: Polygon) -> BaseGeometry:
    """What of the area belongs to no feature, or to two."""
    shapes = [feature.geometry for feature in features]
    shared = [one.intersection(other) for one, other in combinations(shapes, 2) if one.intersects(other)]
    return shapely.unary_union([within.difference(shapely.unary_union(shapes)), *shared])


@pytest.mark.parametrize("zoom", [7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19])
def test_neighbours_meet_at_every_zoom(session: Session, zoom: int) -> None:
    patchwork.found(session)
    for x, y in ((1, 1), (2, 2), (1, 1.5), (1.5, 1)):
        layers = grids(session, zoom, *tile_at(zoom, x, y))
        inside = box(0, 0, 4096, 4096).intersection(shapely.unary_union([f.geometry for f in layers["town"]]))
        for level in ("village", "micro"):
            assert all(feature.geometry.is_valid for feature in layers[level])
            # Rounding to whole units can push a corner across an edge that is nearer than a unit, a 16th of a pixel.
            found = seam([feature for feature in layers[level] if feature.geometry.intersects(inside)], inside)
            assert found.buffer(-0.5).is_empty
            assert zoom < 12 or found.area < 1e-6


@pytest.mark.parametrize("zoom", [13, 14, 16, 18])
def test_neighbouring_tiles_continue_each_other(session: Session, zoom: int) -> None:
    patchwork.found(session)
    x, y = tile_at(zoom, 1.5, 1.5)
    left, right = grids(session, zoom, x, y)["micro"], grids(session, zoom, x + 1, y)["micro"]
    strip = box(4096 - 32, 0, 4096 + 32, 4096)
    shifted = {f.id: affinity.translate(f.geometry, 4096) for f in right}
    assert {f.id for f in left if f.geometry.intersects(strip)} == {
        key for key, shape in shifted.items() if shape.intersects(strip)
    }
    for feature in left:
        if feature.id in shifted:
            apart = feature.geometry.intersection(strip).symmetric_difference(shifted[feature.id].intersection(strip))
            # Each tile rounds to its own lattice of whole units, so an edge may differ by one.
            assert apart.buffer(-1.01).is_empty


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # it only reads
@given(x=st.floats(0.1, 2.9), y=st.floats(0.1, 2.9), zoom=st.integers(10, 18))
def test_every_place_of_the_town_is_in_one_grid_of_each_level(patchwork_town: Session, x: float, y: float, zoom: int) -> None:
    column, row = tile_at(zoom, x, y)
    lon, lat = town.spot(x, y)
    px = ((lon + 180) / 360 * 2**zoom - column) * 4096
    py = ((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom - row) * 4096
    # Edges run between whole numbers; a point a little off them all lies on none.
    spot = shapely.Point(px + 0.000_123, py + 0.000_457)
    layers = grids(patchwork_town, zoom, column, row)
    assert {level: sum(f.geometry.intersects(spot) for f in found) for level, found in layers.items()} == dict.fromkeys(
        EVERYTHING, 1
    )


@pytest.fixture
def patchwork_town(session: Session) -> Session:
    patchwork.found(session)
    return session


def test_the_zoom_chooses_the_levels_unless_one_is_asked_for(tiny_town: Session) -> None:
    for zoom, levels in ((5, {"town"}), (10, {"town", "village"}), (12, {"town", "village", "micro"})):
        assert decode(tile(tiny_town, "grids", zoom, *tile_at(zoom, 1.5, 1.5))).keys() == levels
    only = decode(tile(tiny_town, "grids", 9, *tile_at(9, 1.5, 1.5), levels=[Level.MICRO]))
    assert only.keys() == {"micro"}
    assert len(only["micro"]) == 9


def test_a_grid_says_who_it_is(tiny_town: Session) -> None:
    layers = grids(tiny_town, 12, *tile_at(12, 1.5, 1.5))
    [middle] = [f for f in layers["micro"] if f.properties["code"] == town.micro(2, 2)]
    assert middle.properties == {
        "code": town.micro(2, 2),
        "name": "演示村2第2微网格",
        "name_en": "Demo Village 2 Micro-grid 2",
        "level": "micro",
        "parent": town.village(2),
    }
    boundary = tiny_town.scalar(select(Boundary.id).where(Boundary.grid_code == town.micro(2, 2)))
    assert middle.id == boundary


def test_cameras_and_service_points_lie_where_they_stand(session: Session) -> None:
    town.camera(session, at=(1.5, 1.5), bearing_deg=90.0)
    town.service_point(session, at=(1.25, 1.5))
    place = tile_at(14, 1.5, 1.5)
    [camera] = decode(tile(session, "cameras", 14, *place))["cameras"]
    assert camera.properties["vendor"] == "dahua"
    assert camera.properties["bearing_deg"] == 90.0
    lon, lat = town.spot(1.5, 1.5)
    assert camera.geometry.x == pytest.approx(((lon + 180) / 360 * 2**14 - place[0]) * 4096, abs=1)
    assert camera.geometry.y == pytest.approx(
        ((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**14 - place[1]) * 4096, abs=1
    )
    [point] = decode(tile(session, "service-points", 14, *tile_at(14, 1.25, 1.5)))["service-points"]
    assert point.properties == {"code": "SP-001", "name": "服务点1", "name_en": "Service point 1"}


def test_where_nothing_is_a_tile_is_empty(tiny_town: Session) -> None:
    for layer in LAYERS:
        assert decode(tile(tiny_town, layer, 14, 0, 0)) == {}


def test_there_are_no_other_layers_and_places(tiny_town: Session) -> None:
    with pytest.raises(NotFound, match="grids, cameras, service-points, cases"):
        tile(tiny_town, "roads", 0, 0, 0)
    for place in ((MAX_ZOOM + 1, 0, 0), (3, 8, 0), (3, 0, 8), (10**30, 0, 0), (0, 10**30, 0)):
        with pytest.raises(Invalid):
            tile(tiny_town, "grids", *place)
