"""The table: cells over a rectangle, and the records of those that borders cross."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridmap.routing.cells.compiled import compiled, inlined

NOBODY = -1
TABLE_HEAD = 6  # Words of a small table before its columns, see `levels`.
_CELLS_PER_EDGE = 12.0  # Measured: fewer make the records longer, more make the table too wide for the cache.
_LEAST_CELLS, _MOST_CELLS = 64.0, 16e6
_LEAST_DEG = 1e-9  # Of the rectangle, where all lies on one line.
Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Point = tuple[float, float]  # lon, lat in degrees.


class Table(NamedTuple):
    """Cells over a rectangle, row by row from the south-west; once it is built, none of what it leads to is written again.

    Attributes:
        west, south, east, north: the rectangle, degrees; whoever lies outside of it lies in no polygon.
        by_x, by_y: cells per degree.
        columns: how many cells a row has.
        left, low: (columns + 1,), (rows + 1,) the least double that lies in a column or row: its edge, exactly.
        cells: (rows * columns,) int32, the polygon that covers a whole cell, `NOBODY`, or -2 - the offset of its record.
        words, pairs: the records, float64 (n,) and the same memory as int32 (2n,), with room behind them. A record is a word (how
            many polygons to ask, whose the cell is if none of them says yes), for each a word (the polygon, twice its edges + 1
            where it covers the cell's south-west corner), then their edges, four words each: (ax, ay, bx, by), ay <= by. Of a
            cell with many edges it is a small table (`levels`).
    """

    west: float
    south: float
    east: float
    north: float
    by_x: float
    by_y: float
    columns: int
    left: Floats
    low: Floats
    cells: Ints
    words: Floats
    pairs: Ints


@inlined
def cell_along(value: float, begin: float, by: float) -> int:
    """The row or column of a coordinate. Each step is monotone, also rounded, so cells are intervals of doubles."""
    return int((value - begin) * by)


def empty_table(ends: Floats) -> Table:
    """The measures of a table over edges, (m, 4) as in `edges.Edges`: no cells and no records yet."""
    (west, east), (south, north) = (_extent(ends[:, axis::2]) for axis in (0, 1))
    return frame_over((west, south, east, north), len(ends) / 2, _MOST_CELLS)  # Most edges stand there twice.


def frame_over(box: tuple[float, float, float, float], edges: float, most: float) -> Table:
    """The measures of a table over a box (west, south, east, north) that so many edges cross, of so many cells at most."""
    west, south, east, north = box
    wide, high = max(east - west, _LEAST_DEG), max(north - south, _LEAST_DEG)
    count = min(max(_CELLS_PER_EDGE * edges, _LEAST_CELLS), most)
    size = float(np.sqrt(wide * high / count))
    columns, rows = (int(min(max(np.ceil(length / size), 1), count)) for length in (wide, high))
    by_x, by_y = columns / wide * (1 - 1e-9), rows / high * (1 - 1e-9)  # So that the far edge lies in the last cell.
    left, low = _begins(west, by_x, columns), _begins(south, by_y, rows)
    words = np.zeros(0)
    return Table(west, south, east, north, by_x, by_y, columns, left, low, words.view(np.int32), words, words.view(np.int32))


def _extent(values: Floats) -> tuple[float, float]:
    return (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)


@compiled
def _begins(begin: float, by: float, count: int) -> Floats:
    """The least double of each cell along an axis, and of the cell after the last."""
    found = np.empty(count + 1)
    found[0] = begin
    for i in range(1, count + 1):
        before, after = begin + (i - 1) / by, begin + (i + 1) / by
        if cell_along(before, begin, by) >= i:
            before = begin
        while cell_along(after, begin, by) < i:
            after += 1 / by
        while True:  # Halving, since from one double to the next would be a long way beside 0.
            middle = before + (after - before) / 2
            if middle in (before, after):
                break
            if cell_along(middle, begin, by) >= i:
                after = middle
            else:
                before = middle
        found[i] = after
    return found
