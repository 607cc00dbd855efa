"""The partition guarantee: do these polygons tile the ground without gap and overlap? Pure: shapely in, problems out.

`shapely.coverage_is_valid` alone is not enough: it is blind to enclosed gaps wider than its `gap_width`. So three
questions are asked: are the edges of neighbours the same edges (GEOS coverage validation, Martin Davis 2022), do
interiors overlap, and does the union enclose holes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gridmap.errors import msg
from gridmap.geo.measure import area_m2, distance_m
from gridmap.grids.found import Found

THIN_M = 0.002  # Flaws narrower than this on average come from rounding a corner that only one neighbour has.
GAP_WIDTH_M = 1.0  # Openings narrower than this between two grids are gaps even where they open to the outside.
Shapes = Mapping[str, Polygon | MultiPolygon]


class Flaw(StrEnum):
    """The ways in which a set of boundaries fails to be a partition."""

    BROKEN = "broken"
    GAP = "gap"
    OVERLAP = "overlap"
    UNNODED = "unnoded"
    OUTSIDE = "outside"


_SENTENCES: Mapping[StrEnum, str] = {
    Flaw.BROKEN: msg("The polygon of %(codes)s is broken at %(place)s: %(why)s"),
    Flaw.GAP: msg("A gap of %(area)s m² (%(length)s m long) at %(place)s, beside %(codes)s"),
    Flaw.OVERLAP: msg("An overlap of %(area)s m² (%(length)s m long) at %(place)s between %(codes)s"),
    Flaw.UNNODED: msg(
        "Neighbours %(codes)s do not share their corners along %(length)s m of border at %(place)s: give both the same vertices"
    ),
    Flaw.OUTSIDE: msg("%(codes)s reach %(area)s m² (%(length)s m long) beyond the ground of the grids at %(place)s"),
}


@dataclass(frozen=True)
class Problem(Found):
    """One flaw of a coverage; `why` is what GEOS says of a broken polygon."""

    sentences = _SENTENCES
    more = ("why",)

    flaw: Flaw
    why: str = ""


class _Place(NamedTuple):
    """A flaw as it is found: in degrees stretched to metres."""

    flaw: Flaw
    codes: tuple[str, ...]
    flat: BaseGeometry

    @property
    def extent_m(self) -> float:
        west, south, east, north = self.flat.bounds
        return float(np.hypot(east - west, north - south))

    @property
    def thin(self) -> bool:
        return bool(self.flat.area < self.extent_m * THIN_M)


def problems(shapes: Shapes) -> list[Problem]:
    """Everything that keeps `shapes` (code -> polygon in degrees) from being a partition; empty when it is one."""
    codes = sorted(shapes)
    polygons = np.array([shapes[code] for code in codes], dtype=object)
    broken = list(_broken(codes, polygons))
    if broken or not codes:  # The other questions have no answer for polygons that are none.
        return broken
    stretch = _stretch(polygons)
    flat = _flattened(polygons, stretch)
    areas = [*_overlaps(codes, flat), *_gaps(codes, flat)]
    wide = [place for place in areas if not place.thin]
    loose = list(_loose(codes, flat, explained=wide))
    found = [*wide, *loose] or areas
    return [_problem(place, stretch) for place in found]


def problems_of_change(before: Shapes, after: Shapes, beside: Shapes) -> list[Problem]:
    """What keeps a partition, in which the polygons `after` took the place of those of `before`, from being one still.

    Nothing further off is looked at. The ground may not change: what no grid covers any more is a gap, what was nobody's
    before lies outside. `beside` holds the polygons that stay, as far as they come within `GAP_WIDTH_M` of the others' boxes.
    """
    codes = sorted({*after, *beside})
    polygons = np.array([after.get(code, beside.get(code)) for code in codes], dtype=object)
    broken = list(_broken(codes, polygons))
    if broken or not (before or after):
        return broken
    stretch = _stretch(np.array([*before.values(), *after.values()], dtype=object))
    flat, old = _flattened(polygons, stretch), _flattened(np.array([*before.values()], dtype=object), stretch)
    new = np.array([code in after for code in codes])
    wide = [place for place in (*_overlaps(codes, flat), *_moved_ground(codes, flat, old, new)) if not place.thin]
    touched = shapely.buffer(shapely.union_all([*old, *flat[new]]), GAP_WIDTH_M)
    # Thin strips of ground are won or lost where a new corner on the outer border was rounded; `_loose` sees those within.
    loose = [place for place in _loose(codes, flat, explained=wide) if shapely.intersects(place.flat, touched)]
    return [_problem(place, stretch) for place in (*wide, *loose)]


def _moved_ground(codes: list[str], flat: np.ndarray, old: np.ndarray, new: np.ndarray) -> Iterator[_Place]:
    lost = shapely.difference(shapely.union_all(old), shapely.union_all(flat))
    won = shapely.difference(shapely.union_all(flat[new]), shapely.union_all([*old, *flat[~new]]))
    for flaw, ground in ((Flaw.GAP, lost), (Flaw.OUTSIDE, won)):
        for part in shapely.get_parts(_areal(ground)):
            yield _Place(flaw, _along(codes, flat, part), part)


def _flattened(polygons: np.ndarray, stretch: np.ndarray) -> np.ndarray:
    return np.asarray(shapely.transform(polygons, lambda xy: xy * stretch))


def _stretch(polygons: np.ndarray) -> np.ndarray:
    """Metres per degree east and north in the middle of the polygons.

    A plain stretching, not a projection: what is straight in degrees stays straight, so that a corner in the middle of
    a neighbour's long edge opens no centimetres that are not there.
    """
    west, south, east, north = shapely.total_bounds(polygons)
    lon, lat = (west + east) / 2, min(max((south + north) / 2, -89.0), 89.0)
    step = 0.001
    return np.array([distance_m(lon, lat, lon + step, lat), distance_m(lon, lat - step / 2, lon, lat + step / 2)]) / step


def _problem(place: _Place, stretch: np.ndarray) -> Problem:
    there = shapely.transform(place.flat, lambda xy: xy / stretch)
    spot = there.representative_point()
    return Problem(place.flaw, place.codes, spot.x, spot.y, place.extent_m, area_m2(there), there)


def _broken(codes: list[str], polygons: np.ndarray) -> Iterator[Problem]:
    for code, polygon in zip(codes, polygons, strict=True):
        why = _what_is_broken(polygon)
        if why:
            west, south, *_ = bounds = polygon.bounds
            spot = shapely.Point(west, south) if np.isfinite(bounds).all() else shapely.Point(0, 0)
            yield Problem(Flaw.BROKEN, (code,), spot.x, spot.y, 0.0, 0.0, spot, why)


def _what_is_broken(polygon: BaseGeometry) -> str:
    if polygon.is_empty:
        return "empty"
    if polygon.geom_type not in ("Polygon", "MultiPolygon"):
        return "not a polygon"
    if not polygon.is_valid:
        return str(shapely.is_valid_reason(polygon))
    west, south, east, north = polygon.bounds
    return "" if west >= -180 and east <= 180 and south >= -90 and north <= 90 else "off the earth"


def _overlaps(codes: list[str], flat: np.ndarray) -> Iterator[_Place]:
    left, right = shapely.STRtree(flat).query(flat, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    inside = shapely.relate_pattern(flat[left], flat[right], "T********")
    for i, j in zip(left[inside], right[inside], strict=True):
        shared = _areal(shapely.intersection(flat[i], flat[j]))
        if shared.area > 0:
            yield _Place(Flaw.OVERLAP, (codes[i], codes[j]), shared)


def _areal(shape: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts)


def _gaps(codes: list[str], flat: np.ndarray) -> Iterator[_Place]:
    for part in shapely.get_parts(shapely.union_all(flat)):
        for ring in part.interiors:
            hole = Polygon(ring)
            yield _Place(Flaw.GAP, _along(codes, flat, hole), hole)


def _along(codes: list[str], flat: np.ndarray, place: BaseGeometry) -> tuple[str, ...]:
    """The grids that share an edge with a place, not a corner only."""
    around = np.flatnonzero(shapely.intersects(flat, place))
    return tuple(codes[i] for i in around[shapely.relate_pattern(flat[around], place, "****1****")])


def _loose(codes: list[str], flat: np.ndarray, *, explained: list[_Place]) -> Iterator[_Place]:
    """Edges GEOS finds invalid that no overlap or enclosed gap explains: slits open to the outside, and corners only one
    side has."""
    unequal = shapely.coverage_invalid_edges(flat)
    # Also edges across a narrow place, whether it is open or, at the sharp tip of a third polygon, filled.
    narrow = shapely.coverage_invalid_edges(flat, gap_width=GAP_WIDTH_M)
    if explained:
        known = shapely.buffer(shapely.union_all([place.flat for place in explained]), GAP_WIDTH_M)
        unequal, narrow = shapely.difference(unequal, known), shapely.difference(narrow, known)
    for together in _neighbourhoods(narrow):
        concerned = tuple(codes[i] for i in together)
        opening = _Place(Flaw.GAP, concerned, _slit(flat, shapely.union_all(narrow[together])))
        border = shapely.union_all(unequal[together])
        if not opening.flat.is_empty and not opening.thin:
            yield opening
        elif not border.is_empty:
            yield _Place(Flaw.UNNODED, concerned, border)


def _neighbourhoods(edges: np.ndarray) -> list[list[int]]:
    """The polygons with invalid edges, those together whose edges lie within a gap's width of each other."""
    groups = {i: {i} for i in np.flatnonzero(~shapely.is_empty(edges)).tolist()}
    for i, j in shapely.STRtree(edges).query(edges, predicate="dwithin", distance=GAP_WIDTH_M).T.tolist():
        if groups[i] is not groups[j]:
            groups[i] |= groups[j]
            groups.update(dict.fromkeys(groups[j], groups[i]))
    return [list(group) for group in sorted({tuple(sorted(group)) for group in groups.values()})]


def _slit(flat: np.ndarray, border: BaseGeometry) -> BaseGeometry:
    """What is open along invalid edges and narrower than a gap's width: closed by growing and shrinking, less what was there."""
    window = shapely.buffer(border, 5 * GAP_WIDTH_M, cap_style="square", join_style="mitre")
    near = flat[shapely.STRtree(flat).query(window, predicate="intersects")]
    ground = shapely.intersection(shapely.union_all(near), window)
    half = GAP_WIDTH_M / 2
    closed = shapely.buffer(shapely.buffer(ground, half, join_style="mitre"), -half, join_style="mitre")
    open_ = shapely.intersection(_areal(shapely.difference(closed, ground)), shapely.buffer(border, GAP_WIDTH_M))
    kept = [part for part in shapely.get_parts(open_) if part.area > THIN_M]
    return shapely.union_all(kept)
