"""The world as one square, its places numbered along a Z-order curve: the places of a tile have numbers in a row. Pure.

The square is that of web maps (EPSG:3857): x grows eastward from 180° W, y southward from 85.0511° N, both in 2**31 steps of
some 2 cm at the equator. What lies beyond an edge counts as on it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DEPTH = 31
SIDE = 2**DEPTH
NOWHERE = 4**DEPTH  # The number after all places': for what has none.

Steps = NDArray[np.int64]


class Tile(NamedTuple):
    """A tile of zoom z (0 to 31): one of the 2**z columns and rows of equal squares."""

    z: int
    x: int
    y: int

    @property
    def keys(self) -> tuple[int, int]:
        """From which number on its places are, and before which."""
        count = int(4 ** (DEPTH - self.z))
        first = int(key(np.array([self.x]), np.array([self.y]))[0]) * count
        return first, first + count

    @property
    def side(self) -> int:
        """How many steps it is wide."""
        return int(SIDE // 2**self.z)


def square(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[Steps, Steps]:
    """Columns and rows (0 to 2**31 - 1) of places in degrees WGS-84."""
    turned = np.radians(np.clip(lat, -89.9, 89.9))  # At a pole the row would be infinite.
    across = (lon + 180.0) / 360.0
    down = (1.0 - np.arcsinh(np.tan(turned)) / np.pi) / 2.0
    return _steps(across), _steps(down)


def _steps(share: NDArray[np.float64]) -> Steps:
    return np.asarray(np.clip(np.floor(share * SIDE), 0, SIDE - 1), dtype=np.int64)


def key(x: Steps, y: Steps) -> Steps:
    """The numbers of these steps: their bits taken in turn, the column's last."""
    return np.asarray(_spread(x) | (_spread(y) << 1))


def _spread(steps: Steps) -> Steps:
    """Each bit moved to twice its place."""
    bits = steps
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        bits = (bits | (bits << shift)) & mask
    return bits
