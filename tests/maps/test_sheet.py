"""The map on a printed sheet fills the room it has, whatever the village looks like, and is true to scale."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridmap.maps.sheet import around, room_for, sheet

SIZES = st.floats(0.001, 0.1)


@given(SIZES, SIZES, st.integers(1, 30))
def test_the_surroundings_fill_what_the_village_leaves(width: float, height: float, grids: int) -> None:
    cells = [shapely.box(121.4 + width * n / grids, 31.6, 121.4 + width * (n + 1) / grids, 31.6 + height) for n in range(grids)]
    own = {f"3101511012030{n:02d}": cell for n, cell in enumerate(cells, 1)}
    room = room_for(own.values())
    drawn = sheet(own, {}, room)
    assert drawn.width / (drawn.height + drawn.strip) == pytest.approx(room.width / room.height, rel=0.01)
    assert max(drawn.width, drawn.height) == pytest.approx(1000)
    for mark in drawn.marks.values():
        assert 0 < mark.x < drawn.width
        assert 0 < mark.y < drawn.height


def test_what_lies_out_of_sight_is_not_drawn() -> None:
    own = {"310151101203001": shapely.box(121.4, 31.6, 121.41, 31.602)}
    beside = {"near": shapely.box(121.4, 31.602, 121.41, 31.61), "far": shapely.box(121.5, 31.6, 121.51, 31.61)}
    room = room_for(own.values())
    assert room.wide
    assert set(sheet(own, beside, room).around) == {"near"}
    assert shapely.box(*around(own.values())).intersects(beside["near"])
