"""On which side of an edge a point lies, against exact fractions."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.routing.cells.orientation import side
from tests.partitions import TINIEST, points


@settings(max_examples=400, deadline=None)
@given(points, points, st.floats(-1, 2), st.integers(-2, 2), st.integers(-2, 2))
def test_the_side_of_an_edge_is_exact_to_the_last_bit(
    a: tuple[float, float], b: tuple[float, float], along: float, x_ulps: int, y_ulps: int
) -> None:
    p = [a[axis] + along * (b[axis] - a[axis]) for axis in (0, 1)]
    for axis, ulps in enumerate((x_ulps, y_ulps)):
        for _ in range(abs(ulps)):
            p[axis] = float(np.nextafter(p[axis], np.copysign(np.inf, ulps))) if p[axis] else 0.0
    assert np.sign(side(a, b, (p[0], p[1]))) == exactly(a, b, (p[0], p[1]))


def exactly(a: tuple[float, float], b: tuple[float, float], p: tuple[float, float]) -> int:
    """The sign of `side`, by fractions."""
    (ax, ay), (bx, by), (px, py) = (tuple(map(Fraction, pair)) for pair in (a, b, p))
    exact = (ax - px) * (by - py) - (ay - py) * (bx - px)
    return (exact > 0) - (exact < 0)


@settings(max_examples=400, deadline=None)
@given(points, points, st.sampled_from([0, 1]), st.integers(-2, 2), st.floats(-90, 90).filter(lambda value: abs(value) > 1e-9))
def test_the_side_is_exact_a_hair_beside_the_equator_and_greenwich_too(
    a: tuple[float, float], b: tuple[float, float], axis: int, steps: int, along: float
) -> None:
    """There a hair is the tiniest double, and what it is multiplied with would be rounded to nothing."""
    ends = [list(a), list(b)]
    ends[0][axis] = 0.0
    p = [along, along]
    p[axis] = steps * TINIEST
    for b_too in (False, True):
        ends[1][axis] = 0.0 if b_too else b[axis]
        one, other = ((end[0], end[1]) for end in ends)
        assert np.sign(side(one, other, (p[0], p[1]))) == exactly(one, other, (p[0], p[1]))
