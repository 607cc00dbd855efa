"""The partition guarantee: do these polygons tile the ground without gap and overlap? Pure: shapely in, problems out.

`shapely.coverage_is_valid` alone is not enough: it is blind to enclosed gaps wider than its `gap_width`. So three
questions are asked: are the edges of neighbours the same edges (GEOS coverage validation, Martin Davis 2022), do
interiors overlap, and does the union enclose holes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gridmap.errors import msg
from gridmap.geo.measure import Plane, plane_at

GAP_WIDTH_M = 1.0  # Openings narrower than this between two grids are gaps even where they open to the outside.
Shapes = Mapping[str, Polygon | MultiPolygon]


class Flaw(StrEnum):
    """The ways in which a set of boundaries fails to be a partition."""

    BROKEN = "broken"
    GAP = "gap"
    OVERLAP = "overlap"
    UNNODED = "unnoded"


@dataclass(frozen=True)
class Problem:
    """One flaw, where it is and how large.

    Attributes:
        codes: the grids concerned, in order.
        lon, lat: a place on it, degrees WGS-84.
        length_m: its longest extent in metres.
        area_m2: its area in square metres; 0 for a line.
        geometry: it, in degrees.
        why: what GEOS says of a broken polygon.
    """

    flaw: Flaw
    codes: tuple[str, ...]
    lon: float
    lat: float
    length_m: float
    area_m2: float
    geometry: BaseGeometry
    why: str = ""

    @property
    def text(self) -> str:
        """The sentence about it, with places for `values`."""
        return _SENTENCES[self.flaw]

    @property
    def values(self) -> dict[str, object]:
        """What goes into the sentence's places."""
        return {
            "codes": ", ".join(self.codes),
            "place": f"{self.lon:.6f}, {self.lat:.6f}",
            "length": f"{self.length_m:,.1f}" if self.length_m >= 0.1 else f"{self.length_m:.4f}",
            "area": f"{self.area_m2:,.1f}" if self.area_m2 >= 0.1 else f"{self.area_m2:.4f}",
            "why": self.why,
        }

    def __str__(self) -> str:
        return self.text % self.values


_SENTENCES = {
    Flaw.BROKEN: msg("The polygon of %(codes)s is broken at %(place)s: %(why)s"),
    Flaw.GAP: msg("A gap of %(area)s m² (%(length)s m long) at %(place)s, beside %(codes)s"),
    Flaw.OVERLAP: msg("An overlap of %(area)s m² (%(length)s m long) at %(place)s between %(codes)s"),
    Flaw.UNNODED: msg(
        "Neighbours %(codes)s do not share their corners along %(length)s m of border at %(place)s:"
        " give both the same vertices"
    ),
}


def problems(shapes: Shapes) -> list[Problem]:
    """Everything that keeps `shapes` (code -> polygon in degrees) from being a partition; empty when it is one."""
    codes = sorted(shapes)
    polygons = np.array([shapes[code] for code in codes], dtype=object)
    if not codes:
        return []
    plane = plane_at(float(shapely.total_bounds(polygons)[[0, 2]].mean()))
    broken = list(_broken(codes, polygons))
    if broken:  # The other questions have no answer for polygons that are none.
        return broken
    flat = plane.flat(polygons)
    overlaps = list(_overlaps(codes, flat, plane))
    gaps = list(_gaps(codes, flat, plane))
    return [*overlaps, *gaps, *_unnoded(codes, flat, plane, explained=[*overlaps, *gaps])]


def _problem(flaw: Flaw, codes: tuple[str, ...], flat: BaseGeometry, plane: Plane) -> Problem:
    west, south, east, north = flat.bounds
    there = plane.degrees(np.array([flat], dtype=object))[0]
    place = there.representative_point()
    return Problem(flaw, codes, place.x, place.y, float(np.hypot(east - west, north - south)), flat.area, there)


def _broken(codes: list[str], polygons: np.ndarray) -> Iterator[Problem]:
    sound = shapely.is_valid(polygons) & ~shapely.is_empty(polygons)
    sound &= np.isin(shapely.get_type_id(polygons), (3, 6))
    for i in np.flatnonzero(~sound):
        polygon = polygons[i]
        why = shapely.is_valid_reason(polygon) if not polygon.is_empty else "empty"
        spot = polygon.envelope.centroid if not polygon.is_empty else shapely.Point(0, 0)
        yield Problem(Flaw.BROKEN, (codes[i],), spot.x, spot.y, 0.0, 0.0, spot, why)


def _overlaps(codes: list[str], flat: np.ndarray, plane: Plane) -> Iterator[Problem]:
    left, right = shapely.STRtree(flat).query(flat, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    inside = shapely.relate_pattern(flat[left], flat[right], "T********")
    for i, j in zip(left[inside], right[inside], strict=True):
        shared = _areal(shapely.intersection(flat[i], flat[j]))
        if shared.area > 0:
            yield _problem(Flaw.OVERLAP, (codes[i], codes[j]), shared, plane)


def _areal(shape: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts)


def _gaps(codes: list[str], flat: np.ndarray, plane: Plane) -> Iterator[Problem]:
    tree = shapely.STRtree(flat)
    for part in shapely.get_parts(shapely.union_all(flat)):
        for ring in part.interiors:
            hole = Polygon(ring)
            around = sorted(tree.query(hole, predicate="touches").tolist())
            yield _problem(Flaw.GAP, tuple(codes[i] for i in around), hole, plane)


def _unnoded(codes: list[str], flat: np.ndarray, plane: Plane, *, explained: list[Problem]) -> Iterator[Problem]:
    """Edges GEOS finds invalid that no overlap or enclosed gap explains: corners only one side has, and narrow slits."""
    edges = shapely.coverage_invalid_edges(flat, gap_width=GAP_WIDTH_M)
    known = {code for problem in explained for code in problem.codes}
    tree = shapely.STRtree(edges)
    for i in np.flatnonzero(~shapely.is_empty(edges)):
        if codes[i] in known:
            continue
        others = [j for j in tree.query(edges[i], predicate="dwithin", distance=GAP_WIDTH_M).tolist() if j != i]
        if not others or i < min(others):
            concerned = tuple(codes[j] for j in sorted([i, *others]))
            yield _problem(Flaw.UNNODED, concerned, edges[i], plane)
