"""Random partitions of the tiny town's square: faces between random lines, and grids made of several of them."""

from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np
import shapely
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Polygon

from gridmap.geo.shapes import as_multipolygon
from gridmap.grids.lookup import InForce, Name, Span
from gridmap.routing.index import GridIndex
from tests import town

SIDE = 3
FRAME = town.square(0, 0, width=SIDE, height=SIDE)
Shape: TypeAlias = Polygon | MultiPolygon

coordinates = st.floats(-180, 180, allow_subnormal=False).map(lambda value: 0.0 if abs(value) < 1e-100 else value)
points = st.tuples(coordinates, coordinates)
TINIEST = float(np.nextafter(0.0, 1.0))


def spots() -> st.SearchStrategy[tuple[float, float]]:
    """Places in and a little around the town, in degrees."""
    cell = st.floats(-0.2, SIDE + 0.2, allow_nan=False)
    return st.builds(town.spot, cell, cell)


def _lines() -> st.SearchStrategy[list[LineString]]:
    along = st.integers(0, SIDE * 100).map(lambda hundredth: hundredth / 100)
    west_east = st.builds(lambda a, b: LineString([town.spot(-0.1, a), town.spot(SIDE + 0.1, b)]), along, along)
    south_north = st.builds(lambda a, b: LineString([town.spot(a, -0.1), town.spot(b, SIDE + 0.1)]), along, along)
    corner = st.builds(lambda a, b: LineString([town.spot(a, -0.1), town.spot(b, b), town.spot(-0.1, a)]), along, along)
    return st.lists(st.one_of(west_east, south_north, corner), min_size=2, max_size=9)


def faces(lines: list[LineString]) -> list[Polygon]:
    """The faces into which lines cut the square: a valid coverage, vertices on the lattice of 1e-8 degrees."""
    edges = shapely.union_all([*lines, FRAME.exterior], grid_size=1e-8)
    found = shapely.get_parts(shapely.polygonize([edges]))
    rounded = shapely.transform(found, lambda xy: xy.round(8))
    inside = shapely.covers(shapely.buffer(FRAME, 1e-7), rounded)
    return list(rounded[inside])


def partitions() -> st.SearchStrategy[list[Polygon]]:
    """Between two and some fifty polygons that tile the square."""
    return _lines().map(faces).filter(_sound)


def _sound(found: list[Polygon]) -> bool:
    # Corners less than a decimetre apart can change sides when they are rounded or projected.
    valid = len(found) > 1 and bool(shapely.is_valid(found).all()) and shapely.coverage_is_valid(found)
    return valid and float(np.min(shapely.minimum_clearance(found))) > 1e-6


@st.composite
def patchworks(draw: st.DrawFn) -> list[Shape]:
    """Partitions whose grids are made of several faces: in several parts, with holes that others fill."""
    found = draw(partitions())
    grids = draw(st.integers(1, min(8, len(found))))
    owner = draw(st.lists(st.integers(0, grids - 1), min_size=len(found), max_size=len(found)))
    merged = [shapely.coverage_union_all([face for face, o in zip(found, owner, strict=True) if o == g]) for g in range(grids)]
    return [shape for shape in merged if not shape.is_empty and shape.is_valid]


def code(number: int) -> str:
    """Codes of micro-grids, ascending."""
    return f"{town.village(1)}{number + 1:03d}"


def held(shapes: list[Shape]) -> InForce:
    """The shapes as micro-grids in force, coded in their order."""
    codes = [code(i) for i in range(len(shapes))]
    since = datetime(2026, 1, 1, tzinfo=UTC)
    spans = [Span(i + 1, 1, since, None) for i in range(len(shapes))]
    names = {c: Name(c, f"网格{c[-3:]}", f"Grid {c[-3:]}") for c in codes}
    return InForce(1, since, codes, spans, [as_multipolygon(shape) for shape in shapes], names)


def index_of(shapes: list[Shape]) -> GridIndex:
    """The index of the shapes."""
    return GridIndex(held(shapes))


def places_on(shapes: list[Shape]) -> np.ndarray:
    """Every vertex, the middle of every edge and of every face; (n, 2) degrees."""
    rings = shapely.get_rings(shapely.get_parts(shapes))
    middles = [(xy[1:] + xy[:-1]) / 2 for xy in map(shapely.get_coordinates, rings)]
    inner = shapely.get_coordinates(shapely.point_on_surface(shapes))
    return np.unique(np.vstack([shapely.get_coordinates(shapes), *middles, inner]), axis=0)
