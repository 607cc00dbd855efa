"""Shapes put together: the same bytes from the same shapes, in whichever order they come."""

import hypothesis.strategies as st
import shapely
from hypothesis import given
from shapely.geometry import box

from gridmap.geo.shapes import united

CELLS = [box(x, y, x + 1, y + 1) for x in range(3) for y in range(3) if (x, y) != (1, 1)]  # A ring: its union has a hole.


@given(st.permutations(CELLS))
def test_a_union_is_the_same_bytes_in_any_order(cells: list[shapely.Polygon]) -> None:
    assert shapely.to_wkb(united(cells)) == shapely.to_wkb(united(CELLS))


def test_a_union_of_what_does_not_touch_has_several_parts() -> None:
    assert len(united([CELLS[0], CELLS[-1]]).geoms) == 2
    assert united(CELLS).area == 8
