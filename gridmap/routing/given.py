"""What polygons an index can be built of."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.errors import Invalid, msg


def check(codes: Sequence[str], shapes: NDArray[np.object_]) -> None:
    """Raises Invalid for the first polygon (n,) that can't be indexed under its code, and says why."""
    if len(codes) != len(shapes):
        text = msg("%(codes)s codes, but %(count)s polygons")
        raise Invalid(text, field="geometry", codes=len(codes), count=len(shapes))
    if len(set(codes)) < len(codes):
        raise Invalid(msg("A code stands there more than once"), field="code")
    areas = np.isin(shapely.get_type_id(shapes), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    _refuse(codes, ~areas | shapely.is_empty(shapes), msg("%(code)s has no polygon"))
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    sane = np.ones(len(shapes), bool)
    sane[of[~(np.abs(xy) <= (180.0, 90.0)).all(axis=1)]] = False
    _refuse(codes, ~sane, msg("The polygon of %(code)s is not in degrees, longitude first"))
    across = _widest_step(shapes) > 180
    _refuse(codes, across, msg("The polygon of %(code)s crosses the 180th meridian: cut it there in two"))


def _refuse(codes: Sequence[str], wrong: NDArray[np.bool_], text: str) -> None:
    if wrong.any():
        raise Invalid(text, field="geometry", code=codes[int(np.argmax(wrong))])


def _widest_step(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """How many degrees of longitude the longest edge of each polygon takes."""
    parts, shape_of = shapely.get_parts(shapes, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    steps = np.where(ring_of[1:] == ring_of[:-1], np.abs(np.diff(xy[:, 0])), 0.0)
    widest = np.zeros(len(shapes))
    np.maximum.at(widest, shape_of[part_of[ring_of[1:]]], steps)
    return widest
