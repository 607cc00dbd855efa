"""Mend a set of micro-grids, repair by repair, each told with its place. What is larger than allowed stays as it came. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gridmap.geo.measure import area_m2, distance_m
from gridmap.geo.shapes import as_multipolygon, snapped
from gridmap.plans.cleaning.mends import Mend, Mended, Round, mended
from gridmap.plans.cleaning.puzzle import Puzzle, Region
from gridmap.plans.measured import crossing
from gridmap.plans.operations.redrawing import enclosed

Shapes = Mapping[str, MultiPolygon]


def clean(given: Mapping[str, Polygon | MultiPolygon], beside: Shapes, ground: BaseGeometry, most_m2: float) -> Iterator[Round]:
    """The repairs that make `given` tile `ground`, in the order they are made; those that find nothing to do are left out.

    Args:
        given: micro-grids by code, in degrees WGS-84, whatever they are like.
        beside: those around the ground. They may get corners, and keep all they have.
        ground: what has to be covered, and nothing else; on the lattice of 1e-8 degrees.
        most_m2: gaps, overlaps, loose pieces and what lies outside are mended up to this size in square metres.
    """
    on_lattice = {code: as_multipolygon(snapped(shape)) for code, shape in given.items()}
    yield Round(Mend.SNAP, tuple(_moved(given, on_lattice)), on_lattice)
    sound = {code: shape if shape.is_valid else enclosed(shape) for code, shape in on_lattice.items()}
    yield from _round(Mend.UNTANGLE, _tangled(on_lattice), sound)
    puzzle = Puzzle({**sound, **beside}, ground)
    noded = puzzle.shapes({**sound, **beside})
    yield from _round(Mend.NODE, _noded({**sound, **beside}, noded), noded)
    shares = Shares(puzzle, sound, beside, most_m2)
    for mend, find in (
        (Mend.OVERLAP, shares.overlaps),
        (Mend.OUTSIDE, shares.outside),
        (Mend.GAP, shares.gaps),
        (Mend.SLIVER, shares.slivers),
    ):
        yield from _shared_out(mend, find, puzzle, [*sound, *beside])


def _round(mend: Mend, made: Iterable[Mended], shapes: Shapes) -> Iterator[Round]:
    told = tuple(made)
    if told:
        yield Round(mend, told, {code: shapes[code] for one in told for code in one.codes})


def _shared_out(mend: Mend, find: Callable[[], Iterator[Mended]], puzzle: Puzzle, codes: list[str]) -> Iterator[Round]:
    made = tuple(find())
    if made:
        touched = {code for one in made for code in (*one.codes, one.to)} & {*codes}
        yield Round(mend, made, puzzle.shapes(touched))


def _moved(given: Mapping[str, BaseGeometry], after: Shapes) -> Iterator[Mended]:
    for code, shape in given.items():
        old, new = shapely.get_coordinates(shape), shapely.get_coordinates(after[code])
        moved = np.flatnonzero((old != new).any(axis=1))
        if len(moved):
            furthest = max(moved.tolist(), key=lambda i: float(np.hypot(*(old[i] - new[i]))))
            metres = distance_m(*old[furthest], *new[furthest])
            yield mended(Mend.SNAP, [code], shapely.Point(new[furthest]), length_m=metres)


def _tangled(shapes: Shapes) -> Iterator[Mended]:
    for code, shape in shapes.items():
        if not shape.is_valid:
            yield mended(Mend.UNTANGLE, [code], crossing(shape))


def _noded(before: Shapes, after: Shapes) -> Iterator[Mended]:
    for code, shape in before.items():
        had = set(map(tuple, shapely.get_coordinates(shape).tolist()))
        got = [place for place in map(tuple, shapely.get_coordinates(after[code]).tolist()) if place not in had]
        if got:
            yield mended(Mend.NODE, [code], shapely.MultiPoint(sorted(set(got))), length_m=0.0)


class Shares:
    """Who gets what is nobody's, several grids', or loose: finds it, passes it on, and tells."""

    def __init__(self, puzzle: Puzzle, own: Shapes, beside: Shapes, most_m2: float) -> None:
        self._puzzle, self._own, self._beside, self._most = puzzle, own, frozenset(beside), most_m2
        self._sizes = {code: area_m2(shape) for code, shape in own.items()}

    def _small(self, numbers: Iterable[int]) -> list[Region]:
        return [region for region in self._puzzle.regions(numbers) if area_m2(region[0]) <= self._most]

    def overlaps(self) -> Iterator[Mended]:
        """Ground of several grids goes to the largest of them."""
        doubtful = [i for i, held in enumerate(self._puzzle.holders) if len(held) > 1 and not self._beside & {*held}]
        for region in self._small(doubtful):
            codes = self._puzzle.holders[region[1][0]]
            to = max(codes, key=lambda code: (self._sizes[code], code))
            self._puzzle.give(region, to)
            yield mended(Mend.OVERLAP, codes, region[0], to)

    def outside(self) -> Iterator[Mended]:
        """Ground beyond the plan's is given up: to whom it belongs there, or to nobody."""
        puzzle = self._puzzle
        beyond = [i for i, held in enumerate(puzzle.holders) if not puzzle.in_ground[i] and {*held} - self._beside]
        for region in self._small(beyond):
            held = puzzle.holders[region[1][0]]
            puzzle.give(region, next((code for code in held if code in self._beside), None))
            yield mended(Mend.OUTSIDE, [code for code in held if code not in self._beside], region[0])

    def gaps(self) -> Iterator[Mended]:
        """Ground of nobody goes to the grid along whose border it lies longest."""
        puzzle = self._puzzle
        for region in self._small(i for i, held in enumerate(puzzle.holders) if not held and puzzle.in_ground[i]):
            to = self._longest(region)
            if to is not None:
                puzzle.give(region, to)
                yield mended(Mend.GAP, [], region[0], to)

    def slivers(self) -> Iterator[Mended]:
        """A piece that hangs together with nothing else of its grid goes to the neighbour along whose border it lies longest."""
        for region in sorted(self._loose(), key=lambda found: found[0].area):
            code = self._puzzle.holders[region[1][0]][0]
            to = self._longest(region)
            if to is not None:
                self._puzzle.give(region, to)
                yield mended(Mend.SLIVER, [code], region[0], to)

    def _loose(self) -> Iterator[Region]:
        """All small pieces of each grid but its largest."""
        single = [i for i, held in enumerate(self._puzzle.holders) if len(held) == 1 and held[0] in self._own]
        largest: dict[str, float] = {}
        found = [(self._puzzle.holders[region[1][0]][0], region) for region in self._puzzle.regions(single)]
        for code, region in found:
            largest[code] = max(largest.get(code, 0.0), region[0].area)
        return (region for code, region in found if region[0].area < largest[code] and area_m2(region[0]) <= self._most)

    def _longest(self, region: Region) -> str | None:
        lengths = {code: length for code, length in self._puzzle.beside(region).items() if code in self._own}
        return max(lengths, key=lambda code: (lengths[code], code), default=None)
