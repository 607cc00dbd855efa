"""Sound sets of micro-grids made as messy as files are: borders drawn twice, corners one side lacks, pieces lost and doubled."""

from collections.abc import Mapping

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from tests import partitions, town
from tests.patchwork import patches

METRE = 1e-5  # Degrees: some 1.1 m north, 0.95 m east.


def whole(seed: int, how_many: int) -> dict[str, Polygon]:
    """A patchwork that tiles the tiny town's square, by code."""
    return {partitions.code(number): shape for number, shape in enumerate(patches(seed, how_many))}


def drawn_twice(shapes: Mapping[str, Polygon], seed: int, by: float = METRE) -> dict[str, Polygon]:
    """Every grid digitised by itself: inner corners shifted by chance, up to `by` degrees, differently on either side."""
    chance = np.random.default_rng(seed)
    edge = shapely.boundary(shapely.coverage_union_all(list(shapes.values())))

    def shifted(xy: np.ndarray) -> np.ndarray:
        outer = shapely.dwithin(shapely.points(xy), edge, 1e-7)
        moved: np.ndarray = xy + chance.uniform(-by, by, xy.shape) * ~outer[:, None]
        moved[-1] = moved[0]
        return moved

    return {code: Polygon(shifted(shapely.get_coordinates(shape.exterior))) for code, shape in shapes.items()}


def thinned(shapes: Mapping[str, Polygon], every: int = 3) -> dict[str, Polygon]:
    """Each grid without some of the corners that lie on straight edges, or nearly: its neighbours still have them."""
    made = {}
    for number, (code, shape) in enumerate(shapes.items()):
        xy = shapely.get_coordinates(shape.exterior)[:-1]
        keep = (np.arange(len(xy)) + number) % every != 0
        made[code] = Polygon(xy[keep]) if keep.sum() > 3 else shape
    return made


def sizes(shapes: Mapping[str, Polygon | MultiPolygon]) -> dict[str, float]:
    """Areas in cells of the tiny town."""
    return {code: shape.area / town.CELL**2 for code, shape in shapes.items()}


def grown(shapes: Mapping[str, Polygon], by: float = METRE) -> dict[str, Polygon | MultiPolygon]:
    """Each grid a little larger than it should be, within the ground: overlaps along every border, and no gap."""
    ground = shapely.coverage_union_all(list(shapes.values()))
    return {code: shapely.intersection(shapely.buffer(shape, by, join_style="mitre"), ground) for code, shape in shapes.items()}
