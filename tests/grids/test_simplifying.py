"""Simplified borders: always a coverage, made of its own vertices, and decided by what lies near alone."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.grids.simplifying import Borders
from gridmap.grids.tiling import to_mercator
from tests import patchwork
from tests.partitions import Shape, patchworks

tolerances = st.sampled_from([0.5, 5.0, 50.0, 500.0])


def flat(shapes: list[Shape]) -> np.ndarray:
    return to_mercator(np.array(shapes, dtype=object))


@settings(max_examples=60)
@given(shapes=patchworks(), tolerance=tolerances)
def test_holes_parts_and_islands_stay_a_coverage(shapes: list[Shape], tolerance: float) -> None:
    before = flat(shapes)
    after = Borders(before).simplified(tolerance)
    assert shapely.is_valid(after).all()
    assert shapely.coverage_is_valid(after)
    assert [shapely.get_num_geometries(s) for s in after] == [shapely.get_num_geometries(s) for s in before]
    assert (
        shapely.get_num_interior_rings(shapely.get_parts(after)).sum()
        == shapely.get_num_interior_rings(shapely.get_parts(before)).sum()
    )


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), how_many=st.integers(2, 60), tolerance=tolerances)
def test_borders_move_no_further_than_told(seed: int, how_many: int, tolerance: float) -> None:
    before = flat(patchwork.patches(seed, how_many))
    after = Borders(before).simplified(tolerance)
    assert shapely.coverage_is_valid(after)
    assert (shapely.hausdorff_distance(shapely.boundary(before), shapely.boundary(after)) <= tolerance * 1.000001).all()
    assert set(map(tuple, shapely.get_coordinates(after))) <= set(map(tuple, shapely.get_coordinates(before)))


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), tolerance=tolerances)
def test_who_sees_only_the_neighbourhood_sees_the_same(seed: int, tolerance: float) -> None:
    cells = flat(patchwork.patches(seed, 60))
    whole = Borders(cells).simplified(tolerance)
    tree = shapely.STRtree(cells)
    near = np.array([seed % len(cells)])
    for _ in range(2):  # Whose boxes meet its own, and those beside these.
        near = np.unique(tree.query(shapely.box(*shapely.bounds(cells[near]).T))[1])
    part = Borders(cells[near]).simplified(tolerance)
    at = int(np.flatnonzero(near == seed % len(cells))[0])
    assert part[at].wkb == whole[seed % len(cells)].wkb


def test_a_tiny_island_keeps_its_ground() -> None:
    island = shapely.Point(50, 50).buffer(1, quad_segs=16)
    sea = shapely.box(0, 0, 100, 100).difference(island)
    after = Borders(np.array([sea, island], dtype=object)).simplified(40.0)
    assert shapely.coverage_is_valid(after)
    assert not shapely.is_empty(after).any()
