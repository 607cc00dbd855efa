"""Random redraws of any partition: vertices moved, grids split, merged and dealt out anew, always by exact shared vertices."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import shapely
from numpy.random import Generator
from shapely.geometry import LineString, MultiPolygon, Polygon

from gridmap.geo.shapes import as_multipolygon
from gridmap.grids.change import Change, GridDraft
from gridmap.grids.coverage import problems

Shapes = dict[str, MultiPolygon]


def change(base: int | None, before: Mapping[str, MultiPolygon], after: Mapping[str, MultiPolygon], taken: set[str]) -> Change:
    """What leads from one partition to another, both by code of micro-grid; `taken` collects all codes there ever were."""
    drafts = {
        code: GridDraft(code, f"演示{code[-3:]}", shape=shape) for code, shape in after.items() if before.get(code) != shape
    }
    taken |= after.keys()
    return Change(base, drafts, frozenset(before.keys() - after.keys()))


def renamed(made: Change, code: str, name: str) -> Change:
    """The same change with another name for one of its grids."""
    return replace(made, grids={**made.grids, code: replace(made.grids[code], name=name)})


def redrawn(shapes: Mapping[str, MultiPolygon], chance: Generator, taken: set[str], *, steps: int = 3) -> Shapes:
    """The partition after some random operations; no village is left without a grid, no code of `taken` comes back."""
    now = dict(shapes)
    for _ in range(steps):
        operation = (_moved, _split, _merged)[chance.integers(3)]
        then = operation(now, chance, taken | now.keys())
        if then is not None and not problems(then):
            now = then
    return now


def _some(shapes: Mapping[str, MultiPolygon], chance: Generator) -> str:
    return str(chance.choice(sorted(shapes)))


def _moved(shapes: Shapes, chance: Generator, taken: set[str]) -> Shapes | None:  # as the others
    """One vertex moved by up to a few metres, with everybody who shares it; not on the outer border."""
    outer = set(map(tuple, shapely.get_coordinates(shapely.coverage_union_all(list(shapes.values())))))
    spots = [spot for spot in map(tuple, shapely.get_coordinates(shapes[_some(shapes, chance)])) if spot not in outer]
    if not spots:
        return None
    spot = np.array(spots[chance.integers(len(spots))])
    there = (spot + chance.uniform(-1e-4, 1e-4, 2)).round(8)

    def moved(xy: np.ndarray) -> np.ndarray:
        return np.where((xy == spot).all(axis=1)[:, None], there, xy)

    then = {code: shapely.transform(shape, moved) for code, shape in shapes.items()}
    return then if shapely.is_valid(list(then.values())).all() else None


def _split(shapes: Shapes, chance: Generator, taken: set[str]) -> Shapes | None:
    """A grid cut along a straight line between two of its corners; one part goes to a new code, or to a neighbour."""
    code = _some(shapes, chance)
    cut = _cut(shapes[code], chance)
    if cut is None:
        return None
    rest, piece = cut
    beside = [other for other in sorted(shapes) if other != code and _meet(shapes[other], piece)]
    to = str(chance.choice(beside)) if beside and chance.random() < 0.4 else _fresh(code[:12], taken)
    given = shapely.coverage_union_all([shapes[to], piece]) if to in shapes else piece
    return {**shapes, code: as_multipolygon(rest), to: as_multipolygon(given)}


def _cut(shape: MultiPolygon, chance: Generator) -> tuple[Polygon, Polygon] | None:
    if len(shape.geoms) > 1 or shape.geoms[0].interiors:
        return None
    corners = list(shape.geoms[0].exterior.coords)[:-1]
    for _ in range(10):
        i, j = sorted(chance.choice(len(corners), 2, replace=False).tolist())
        chord = LineString([corners[i], corners[j]])
        inside = shapely.relate_pattern(chord, shape, "1FF00F212") or shapely.relate_pattern(chord, shape, "1FF0FF212")
        if inside and 1 < j - i < len(corners) - 1:
            return Polygon(corners[: i + 1] + corners[j:]), Polygon(corners[i : j + 1])
    return None


def _merged(shapes: Shapes, chance: Generator, taken: set[str]) -> Shapes | None:  # as the others
    """Two neighbours become one; the village of the one that ends keeps another."""
    code = _some(shapes, chance)
    beside = [other for other in sorted(shapes) if other != code and _meet(shapes[other], shapes[code])]
    ending = [other for other in beside if sum(c.startswith(other[:12]) for c in shapes) > 1]
    if not ending:
        return None
    gone = str(chance.choice(ending))
    whole = as_multipolygon(shapely.coverage_union_all([shapes[code], shapes[gone]]))
    return {c: whole if c == code else shape for c, shape in shapes.items() if c != gone}


def _meet(one: MultiPolygon, other: Polygon | MultiPolygon) -> bool:
    return bool(shapely.relate_pattern(one, other, "****1****"))


def _fresh(village: str, taken: set[str]) -> str:
    return next(code for n in range(1, 1000) if (code := f"{village}{n:03d}") not in taken)
