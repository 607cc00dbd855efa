"""The ground in pieces, each with those who hold it: what is passed on here keeps every border shared. Pure."""

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gridmap.geo.shapes import united
from gridmap.plans.mosaic import pieces

Region = tuple[Polygon, list[int]]  # Pieces that lie together, as one polygon, and their numbers.


class Puzzle:
    """Pieces cut by all borders at once, noded on the lattice; `holders` says whose each is, and may be changed."""

    def __init__(self, shapes: Mapping[str, MultiPolygon], ground: BaseGeometry) -> None:
        cut = pieces(shapes, [shapely.boundary(ground)])
        self.polygons = np.array([piece.polygon for piece in cut], dtype=object)
        self.inside = np.array([piece.inside for piece in cut], dtype=object)
        self.holders = [piece.owners for piece in cut]
        shapely.prepare(ground)
        self.in_ground = shapely.intersects(ground, self.inside)
        self._tree = shapely.STRtree(self.polygons)

    def shapes(self, codes: Collection[str]) -> dict[str, MultiPolygon]:
        """What these grids hold; those that hold nothing have an empty shape."""
        held: dict[str, list[Polygon]] = {code: [] for code in codes}
        for polygon, holders in zip(self.polygons, self.holders, strict=True):
            for code in holders:
                if code in held:
                    held[code].append(polygon)
        return {code: united(parts) if parts else MultiPolygon() for code, parts in held.items()}

    def regions(self, numbers: Iterable[int]) -> list[Region]:
        """Pieces put together where they lie side by side and have the same holders."""
        alike: dict[tuple[str, ...], list[int]] = {}
        for number in numbers:
            alike.setdefault(self.holders[number], []).append(number)
        return [region for _, members in sorted(alike.items()) for region in self._together(members)]

    def _together(self, members: list[int]) -> list[Region]:
        parts = united(self.polygons[members]).geoms
        # Not by a point in each: of a piece a few steps of the lattice wide no point that can be written lies surely inside.
        part, member = shapely.STRtree(self.polygons[members]).query(list(parts), predicate="covers")
        return [(parts[i], [members[j] for j in member[part == i].tolist()]) for i in range(len(parts))]

    def beside(self, region: Region) -> dict[str, float]:
        """Who holds ground along a region's border, and along how much of it, in degrees; not who holds the region."""
        polygon, members = region
        own = {code for number in members for code in self.holders[number]}
        border = shapely.boundary(polygon)
        near = self._tree.query(polygon, predicate="intersects")
        common = shapely.length(
            shapely.intersection(shapely.boundary(self.polygons[near]), border)
        )  # They have the same corners.
        lengths: dict[str, float] = {}
        for number, length in zip(near.tolist(), common.tolist(), strict=True):
            for code in (set(self.holders[number]) - own) if length > 0 else ():
                lengths[code] = lengths.get(code, 0.0) + length
        return lengths

    def give(self, region: Region, code: str | None) -> None:
        """Let `code`, and nobody else, hold a region (None: let nobody)."""
        for number in region[1]:
            self.holders[number] = () if code is None else (code,)
