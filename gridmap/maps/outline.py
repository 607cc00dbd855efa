"""Grids as a drawing without a base map: SVG paths, north up, in proportion. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians

import shapely
from shapely.geometry.base import BaseGeometry

SIDE = 1000.0
MARGIN = 20.0
_FINE = 2.0


Box = tuple[float, float, float, float]  # West, south, east, north in degrees.


@dataclass(frozen=True)
class Frame:
    """From degrees to a picture whose longer side has `SIDE` units, y down; `scale` is units for a degree of latitude."""

    box: Box
    shrink: float
    scale: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the picture in units."""
        west, south, east, north = self.box
        return (east - west) * self.shrink * self.scale + 2 * MARGIN, (north - south) * self.scale + 2 * MARGIN

    def placed(self, shape: BaseGeometry) -> BaseGeometry:
        """A shape (degrees WGS-84, lon first) in the picture's units."""
        west, _, _, north = self.box

        def flat(xy: Sequence[Sequence[float]]) -> list[list[float]]:
            return [[(x - west) * self.shrink * self.scale + MARGIN, (north - y) * self.scale + MARGIN] for x, y in xy]

        return shapely.transform(shape, flat)

    def path(self, shape: BaseGeometry) -> str:
        """A polygon as an SVG path, without corners too fine to be seen."""
        return _path(shapely.simplify(self.placed(shape), _FINE))


def frame(box: Box) -> Frame:
    """A picture of what lies in a box."""
    west, south, east, north = box
    shrink = cos(radians((south + north) / 2))  # A degree of longitude is that much shorter here.
    return Frame(box, shrink, (SIDE - 2 * MARGIN) / max((east - west) * shrink, north - south))


@dataclass(frozen=True)
class Outline:
    """Paths by grid code in a square of `SIDE` units, and how large it really is."""

    paths: Mapping[str, str]
    width: float
    height: float


def outline(shapes: Mapping[str, BaseGeometry], box: Box | None = None) -> Outline:
    """Draw shapes (degrees WGS-84, lon first) into one picture; empty where there are none.

    `box` is what the picture shows; all of the shapes, unless given.
    """
    if not shapes:
        return Outline({}, SIDE, SIDE)
    west, south, east, north = box or shapely.total_bounds(list(shapes.values()))
    shown = frame((west, south, east, north))
    return Outline({code: shown.path(shape) for code, shape in shapes.items()}, *shown.size)


def _path(shape: BaseGeometry) -> str:
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    return "".join("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in ring.coords[:-1]) + "Z" for ring in rings)
