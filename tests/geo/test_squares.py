"""Places on the world's square: in the tile where everybody else's arithmetic finds them, each in one of a zoom's."""

import math
from itertools import pairwise

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from gridmap.geo.squares import SIDE, Tile, key, square

LON, LAT = st.floats(-180, 180), st.floats(-90, 90)


def placed(lon: float, lat: float) -> tuple[int, int]:
    x, y = square(np.array([lon]), np.array([lat]))
    return int(x[0]), int(y[0])


@given(lon=st.floats(-179.9, 179.9), lat=st.floats(-85, 85), z=st.integers(0, 22))
def test_a_place_lies_in_the_tile_of_the_usual_formula(lon: float, lat: float, z: int) -> None:
    x, y = placed(lon, lat)
    column = (lon + 180) / 360 * 2**z
    row = (1 - math.log(math.tan(math.radians(lat)) + 1 / math.cos(math.radians(lat))) / math.pi) / 2 * 2**z
    assert abs(x / SIDE * 2**z - column) < 1e-6 * 2**z
    assert abs(y / SIDE * 2**z - row) < 1e-6 * 2**z


@given(lon=LON, lat=LAT, z=st.integers(0, 22))
@example(lon=180.0, lat=90.0, z=22)
@example(lon=-180.0, lat=-90.0, z=22)
def test_every_place_of_the_earth_has_one_tile_of_a_zoom(lon: float, lat: float, z: int) -> None:
    x, y = placed(lon, lat)
    number = int(key(np.array([x]), np.array([y]))[0])
    own = Tile(z, x * 2**z // SIDE, y * 2**z // SIDE)
    assert own.keys[0] <= number < own.keys[1]
    assert 0 <= own.x < 2**z
    assert 0 <= own.y < 2**z


@given(st.integers(0, 21), st.data())
def test_a_tile_is_its_four_quarters(z: int, data: st.DataObject) -> None:
    x, y = (data.draw(st.integers(0, 2**z - 1)) for _ in range(2))
    quarters = sorted(Tile(z + 1, 2 * x + across, 2 * y + down).keys for across in (0, 1) for down in (0, 1))
    assert (quarters[0][0], quarters[-1][1]) == Tile(z, x, y).keys
    assert all(one[1] == following[0] for one, following in pairwise(quarters))
