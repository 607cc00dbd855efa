"""A patchwork town: irregular micro-grids with bent edges, many short ones, none of them straight in line with another."""

import numpy as np
import shapely
from shapely.geometry import Polygon
from sqlalchemy.orm import Session

from gridmap.grids.change import GridDraft
from gridmap.grids.publishing import Published, publish
from tests import town


def patches(seed: int, how_many: int) -> list[Polygon]:
    """Cells of a random tessellation of the tiny town's square: degrees, a valid coverage on the lattice of 1e-8.

    The edges are bent by moving every point of the plane by a smooth, lively field; corners move with them.
    """
    chance = np.random.default_rng(seed)
    frame = shapely.box(0, 0, 3, 3)
    sites = shapely.MultiPoint(chance.uniform(0.05, 2.95, (how_many, 2)))
    cells = [shapely.intersection(cell, frame) for cell in shapely.voronoi_polygons(sites, extend_to=frame).geoms]
    dense = shapely.segmentize(shapely.coverage_clean(np.array(cells)), 0.02)
    size, phase = chance.uniform(2, 30, (2, 2)), chance.uniform(0, 6, 2)

    def bent(xy: np.ndarray) -> np.ndarray:
        waves = np.column_stack([np.sin(xy @ size[0] + phase[0]), np.cos(xy @ size[1] + phase[1])])
        return (np.array([town.WEST, town.SOUTH]) + (xy + 0.01 * waves) * town.CELL).round(8)

    # A dense edge belongs to two cells; each made its own points on it, so the last bits have to be made equal.
    return list(shapely.coverage_clean(shapely.transform(dense, bent)))


def found(session: Session, seed: int = 1, how_many: int = 60) -> Published:
    """Put a patchwork town in force from now on, its micro-grids dealt out to three villages."""
    made = [GridDraft(town.TOWN, "演示镇"), *(GridDraft(town.village(x), f"演示村{x}") for x in (1, 2, 3))]
    cells = sorted(patches(seed, how_many), key=lambda cell: cell.centroid.x)
    for number, cell in enumerate(cells):
        village = town.village(1 + 3 * number // len(cells))
        made.append(GridDraft(f"{village}{number + 1:03d}", f"演示网格{number + 1}", shape=cell))
    return publish(session, made, actor="test")
