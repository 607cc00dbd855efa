"""The ground in pieces, each with those who hold it: what is passed on here keeps every border shared. Pure."""

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gridmap.geo.shapes import united
from gridmap.plans.mosaic import pieces
from gridmap.plans.rings import shared_border

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
        part, member = shapely.STRtree(self.inside[members]).query(list(parts), predicate="intersects")
        return [(parts[i], [members[j] for j in member[part == i].tolist()]) for i in range(len(parts))]

    def beside(self, region: Region) -> dict[str, float]:
        """Who holds ground along a region's border, and along how much of it, in degrees; not who holds the region."""
        polygon, members = region
        own = {code for number in members for code in self.holders[number]}
        lengths: dict[str, float] = {}
        for number in self._tree.query(polygon, predicate="intersects").tolist():
            for code in set(self.holders[number]) - own:
                lengths[code] = lengths.get(code, 0.0) + shared_border(polygon, self.polygons[number])
        return {code: length for code, length in lengths.items() if length > 0}

    def give(self, region: Region, code: str | None) -> None:
        """Let `code`, and nobody else, hold a region (None: let nobody)."""
        for number in region[1]:
            self.holders[number] = () if code is None else (code,)
