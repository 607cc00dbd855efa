"""Shared arcs: a coverage as lines that each exist once, and grids that say which of them make up their rings. Pure.

An arc runs from one junction to the next; a junction is a vertex where not exactly the same grids lie along both edges. A
border between two grids is therefore the same arc for both, whatever becomes of it. A ring without a junction, such as an
enclave's, is one closed arc. Vertices are the same when their coordinates are: shapes come on the lattice of 1e-8 degrees.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon

Line = NDArray[np.float64]  # (n, 2): degrees WGS-84, longitude first.
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Ring:
    """A closed way along arcs.

    Attributes:
        arcs: indices into the topology's arcs in the order of the way; `~i` (as in TopoJSON) is arc i backwards.
        start: which vertex of that way the polygon's ring begins with.
    """

    arcs: tuple[int, ...]
    start: int


Face = tuple[tuple[Ring, ...], ...]  # The parts of a multipolygon, of each its rings, the outer one first.


@dataclass(frozen=True)
class Topology:
    """Arcs, and each grid's way along them."""

    arcs: tuple[Line, ...]
    faces: Mapping[str, Face]

    def polygons(self) -> dict[str, MultiPolygon]:
        """The grids' polygons: byte for byte those the topology was made from."""
        return {code: self._polygon(face) for code, face in self.faces.items()}

    def _polygon(self, face: Face) -> MultiPolygon:
        parts = [[shapely.linearrings(self._ring(ring)) for ring in part] for part in face]
        return MultiPolygon([shapely.Polygon(outer, holes) for outer, *holes in parts])

    def _ring(self, ring: Ring) -> Line:
        ways = [self.arcs[arc] if arc >= 0 else self.arcs[~arc][::-1] for arc in ring.arcs]
        joined = np.concatenate([way[:-1] for way in ways])
        turned = np.roll(joined, -ring.start, axis=0)
        return np.concatenate([turned, turned[:1]])

    def sides(self) -> list[list[str]]:
        """For each arc the codes of the grids it bounds, in order; one code where the other side lies outside."""
        found: list[set[str]] = [set() for _ in self.arcs]
        for code, face in self.faces.items():
            for ring in (ring for part in face for ring in part):
                for arc in ring.arcs:
                    found[arc if arc >= 0 else ~arc].add(code)
        return [sorted(codes) for codes in found]

    def only(self, codes: frozenset[str]) -> "Topology":
        """The same with these grids alone, and the arcs they use. Junctions stay where neighbours made them."""
        kept: dict[int, int] = {}

        def renumbered(arc: int) -> int:
            number = kept.setdefault(arc if arc >= 0 else ~arc, len(kept))
            return number if arc >= 0 else ~number

        faces = {
            code: tuple(tuple(Ring(tuple(map(renumbered, ring.arcs)), ring.start) for ring in part) for part in face)
            for code, face in self.faces.items()
            if code in codes
        }
        return Topology(tuple(self.arcs[arc] for arc in kept), faces)


def arc_id(line: Line) -> str:
    """An arc's name: the digest of its coordinates. An arc that did not change keeps it, whatever else does."""
    return hashlib.blake2s(np.ascontiguousarray(line).tobytes(), digest_size=8).hexdigest()


