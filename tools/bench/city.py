"""A made-up city beside the demo town: a jittered mesh of micro-grids and cases among them, the same at every run."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Polygon, shape

from gridmap.grids.change import GridDraft

TOWN = 310199001  # The first town; a city of many has more.
VILLAGES = 100  # In each town.
WEST, SOUTH = 120.25, 31.0  # One tile of zoom 9 holds the whole city, and not the demo town.
CELL_LON, CELL_LAT = 0.0042, 0.0036  # About 400 m each way.
STEPS = 9  # Pieces of each cell's edge: a polygon has 36 vertices, as surveyed ones do.
PER_VILLAGE = 50
SEED = 47678

Corners = NDArray[np.float64]


class City:
    """`grids` micro-grids (a multiple of 50, in rows of 100) in villages of 50, a hundred of them to a town."""

    def __init__(self, grids: int) -> None:
        self.columns = min(100, grids)
        self.rows = grids // self.columns
        self._chance = np.random.default_rng(SEED)
        self.codes = [self.code(column, row) for row in range(self.rows) for column in range(self.columns)]
        nodes = self._nodes()
        self._east = self._edges(nodes[:, :-1], nodes[:, 1:])
        self._north = self._edges(nodes[:-1, :], nodes[1:, :])

    def code(self, column: int, row: int) -> str:
        """Micro-grid code of a cell: villages are 10 columns by 5 rows, or what there is of them."""
        across = -(-self.columns // 10)
        village = (row // 5) * across + column // 10
        return f"{TOWN + village // VILLAGES}{village % VILLAGES + 1:03d}{(row % 5) * 10 + column % 10 + 1:03d}"

    def drafts(self) -> list[GridDraft]:
        """The towns, their villages and their micro-grids, ready to publish."""
        villages = sorted({code[:12] for code in self.codes})
        made = [GridDraft(town, "测试城", "Bench City") for town in sorted({code[:9] for code in self.codes})]
        made += [GridDraft(code, f"测试村{code[-3:]}", f"Bench Village {code[-3:]}") for code in villages]
        cells = zip(self.codes, self.polygons(), strict=True)
        return made + [GridDraft(code, f"测试网格{code[-6:]}", f"Bench Grid {code[-6:]}", shape=cell) for code, cell in cells]

    def polygons(self) -> Iterator[Polygon]:
        """The cells in the order of `codes`; neighbours share every vertex of their edge."""
        for row in range(self.rows):
            for column in range(self.columns):
                ring = [
                    self._east[row, column],
                    self._north[row, column + 1],
                    self._east[row + 1, column][::-1],
                    self._north[row, column][::-1],
                ]
                yield Polygon(np.concatenate([part[:-1] for part in ring]))

    def places(self, how_many: int, name: str) -> Corners:
        """Random points of the city, (n, 2) degrees lon and lat, well inside its outline; others for every name."""
        size = np.array([self.columns * CELL_LON, self.rows * CELL_LAT])
        chance = np.random.default_rng([SEED, crc32(name.encode())])
        return np.asarray(np.array([WEST, SOUTH]) + (0.02 + 0.96 * chance.random((how_many, 2))) * size)

    def _nodes(self) -> Corners:
        row, column = np.mgrid[0 : self.rows + 1, 0 : self.columns + 1]
        nodes = np.stack([WEST + column * CELL_LON, SOUTH + row * CELL_LAT], axis=-1)
        return nodes + self._chance.uniform(-0.2, 0.2, nodes.shape) * [CELL_LON, CELL_LAT]

    def _edges(self, start: Corners, end: Corners) -> Corners:
        """Polylines from start to end nodes, (…, STEPS + 1, 2), bent a little between."""
        along = np.linspace(0.0, 1.0, STEPS + 1)[:, None]
        line = start[..., None, :] * (1 - along) + end[..., None, :] * along
        bend = self._chance.uniform(-0.02, 0.02, line.shape) * [CELL_LON, CELL_LAT]
        bend[..., [0, -1], :] = 0.0
        return np.asarray((line + bend).round(8))


def demo_town(folder: Path) -> list[GridDraft]:
    """The demo town's grids as drafts, read from its file."""
    features = json.loads((folder / "geojson" / "grids.geojson").read_text())["features"]
    return [_draft(feature["properties"], feature["geometry"]) for feature in features]


def _draft(facts: dict[str, Any], geometry: dict[str, Any] | None) -> GridDraft:
    cell = shape(geometry) if facts["level"] == "micro" else None
    return GridDraft(facts["code"], facts["name"], facts["name_en"], facts["head_name"], facts["head_phone"], cell)
