"""Polygons and points to locate: bent grids that share their borders, as a city's do. The same at every run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Shapes: TypeAlias = NDArray[np.object_]
Answer: TypeAlias = NDArray[np.int64]  # Positions of polygons, -1 where none covers.
Ask: TypeAlias = Callable[[Floats, Floats], Answer]

WEST, SOUTH, CELL = 121.0, 31.0, 0.01  # Degrees; a grid is about a kilometre wide.
SEED = 20261123
_METRE = 1e-5  # Of latitude, in degrees; of longitude here a sixth less.


@dataclass(frozen=True)
class Workload:
    """What is asked: `polygons` (n,), points `x`, `y` (m,) in degrees."""

    name: str
    polygons: Shapes
    x: Floats
    y: Floats


def workloads(small: int, large: int, points: int) -> list[Callable[[], Workload]]:
    """W1 to W4, made when they are called: the large city takes half a gigabyte. `small`, `large`: how many grids."""
    return [
        lambda: _workload(f"W1 anywhere, {small:,} grids", bent(small), points, _anywhere),
        lambda: _workload(f"W2 anywhere, {large:,} grids", bent(large), points, _anywhere),
        lambda: _workload(f"W3 within 1 m of a border, {small:,} grids", bent(small), points, _near),
        lambda: _workload(f"W4 on edges and corners, {small:,} grids", bent(small), points, _on),
    ]


def bent(how_many: int, corners: int = 100) -> Shapes:
    """About `how_many` polygons in rows and columns, with some `corners` each, shared by neighbours, on the lattice of 1e-8."""
    chance, rows, steps = np.random.default_rng(SEED), round(how_many**0.5), corners // 4
    nodes = np.stack(np.meshgrid(np.arange(rows + 1.0), np.arange(rows + 1.0)), axis=-1)
    nodes[1:-1, 1:-1] += chance.uniform(-0.2, 0.2, (rows - 1, rows - 1, 2))
    across = _line(nodes[:, :-1], nodes[:, 1:], chance, steps)
    up = _line(nodes[:-1], nodes[1:], chance, steps)
    made = []
    for row in range(rows):
        for column in range(rows):
            ahead = [across[row, column][:-1], up[row, column + 1][:-1]]
            back = [across[row + 1, column][:0:-1], up[row, column][:0:-1]]
            made.append(np.vstack([*ahead, *back]))
    degrees = (np.concatenate(made) * CELL + (WEST, SOUTH)).round(8)
    shapes = shapely.polygons(shapely.linearrings(degrees, indices=np.repeat(np.arange(len(made)), [len(one) for one in made])))
    return np.asarray(shapes[shapely.is_valid(shapes)])


def _line(begins: Floats, ends: Floats, chance: np.random.Generator, steps: int) -> Floats:
    """From begin to end in steps, bent sideways in between: (..., steps + 1, 2)."""
    along = np.linspace(0, 1, steps + 1)[:, None]
    aside = chance.normal(0, 0.01, (*begins.shape[:-1], steps + 1, 1))
    aside[..., [0, -1], :] = 0
    way = (ends - begins)[..., None, :]
    return np.asarray(begins[..., None, :] + way * along + way[..., ::-1] * (1, -1) * aside)


def _workload(name: str, polygons: Shapes, points: int, place: Callable[..., Floats]) -> Workload:
    x, y = place(polygons, points, np.random.default_rng(SEED + 1)).T
    return Workload(name, polygons, np.ascontiguousarray(x), np.ascontiguousarray(y))


def _anywhere(polygons: Shapes, count: int, chance: np.random.Generator) -> Floats:
    west, south, east, north = shapely.total_bounds(polygons)
    return chance.uniform((west, south), (east, north), (count, 2))


def _on(polygons: Shapes, count: int, chance: np.random.Generator) -> Floats:
    """Half of them corners, half the middles of edges, as near as doubles come to them."""
    xy, ring = shapely.get_coordinates(polygons, return_index=True)
    begins = np.flatnonzero(ring[1:] == ring[:-1])
    chosen = chance.choice(begins, count)
    middle = (np.arange(count) % 2 == 1)[:, None]
    return np.asarray(np.where(middle, (xy[chosen] + xy[chosen + 1]) / 2, xy[chosen]))


def _near(polygons: Shapes, count: int, chance: np.random.Generator) -> Floats:
    turn, away = chance.uniform(0, 2 * np.pi, count), chance.uniform(0, _METRE, count)
    return np.asarray(_on(polygons, count, chance) + (away * [np.cos(turn), np.sin(turn)]).T)
