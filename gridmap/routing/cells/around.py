"""One polygon on the cells around it: which corners it covers, and where its edges are."""

from typing import NamedTuple

import numpy as np

from gridmap.routing.cells.compiled import compiled, inlined
from gridmap.routing.cells.edges import Edges
from gridmap.routing.cells.table import Floats, Ints, cell_along
from gridmap.routing.cells.window import Part, columns_of, first_beyond, rows_of


class Around(NamedTuple):
    """The window's cells around one polygon, row by row from (west, south); each array is (rows * columns,).

    Attributes:
        inside: whether the polygon covers the cell's south-west corner, (left, low) a hair further north-east.
        edges: how many of its edges may touch the cell.
        lone: how many of these are not paired.
    """

    west: int
    south: int
    columns: int
    inside: Ints
    edges: Ints
    lone: Ints


@compiled
def around_of(edges: Edges, part: Part, polygon: int) -> Around:
    """The cells around one of the polygons."""
    first, last = edges.first[polygon], edges.first[polygon + 1]
    around = _nothing_around(edges.ends[first:last], part)
    if len(around.inside) == 0:
        return around
    end_column = around.west + around.columns
    for e in range(first, last):
        begin_row, end_row = rows_of(edges.ends[e], part)
        for row in range(begin_row, end_row):
            begin, end = columns_of(edges.ends[e], part, row)
            base = (row - around.south) * around.columns - around.west
            for column in range(begin, end):
                around.edges[base + column] += 1
                around.lone[base + column] += not edges.paired[e]
            column = first_beyond(edges.ends[e], part.table, row, begin, end_column)
            if column < end_column:
                around.inside[base + column] ^= 1
    for at in range(len(around.inside)):  # Each edge turns all corners east of it.
        if at % around.columns:
            around.inside[at] ^= around.inside[at - 1]
    return around


@compiled
def _nothing_around(ends: Floats, part: Part) -> Around:
    table, window = part.table, part.window
    if len(ends) == 0:
        return _empty(0, 0, 1, 0)
    west = cell_along(min(ends[:, 0].min(), ends[:, 2].min()), table.west, table.by_x)
    east = cell_along(max(ends[:, 0].max(), ends[:, 2].max()), table.west, table.by_x)
    south = cell_along(ends[:, 1].min(), table.south, table.by_y)
    north = cell_along(ends[:, 3].max(), table.south, table.by_y)
    west, east = max(west, window.west), min(east, window.west + window.columns - 1)
    south, north = max(south, window.south), min(north, window.south + window.rows - 1)
    if west > east or south > north:
        return _empty(0, 0, 1, 0)
    return _empty(west, south, east - west + 1, north - south + 1)


@inlined
def _empty(west: int, south: int, columns: int, rows: int) -> Around:
    size = columns * rows
    return Around(west, south, columns, np.zeros(size, np.int32), np.zeros(size, np.int32), np.zeros(size, np.int32))
