"""A grid's outline among its neighbours as a small drawing: SVG paths, north up, in proportion. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians

import shapely
from shapely.geometry.base import BaseGeometry

SIDE = 1000.0
_MARGIN = 20.0
_FINE = 2.0


@dataclass(frozen=True)
class Outline:
    """Paths by grid code in a square of `SIDE` units, and how large it really is."""

    paths: Mapping[str, str]
    width: float
    height: float


def outline(shapes: Mapping[str, BaseGeometry], box: tuple[float, float, float, float] | None = None) -> Outline:
    """Draw shapes (degrees WGS-84, lon first) into one picture; empty where there are none.

    `box` (west, south, east, north) is what the picture shows; all of the shapes, unless given.
    """
    if not shapes:
        return Outline({}, SIDE, SIDE)
    west, south, east, north = box or shapely.total_bounds(list(shapes.values()))
    shrink = cos(radians((south + north) / 2))  # A degree of longitude is that much shorter here.
    scale = (SIDE - 2 * _MARGIN) / max((east - west) * shrink, north - south)

    def placed(shape: BaseGeometry) -> BaseGeometry:
        def flat(xy: Sequence[Sequence[float]]) -> list[list[float]]:
            return [[(x - west) * shrink * scale + _MARGIN, (north - y) * scale + _MARGIN] for x, y in xy]

        return shapely.simplify(shapely.transform(shape, flat), _FINE)

    paths = {code: _path(placed(shape)) for code, shape in shapes.items()}
    return Outline(paths, (east - west) * shrink * scale + 2 * _MARGIN, (north - south) * scale + 2 * _MARGIN)


def _path(shape: BaseGeometry) -> str:
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    return "".join("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in ring.coords[:-1]) + "Z" for ring in rings)
