"""A coverage with fewer vertices that is still a coverage, and whose every border depends on what lies beside it alone. Pure.

The borders are taken apart into arcs, each once, from junction to junction. An arc is simplified by itself (Douglas and
Peucker 1973), so both neighbours get the same line and no seam can open. What is left out between two vertices that stay lies
within its convex hull, and so does the straight line in its place. Where no two hulls meet but in the vertex they share,
nothing crossed that did not cross before: all can be moved onto their straight lines at once. Arcs whose hulls do meet are
tried again, finer. The hulls of a finer line lie within those of a coarser one, so an arc that is settled stays right whatever
becomes of the others. Which tolerance an arc comes to is thus told by the arcs its box meets, and by nothing further off:
redrawing one corner of a city can't change a vertex elsewhere.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]
Ints = NDArray[np.intp]
Flags = NDArray[np.bool_]
FINER = (1.0, 0.25, 0.0625, 0.015625)  # Shares of the tolerance tried one after the other; then an arc stays as it is.


class Elements(NamedTuple):
    """The pieces of arcs between two vertices that stay.

    Attributes:
        hulls: what each covers at most, original line and straight line alike.
        arc: the arc it belongs to.
        ends: the vertices it runs between, shape (n, 2).
        replaced: whether it loses vertices.
    """

    hulls: Shapes
    arc: Ints
    ends: Ints
    replaced: Flags


class Borders:
    """The borders of a coverage as arcs between junctions, to be simplified by one tolerance after the other.

    Args:
        shapes: polygons and multipolygons that form a valid coverage, in a plane of metres.
    """

    def __init__(self, shapes: Shapes) -> None:
        parts, self._shape_of_part = shapely.get_parts(shapes, return_index=True)
        rings, self._part_of_ring = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        opening = np.append(ring[:-1] == ring[1:], False)  # Each ring without the vertex that closes it.
        self._spots, ids = np.unique(xy[:, 0] + 1j * xy[:, 1], return_inverse=True)
        self._corner, self._ring = ids[opening], ring[opening]
        self._vertex, self._arc = _chained(_edges(self._corner, ids[np.flatnonzero(opening) + 1]), len(self._spots))
        xy = np.column_stack([self._spots[self._vertex].real, self._spots[self._vertex].imag])
        self._lines: Shapes = np.asarray(shapely.linestrings(xy, indices=self._arc)) if len(xy) else np.array([], dtype=object)

    def simplified(self, tolerance: float) -> Shapes:
        """The coverage with arcs moved by at most `tolerance`; the shapes in the order given."""
        stays = self._stays(tolerance)
        kept = np.zeros(len(self._spots), dtype=bool)
        kept[self._vertex[stays]] = True
        left = kept[self._corner]
        spots = self._spots[self._corner[left]]
        rings = shapely.linearrings(np.column_stack([spots.real, spots.imag]), indices=self._ring[left])
        parts = shapely.polygons(rings, indices=self._part_of_ring)
        return np.asarray(shapely.multipolygons(parts, indices=self._shape_of_part))

    def _stays(self, tolerance: float) -> Flags:
        """Which places of the arcs keep their vertex."""
        stays = np.ones(len(self._vertex), dtype=bool)
        open_ = np.arange(len(self._lines))
        for share in FINER:
            if not len(open_):
                break
            among = np.isin(self._arc, open_)
            tried = self._peuckered(open_, among, tolerance * share)
            meeting = _meeting(self._elements(np.flatnonzero(among), tried))
            settled = ~np.isin(self._arc[among], meeting)
            stays[np.flatnonzero(among)[settled]] = tried[settled]
            open_ = np.intersect1d(open_, meeting)
        return stays

    def _peuckered(self, arcs: Ints, among: Flags, tolerance: float) -> Flags:
        """Which of the places `among` stay when each of `arcs` is simplified by itself."""
        lines = shapely.simplify(self._lines[arcs], tolerance, preserve_topology=False)
        xy, line = shapely.get_coordinates(lines, return_index=True)
        vertex = np.searchsorted(self._spots, xy[:, 0] + 1j * xy[:, 1])
        many = len(self._spots)
        return np.isin(self._arc[among] * many + self._vertex[among], arcs[line] * many + vertex)

    def _elements(self, places: Ints, stays: Flags) -> Elements:
        vertex, arc = self._vertex[places], self._arc[places]
        first = np.append(True, arc[1:] != arc[:-1])
        last = np.append(first[1:], True)
        begins = np.flatnonzero(stays & ~last)
        ends = np.flatnonzero(stays & ~first)
        lengths = ends - begins + 1
        which = np.repeat(np.arange(len(begins)), lengths)
        within = np.arange(len(which)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.repeat(begins, lengths)
        spots = self._spots[vertex[within]]
        hulls = np.asarray(shapely.linestrings(np.column_stack([spots.real, spots.imag]), indices=which))
        replaced = lengths > 2
        hulls[replaced] = shapely.convex_hull(hulls[replaced])
        return Elements(hulls, arc[begins], np.column_stack([vertex[begins], vertex[ends]]), replaced)


def _meeting(elements: Elements) -> Ints:
    """The arcs one of whose elements meets another's elsewhere than in a vertex both run to, or comes back to its own."""
    hulls, arc, ends, replaced = elements
    moved = np.flatnonzero(replaced)
    i, j = shapely.STRtree(hulls).query(hulls[moved], predicate="intersects")
    i = moved[i]
    once = (i < j) | (~replaced[j] & (i != j))
    i, j = i[once], j[once]
    share = (ends[i][:, :, None] == ends[j][:, None, :]).any(axis=(1, 2))
    wrong = ~share
    wrong[share] = _along(hulls[i[share]], hulls[j[share]])
    round_ = replaced & (ends[:, 0] == ends[:, 1])
    return np.unique(np.concatenate([arc[i[wrong]], arc[j[wrong]], arc[round_]]))