def topology(shapes: Mapping[str, MultiPolygon]) -> Topology:
    """The shared arcs of a coverage, its shapes in degrees on the lattice of 1e-8.

    Says nothing about whether they are a partition: overlapping or crossing shapes have arcs too, they just share fewer.
    """
    parts, owners = shapely.get_parts(np.array(list(shapes.values()), dtype=object), return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    vertices, ring_of = shapely.get_coordinates(rings, return_index=True)
    ids = _same_vertices(vertices)
    ends = np.searchsorted(ring_of, np.arange(len(rings) + 1))
    junctions = _junctions(ids, ring_of, owners[part_of])
    arcs: dict[bytes, int] = {}
    lines: list[Line] = []
    faces: dict[str, list[list[Ring]]] = {code: [] for code in shapes}
    codes, last = list(shapes), -1
    for number, (begin, end) in enumerate(pairwise(ends)):
        if part_of[number] != last:
            last = part_of[number]
            faces[codes[owners[last]]].append([])
        way, start = _ways(ids[begin : end - 1], junctions)
        signed = [_numbered(piece, vertices[begin + at], arcs, lines) for piece, at in way]
        faces[codes[owners[last]]][-1].append(Ring(tuple(signed), start))
    return Topology(tuple(lines), {code: tuple(map(tuple, face)) for code, face in faces.items()})


def _same_vertices(vertices: Line) -> Ids:
    """A number for each vertex, equal where coordinates are equal, ascending with longitude, then latitude."""
    if not len(vertices):
        return np.zeros(0, dtype=np.int64)
    return np.unique(np.ascontiguousarray(vertices).view(np.complex128).ravel(), return_inverse=True)[1].astype(np.int64)


def _junctions(ids: Ids, ring_of: Ids, face_of_ring: Ids) -> NDArray[np.bool_]:
    """For each vertex number whether it is a junction."""
    if not len(ids):
        return np.zeros(0, dtype=bool)
    along = ring_of[:-1] == ring_of[1:]
    one, other, face = ids[:-1][along], ids[1:][along], face_of_ring[ring_of[:-1][along]]
    count = int(ids.max()) + 1
    _, edge = np.unique(np.minimum(one, other) * count + np.maximum(one, other), return_inverse=True)
    sides = _signatures(edge, face)
    first = np.unique(edge, return_index=True)[1]
    ends = np.concatenate([one[first], other[first]])
    signature = np.concatenate([sides, sides])
    degree = np.bincount(ends, minlength=count)
    low, high = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(low, ends, signature)
    np.maximum.at(high, ends, signature)
    found: NDArray[np.bool_] = (degree != 2) | (low != high)
    return found


def _signatures(edge: Ids, face: Ids) -> Ids:
    """For each edge a number that says which grids lie along it."""
    order = np.lexsort((face, edge))
    begins = np.flatnonzero(np.r_[True, np.diff(edge[order]) > 0])
    sizes = np.diff(np.r_[begins, len(edge)])
    low, high = face[order][begins], face[order][begins + sizes - 1]
    return np.unique(np.column_stack([low, high, sizes]), axis=0, return_inverse=True)[1].ravel().astype(np.int64)


def _ways(ring: Ids, junctions: NDArray[np.bool_]) -> tuple[list[tuple[Ids, Ids]], int]:
    """A ring (vertex numbers, not closed) cut at its junctions: of each arc the vertex numbers and their positions in the
    ring; and where on that way the ring begins."""
    cuts = np.flatnonzero(junctions[ring])
    if not len(cuts):
        cuts = np.array([int(np.argmin(ring))])  # A closed arc begins at its smallest vertex, whoever's ring it is.
    positions = np.arange(cuts[0], cuts[0] + len(ring) + 1) % len(ring)
    bounds = np.r_[cuts - cuts[0], len(ring)]
    pieces = [positions[a : b + 1] for a, b in pairwise(bounds)]
    return [(ring[piece], piece) for piece in pieces], int(-cuts[0] % len(ring))


def _numbered(piece: Ids, line: Line, arcs: dict[bytes, int], lines: list[Line]) -> int:
    """The arc's index, signed by its direction; a new arc is entered running from its smaller end."""
    backwards = _runs_backwards(piece)
    key = (piece[::-1] if backwards else piece).tobytes()
    number = arcs.get(key)
    if number is None:
        number = arcs[key] = len(lines)
        lines.append(line[::-1] if backwards else line)
    return ~number if backwards else number


def _runs_backwards(piece: Ids) -> bool:
    if piece[0] != piece[-1]:
        return bool(piece[0] > piece[-1])
    return bool(piece[1] > piece[-2])
