"""The demo town's grids are what the README promises."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
import shapely
from pyproj import Geod
from shapely import Geometry

GEOD = Geod(ellps="WGS84")
Layer = dict[str, Any]
Shapes = dict[str, Geometry]


def micros(shapes: Shapes) -> Shapes:
    return {code: shape for code, shape in shapes.items() if len(code) == 15}


def square_kilometres(shape: Geometry) -> float:
    return abs(float(GEOD.geometry_area_perimeter(shape)[0])) / 1e6


def shared_edges(shapes: Shapes) -> list[Geometry]:
    merged = shapely.line_merge(shapely.union_all([s.boundary for s in micros(shapes).values()]))
    return list(shapely.get_parts(merged))


def test_they_call_themselves_synthetic_in_both_languages(grids: Layer) -> None:
    assert grids["synthetic"] is True
    assert "虚构" in grids["notice"]["zh"]
    assert "invented" in grids["notice"]["en"]


def test_counts_and_levels(grids: Layer) -> None:
    levels = Counter(f["properties"]["level"] for f in grids["features"])
    assert levels["town"] == 1
    assert levels["village"] == 40
    assert 70 <= levels["micro"] <= 90
    tails = [f["properties"]["code"][9:] for f in grids["features"] if f["properties"]["level"] == "village"]
    assert sum(tail < "200" for tail in tails) == 25


def test_codes_names_and_parents(grids: Layer) -> None:
    by_code = {f["properties"]["code"]: f["properties"] for f in grids["features"]}
    assert len(by_code) == len(grids["features"])
    for code, one in by_code.items():
        digits, parent = {"town": (9, None), "village": (12, code[:9]), "micro": (15, code[:12])}[one["level"]]
        assert re.fullmatch(rf"\d{{{digits}}}", code)
        assert one["parent"] == parent
        assert parent is None or parent in by_code
        assert one["name_en"].isascii()
        assert one["head_name"].startswith("示例")
        assert re.fullmatch(r"021-5550-1\d{3}", one["head_phone"])
    names = [one["name"] for one in by_code.values()]
    assert len(set(names)) == len(names)


def test_every_village_has_one_to_four_micro_grids_numbered_from_one(shapes: Shapes) -> None:
    for village in (code for code in shapes if len(code) == 12):
        numbers = sorted(int(code[12:]) for code in micros(shapes) if code.startswith(village))
        assert numbers == list(range(1, len(numbers) + 1))
        assert 1 <= len(numbers) <= 4


def test_the_micro_grids_leave_no_gap_and_no_overlap(shapes: Shapes) -> None:
    faces = list(micros(shapes).values())
    assert all(face.is_valid for face in faces)
    for gap_width in (0.0, 1e-7, 1e-5):
        assert shapely.coverage_is_valid(faces, gap_width=gap_width)


def test_a_village_is_the_union_of_its_micro_grids_and_the_town_of_its_villages(shapes: Shapes) -> None:
    villages = {code: shape for code, shape in shapes.items() if len(code) == 12}
    for code, shape in villages.items():
        union = shapely.coverage_union_all([s for c, s in micros(shapes).items() if c.startswith(code)])
        assert shapely.equals_exact(shape.normalize(), union.normalize(), tolerance=0.0)
        assert shape.geom_type == "Polygon"
    town = shapes["310151101"]
    assert shapely.coverage_is_valid(list(villages.values()))
    assert town.symmetric_difference(shapely.coverage_union_all(list(villages.values()))).area == pytest.approx(0.0, abs=1e-14)
    assert not shapely.get_num_interior_rings(town)


def test_areas(shapes: Shapes) -> None:
    assert 55.0 <= square_kilometres(shapes["310151101"]) <= 58.0
    sizes = {code: square_kilometres(shape) for code, shape in micros(shapes).items()}
    rural = [size for code, size in sizes.items() if code[9] == "2"]
    urban = [size for code, size in sizes.items() if code[9] == "0"]
    assert 0.9 <= sum(rural) / len(rural) <= 1.1
    assert max(urban) < min(rural)


def test_the_centre_is_urban_and_both_seats_of_government_lie_inside(shapes: Shapes) -> None:
    for lon, lat in ((121.39461, 31.63093), (121.39831, 31.62825)):
        hits = [code for code, shape in micros(shapes).items() if shape.covers(shapely.Point(lon, lat))]
        assert len(hits) == 1
        assert hits[0][9] == "0"


def test_shared_edges_have_20_to_100_vertices(shapes: Shapes) -> None:
    edges = shared_edges(shapes)
    assert len(edges) > 200
    assert all(20 <= shapely.get_num_coordinates(edge) <= 100 for edge in edges)


def test_coordinates_lie_on_the_grid_of_1e8_degrees(shapes: Shapes) -> None:
    for number in shapely.get_coordinates(list(shapes.values())).ravel():
        assert round(number, 8) == number


def test_rings_turn_the_right_way(shapes: Shapes) -> None:
    for shape in shapes.values():
        assert shapely.is_ccw(shape.exterior)


def test_numbers_go_west_to_east_then_north_to_south(shapes: Shapes) -> None:
    """In a later column every grid is east of the column before; inside a column each is south of the one before."""
    for village in (code for code in shapes if len(code) == 12):
        centres = [shape.centroid for code, shape in sorted(micros(shapes).items()) if code.startswith(village)]
        column = centres[0].x
        for before, after in pairwise(centres):
            _, _, apart = GEOD.inv(min(column, before.x), before.y, max(column, after.x), before.y)
            if after.y < before.y and apart < 2 * 350.0:
                continue
            assert after.x > before.x or apart >= 350.0
            column = after.x