def _along(one: Shapes, other: Shapes) -> Flags:
    """Whether two hulls that share a vertex share more than that: convex as both are, a line or an area."""
    told = np.array(shapely.relate(one, other), dtype="U9").reshape(-1, 1).view("U1").reshape(-1, 9)
    return np.asarray(np.isin(told[:, [0, 1, 3, 4]], ["1", "2"]).any(axis=1))


def _edges(start: Ints, end: Ints) -> Ints:
    """The edges between vertices, each once and its lower vertex first, shape (m, 2)."""
    pairs = np.sort(np.column_stack([start, end]), axis=1)
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)


def _chained(edges: Ints, vertices: int) -> tuple[Ints, Ints]:
    """The arcs the edges make: their vertices one after the other, and for each the arc it stands in.

    An arc begins at its lower end (a ring, at its lowest vertex, towards the lower of the two beside it), so that it is the
    same line from wherever one looks.
    """
    ends = np.concatenate([edges[:, 0], edges[:, 1]])
    order = np.argsort(ends, kind="stable")
    beside = np.concatenate([edges[:, 1], edges[:, 0]])[order].tolist()
    first = np.searchsorted(ends[order], np.arange(vertices + 1)).tolist()
    chains = list(_walked(beside, first))
    arc = np.repeat(np.arange(len(chains)), [len(chain) for chain in chains])
    return np.array([vertex for chain in chains for vertex in chain], dtype=np.intp), arc


def _walked(beside: list[int], first: list[int]) -> Iterator[list[int]]:
    """Walk from every junction along every edge to the next one; then around the rings that have none."""
    vertices = len(first) - 1
    passed = bytearray(vertices)
    for junction in (v for v in range(vertices) if first[v + 1] - first[v] != 2):
        for towards in beside[first[junction] : first[junction + 1]]:
            chain = [junction, towards]
            while first[chain[-1] + 1] - first[chain[-1]] == 2:
                passed[chain[-1]] = True
                chain.append(_on(beside, first, chain))
            if (chain[0], chain[1]) <= (chain[-1], chain[-2]):  # From the other end it is walked as well.
                yield chain
    for vertex in range(vertices):
        if first[vertex + 1] - first[vertex] == 2 and not passed[vertex]:
            chain = [vertex, min(beside[first[vertex] : first[vertex + 1]])]
            while chain[-1] != vertex:
                passed[chain[-1]] = True
                chain.append(_on(beside, first, chain))
            yield chain


def _on(beside: list[int], first: list[int], chain: list[int]) -> int:
    at = chain[-1]
    one, other = beside[first[at] : first[at + 1]]
    return other if one == chain[-2] else one
