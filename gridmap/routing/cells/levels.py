"""A cell with many edges gets cells of its own: where tiny grids lie beside a large one, or many borders meet.

Its record is a small table: a word (-1, columns), a word (rows, 0), west, south, cells per degree east and north, where the
columns and the rows begin, the cells two to a word; then their records.
"""

import numpy as np

from gridmap.routing.cells.edges import Edges
from gridmap.routing.cells.table import TABLE_HEAD, Floats, Ints, Table, frame_over

MANY = 64  # Edges; a cell with more is divided.
MOST_FOR_ONE = 16  # So many times the edges' own words a small table's records may take: long edges cross many of its cells.
_MOST_CELLS = 16_384.0
_LEAST_DEG = 1e-6  # Sides of a cell that is divided, about 10 cm: a small table's columns stay wider than doubles are apart.


def frame_in(table: Table, row: int, column: int, edges: int) -> Table | None:
    """The measures of a small table over one cell of a table, for so many edges; None where the cell is too small."""
    west, south = float(table.left[column]), float(table.low[row])
    east, north = (float(np.nextafter(end, -np.inf)) for end in (table.left[column + 1], table.low[row + 1]))
    if min(east - west, north - south) < _LEAST_DEG:
        return None
    return frame_over((west, south, east, north), edges, _MOST_CELLS)


def edges_in(edges: Edges, polygons: Ints, frame: Table) -> Edges:
    """The edges of some polygons beside which the frame lies: those west and east of it tell what of it lies inside."""
    sizes = edges.first[polygons + 1] - edges.first[polygons]
    ends = np.cumsum(sizes)
    every = np.arange(ends[-1]) + np.repeat(edges.first[polygons] - (ends - sizes), sizes)
    corners = edges.ends[every]
    kept = (corners[:, 1] <= frame.north) & (corners[:, 3] >= frame.south)
    first = np.concatenate([[0], np.cumsum(kept)])[np.concatenate([[0], ends])]
    return Edges(corners[kept], edges.paired[every[kept]], first)


def head_of(frame: Table) -> int:
    """How many words of a small table stand before its records."""
    columns, rows = frame.columns, len(frame.low) - 1
    return TABLE_HEAD + columns + rows + (columns * rows + 1) // 2


def packed(frame: Table, cells: Ints, records: Floats) -> Floats:
    """A small table as words."""
    words = np.zeros(head_of(frame) + len(records))
    columns, rows, pairs = frame.columns, len(frame.low) - 1, words.view(np.int32)
    pairs[:3] = -1, columns, rows
    words[2:TABLE_HEAD] = frame.west, frame.south, frame.by_x, frame.by_y
    low, first = TABLE_HEAD + columns, TABLE_HEAD + columns + rows
    words[TABLE_HEAD:low], words[low:first] = frame.left[:-1], frame.low[:-1]
    pairs[2 * first : 2 * first + len(cells)] = cells
    words[head_of(frame) :] = records
    return words
