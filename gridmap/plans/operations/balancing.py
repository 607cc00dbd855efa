"""Divide a micro-grid into contiguous parts that weigh the same: by area, or by points with a weight."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gridmap.errors import Invalid, msg
from gridmap.geo.measure import plane_at
from gridmap.plans.mosaic import pieces
from gridmap.plans.operations.grouping import grouped
from gridmap.plans.operations.splitting import Keep, cuts_within, parted
from gridmap.plans.rings import Place, lattice
from gridmap.plans.state import Delta, State

MOST_PARTS = 20
ANGLES = np.radians(np.arange(0, 180, 15))
UNEVEN = 1.25  # Parts along given lines may weigh so many times their share; beyond that they are cut straight.
Points = NDArray[np.float64]  # (n, 3): degrees longitude, latitude, and a weight.


class Cut(NamedTuple):
    """A straight cut: its line in degrees, how long it is in metres."""

    line: LineString
    length_m: float


def divide(
    state: State,
    code: str,
    parts: int,
    *,
    points: Sequence[tuple[float, float, float]] = (),
    lines: Sequence[Sequence[Place]] = (),
    keep: Keep = Keep.LARGEST,
) -> Delta:
    """Divide a micro-grid into `parts` contiguous ones of about the same weight.

    Args:
        state: the grids as they are.
        code: which one.
        parts: into how many, 2 to 20.
        points: longitude, latitude (degrees WGS-84) and weight of each; without any inside the grid its area counts.
        lines: roads and the like, in degrees: borders run along them where that keeps each part within a quarter of its share.
        keep: which part goes on under the code.

    Raises:
        Invalid: it can't be divided so, or consists of several parts already.
    """
    if not 2 <= parts <= MOST_PARTS:
        raise Invalid(msg("A grid is divided into 2 to %(most)s parts"), field="parts", most=MOST_PARTS)
    grounds = divided(code, state.shape(code), parts, points, lines)
    return parted(state, code, [shapely.boundary(ground) for ground in grounds], grounds, keep)


def divided(
    code: str,
    shape: MultiPolygon,
    parts: int,
    points: Sequence[tuple[float, float, float]],
    lines: Sequence[Sequence[Place]],
) -> list[BaseGeometry]:
    """The grounds of the parts, the largest first; `Invalid` where the shape can't be divided so (`code` says whose it is)."""
    if len(shape.geoms) > 1 or not shape.is_valid:
        raise Invalid(msg("%(code)s is not one piece of ground: mend that first"), field="code", code=code)
    weights = _inside(shape, np.array(points, dtype=np.float64).reshape(-1, 3))
    along = [LineString([lattice(place) for place in line]) for line in lines]
    grounds = (_along(shape, parts, weights, along) if along else None) or list(_straight(shape.geoms[0], parts, weights))
    return sorted(grounds, key=lambda ground: -ground.area)


def _inside(ground: BaseGeometry, points: Points) -> Points:
    inside: Points = points[shapely.intersects_xy(ground, points[:, 0], points[:, 1]) & (points[:, 2] > 0)]
    return inside


def weight_of(ground: BaseGeometry, points: Points) -> float:
    """What a piece of ground weighs: its points, or without any points its area in square degrees."""
    return float(_inside(ground, points)[:, 2].sum()) if len(points) else float(ground.area)


def _along(shape: MultiPolygon, parts: int, points: Points, lines: Sequence[LineString]) -> list[BaseGeometry] | None:
    """The grounds along given lines; None where these don't cut it evenly enough."""
    cuts = [cut for line in lines for cut in cuts_within(shape, line)]
    blocks = [piece.polygon for piece in pieces({"": shape}, cuts) if piece.owners]
    groups = grouped(blocks, [weight_of(block, points) for block in blocks], parts)
    if groups is None:
        return None
    grounds: list[BaseGeometry] = [shapely.coverage_union_all([blocks[i] for i in group]) for group in groups]
    heaviest = max(weight_of(ground, points) for ground in grounds)
    return grounds if heaviest * parts <= UNEVEN * weight_of(shape, points) else None


def _straight(ground: Polygon, parts: int, points: Points) -> Iterator[BaseGeometry]:
    """The grounds by straight cuts, each halving what is left as nearly as its number of parts allows."""
    if parts == 1:
        yield ground
        return
    fewer = parts // 2
    one, other = _halves(ground, fewer / parts, _inside(ground, points))
    yield from _straight(one, fewer, points)
    yield from _straight(other, parts - fewer, points)


def _halves(ground: Polygon, share: float, points: Points) -> tuple[Polygon, Polygon]:
    """Two pieces, the first with `share` of the weight, by the shortest straight cut that leaves two pieces."""
    for cut in sorted(_cuts(ground, share, points), key=lambda cut: cut.length_m):
        found = [piece.polygon for piece in pieces({"": MultiPolygon([ground])}, cuts_within(MultiPolygon([ground]), cut.line))]
        if len(found) == 2:
            whole = weight_of(ground, points)
            one, other = sorted(found, key=lambda piece: abs(weight_of(piece, points) - share * whole))
            return one, other
    raise Invalid(msg("No straight cut leaves two whole parts here: split it by a line of your own"), field="parts")


def _cuts(ground: Polygon, share: float, points: Points) -> Iterator[Cut]:
    """For each of twelve directions the cut that leaves `share` of the weight on its one side, and the one on its other."""
    plane = plane_at(ground.centroid.x)
    flat = plane.flat(np.array([ground]))[0]
    x, y = flat.centroid.coords[0]
    spots = plane.metres(points[:, 0], points[:, 1]) - (x, y)
    for angle in ANGLES:
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        turned = shapely.transform(flat, lambda xy, turn=turn: (xy - (x, y)) @ turn.T)
        across = (spots @ turn.T)[:, 0] if len(points) else None
        for part in (share, 1 - share):
            at = _offset(turned, part, across, points[:, 2])
            _, south, _, north = turned.bounds
            line = np.array([[at, south - 1], [at, north + 1]])
            length = float(shapely.intersection(LineString(line), turned).length)
            there = plane.degrees(np.array([LineString(line @ turn + (x, y))]))[0]
            yield Cut(there, length)


def _offset(ground: Polygon, share: float, across: NDArray[np.float64] | None, weights: NDArray[np.float64]) -> float:
    """Where, from west to east, `share` of the weight lies to the west: metres."""
    west, south, east, north = ground.bounds
    if across is not None:
        order = np.argsort(across, kind="stable")
        place = int(np.searchsorted(np.cumsum(weights[order]), share * weights.sum() - 1e-9))
        after = min(place + 1, len(order) - 1)
        return float((across[order][place] + across[order][after]) / 2)
    low, high = float(west), float(east)
    for _ in range(40):
        middle = (low + high) / 2
        lighter = bool(shapely.clip_by_rect(ground, west - 1, south - 1, middle, north + 1).area < share * ground.area)
        low, high = (middle, high) if lighter else (low, middle)
    return (low + high) / 2
