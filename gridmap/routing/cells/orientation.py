"""On which side of an edge a point lies, exactly.

The filter and the error-free transformations are those of J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic and
Fast Robust Geometric Predicates" (Discrete & Computational Geometry 18, 1997): two-sum (theorem 7), split (17), two-product
(18), grow-expansion (figure 6) and bound A of orient2d. Where the filter can't tell, the six products of the determinant are
summed without any rounding.
"""

import numpy as np

from gridmap.routing.cells.compiled import compiled, inlined
from gridmap.routing.cells.table import Floats, Point

_EPSILON = 2.0**-53
_BOUND = (3.0 + 16.0 * _EPSILON) * _EPSILON
_SPLITTER = 2.0**27 + 1.0
_TINY = 1e-290  # A sum of products that is less may have lost bits by underflow.
_LIFT = 2.0**500  # Lifted so, degrees neither overflow nor, multiplied, underflow; a power of two rounds nothing.


@inlined
def side(a: Point, b: Point, p: Point) -> float:
    """Positive where p lies left of the line from a to b, negative on its right, 0 on it; the sign is exact.

    Exact unless a longitude and a latitude, neither of them 0, multiply to less than 1e-590.
    """
    left = (a[0] - p[0]) * (b[1] - p[1])
    right = (a[1] - p[1]) * (b[0] - p[0])
    found = left - right
    bound = _BOUND * (abs(left) + abs(right)) + _TINY
    if found > bound or -found > bound:
        return found
    return _exactly(a, b, p)


@compiled
def _exactly(a: Point, b: Point, p: Point) -> float:
    if a == b:
        return 0.0
    terms = np.zeros(12)
    a, b, p = (a[0] * _LIFT, a[1] * _LIFT), (b[0] * _LIFT, b[1] * _LIFT), (p[0] * _LIFT, p[1] * _LIFT)
    products = ((a[0], b[1]), (-a[0], p[1]), (-p[0], b[1]), (-a[1], b[0]), (a[1], p[0]), (p[1], b[0]))
    for i in range(6):
        high, low = _product(products[i][0], products[i][1])
        _grow(terms, 2 * i, low)
        _grow(terms, 2 * i + 1, high)
    largest = 0.0  # Of an expansion without overlap the last component that is not 0 has the sum's sign.
    for term in terms:
        if term != 0.0:
            largest = term
    return largest


@inlined
def _product(one: float, other: float) -> tuple[float, float]:
    high = one * other
    a, b = _split(one)
    c, d = _split(other)
    return high, b * d - (((high - a * c) - b * c) - a * d)


@inlined
def _split(value: float) -> tuple[float, float]:
    scaled = _SPLITTER * value
    high = scaled - (scaled - value)
    return high, value - high


@inlined
def _grow(terms: Floats, used: int, more: float) -> None:
    """Add a number to an expansion of `used` components."""
    for i in range(used):
        total = more + terms[i]
        part = total - more
        terms[i] = (more - (total - part)) + (terms[i] - part)
        more = total
    terms[used] = more
