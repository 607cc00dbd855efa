"""How the table is made: every edge marks the cells it may touch, every polygon says which corners and cells lie inside it.

Cells marked needlessly cost a moment at look-up and change no answer; a cell that an edge touches is never left out, since
the search along an edge is wider than its rounding.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridmap.errors import TooLarge, msg
from gridmap.routing.cells.compiled import compiled, inlined
from gridmap.routing.cells.edges import Edges, edges_of
from gridmap.routing.cells.orientation import side
from gridmap.routing.cells.table import NOBODY, Floats, Ints, Table, cell_along, empty_table

_SLACK = 1e-12  # Of the coordinates: many times what the crossing of an edge and a row is rounded by.
_MOST_WORDS = 2**30 - 1  # Two of its halves are counted by one int32.


def table_of(polygons: NDArray[np.object_]) -> Table:
    """The table of n valid (Multi)Polygons in degrees; where several cover a point, the first of them wins.

    Raises:
        TooLarge: the borders cross more cells than a table can hold.
    """
    edges = edges_of(polygons)
    table = empty_table(edges.ends)
    _mark(edges.ends, table)
    crossed = np.flatnonzero(table.cells)
    table.cells[:] = NOBODY
    table.cells[crossed] = -2 - np.arange(len(crossed), dtype=np.int32)
    seen = _unseen(len(crossed))
    _look(edges, table, seen)
    asked, length, otherwise = _to_ask(seen)
    ends = np.cumsum(length, dtype=np.int64)
    if len(ends) and ends[-1] > _MOST_WORDS:
        raise TooLarge(msg("The borders cross more cells than an index can hold"), field="geometry")
    begins = (ends - length).astype(np.int32)
    words = np.zeros(length.sum())
    table = table._replace(words=words, pairs=words.view(np.int32))
    table.pairs[2 * begins], table.pairs[2 * begins + 1] = asked, otherwise
    _fill(edges, table, seen.whole, begins, asked)
    table.cells[crossed] = -2 - begins
    return table


class Seen(NamedTuple):
    """What is found of the cells that borders cross, (k,) each.

    Attributes:
        whole: the first polygon that covers all of it, `NOBODY` if none.
        asked: how many polygons' borders cross it, of those before `whole`.
        edges: how many edges they have in it.
        corners: how many of them cover its south-west corner.
        lone: how many of those edges are not paired.
        last, last_edges: the last of them, and how many of the edges are its own.
    """

    whole: Ints
    asked: Ints
    edges: Ints
    corners: Ints
    lone: Ints
    last: Ints
    last_edges: Ints


def _unseen(count: int) -> Seen:
    whole, *counts = (np.zeros(count, np.int32) for _ in Seen._fields)
    whole[:] = NOBODY
    return Seen(whole, *counts)


class Around(NamedTuple):
    """The cells around one polygon, row by row from (west, south); each array is (rows * columns,).

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


@inlined
def _slack(table: Table) -> float:
    return _SLACK * (abs(table.west) + abs(table.east) + abs(table.south) + abs(table.north))


@inlined
def _rows(edge: Floats, table: Table) -> tuple[int, int]:
    """The first row that an edge touches, and the one after the last."""
    return cell_along(edge[1], table.south, table.by_y), cell_along(edge[3], table.south, table.by_y) + 1


@inlined
def _columns(edge: Floats, table: Table, row: int) -> tuple[int, int]:
    """The first column that an edge may touch in a row, and the one after the last."""
    ax, ay, bx, by = edge[0], edge[1], edge[2], edge[3]
    west, east = min(ax, bx), max(ax, bx)
    if by > ay:
        slope, slack = (bx - ax) / (by - ay), _slack(table)
        one = ax + (max(table.low[row], ay) - ay) * slope
        other = ax + (min(table.low[row + 1], by) - ay) * slope
        west, east = min(max(west, min(one, other) - slack), east), max(min(east, max(one, other) + slack), west)
    return cell_along(west, table.west, table.by_x), cell_along(east, table.west, table.by_x) + 1


@compiled
def _mark(ends: Floats, table: Table) -> None:
    for e in range(len(ends)):
        first, after = _rows(ends[e], table)
        for row in range(first, after):
            begin, end = _columns(ends[e], table, row)
            for column in range(begin, end):
                table.cells[row * table.columns + column] = 1


@compiled
def _look(edges: Edges, table: Table, seen: Seen) -> None:
    """Write to `table.cells` who covers those that no border crosses, and to `seen` what is found of the others."""
    for polygon in range(len(edges.first) - 1):
        around = _around(edges, table, polygon)
        for at in range(len(around.edges)):
            if around.edges[at] or around.inside[at]:
                cell = (around.south + at // around.columns) * table.columns + around.west + at % around.columns
                value = table.cells[cell]
                if value == NOBODY:
                    table.cells[cell] = polygon
                elif value < NOBODY:
                    _see(seen, -2 - value, polygon, around, at)


@compiled
def _see(seen: Seen, k: int, polygon: int, around: Around, at: int) -> None:
    if seen.whole[k] != NOBODY:
        return
    if around.edges[at] == 0:
        seen.whole[k] = polygon
        return
    seen.asked[k] += 1
    seen.edges[k] += around.edges[at]
    seen.corners[k] += around.inside[at]
    seen.lone[k] += around.lone[at]
    seen.last[k] = polygon
    seen.last_edges[k] = around.edges[at]


@compiled
def _to_ask(seen: Seen) -> tuple[Ints, Ints, Ints]:
    """For each cell: how many polygons to ask, how many words its record takes, and whose it is if none of them says yes.

    An edge that neighbours share is crossed by both or by none, so along any way the number of polygons that cover a point stays
    odd if it is odd at the corner: where all but the last have said no, the last need not be asked.
    """
    asked, edges, otherwise = seen.asked.copy(), seen.edges.copy(), seen.whole.copy()
    for k in range(len(asked)):
        if seen.lone[k] == 0 and seen.corners[k] % 2 == 1 and seen.whole[k] == NOBODY:
            asked[k] -= 1
            edges[k] -= seen.last_edges[k]
            otherwise[k] = seen.last[k]
    return asked, 1 + asked + 4 * edges, otherwise


@compiled
def _around(edges: Edges, table: Table, polygon: int) -> Around:
    first, last = edges.first[polygon], edges.first[polygon + 1]
    around = _nothing_around(edges.ends[first:last], table)
    for e in range(first, last):
        begin_row, end_row = _rows(edges.ends[e], table)
        for row in range(begin_row, end_row):
            begin, end = _columns(edges.ends[e], table, row)
            base = (row - around.south) * around.columns - around.west
            for column in range(begin, end):
                around.edges[base + column] += 1
                around.lone[base + column] += not edges.paired[e]
            column = _first_beyond(edges.ends[e], table, row, begin, around.west + around.columns)
            if column < around.west + around.columns:
                around.inside[base + column] ^= 1
    for at in range(len(around.inside)):  # Each edge turns all corners east of it.
        if at % around.columns:
            around.inside[at] ^= around.inside[at - 1]
    return around


@compiled
def _nothing_around(ends: Floats, table: Table) -> Around:
    if len(ends) == 0:
        return Around(0, 0, 1, np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int32))
    west = cell_along(min(ends[:, 0].min(), ends[:, 2].min()), table.west, table.by_x)
    east = cell_along(max(ends[:, 0].max(), ends[:, 2].max()), table.west, table.by_x)
    south = cell_along(ends[:, 1].min(), table.south, table.by_y)
    north = cell_along(ends[:, 3].max(), table.south, table.by_y)
    columns = east - west + 1
    size = columns * (north - south + 1)
    return Around(west, south, columns, np.zeros(size, np.int32), np.zeros(size, np.int32), np.zeros(size, np.int32))


@compiled
def _first_beyond(edge: Floats, table: Table, row: int, begin: int, end: int) -> int:
    """Of the columns from `begin`, the first whose corner in this row has the edge west of it; `end` where the edge does not pass
    the corners' height."""
    a, b, low = (edge[0], edge[1]), (edge[2], edge[3]), table.low[row]
    if not a[1] <= low < b[1]:
        return end
    west, east = min(a[0], b[0]), max(a[0], b[0])
    column = begin
    while column < end:
        left = table.left[column]
        if left > east or (left >= west and side(a, b, (left, low)) <= 0.0):
            break
        column += 1
    return column


@compiled
def _fill(edges: Edges, table: Table, whole: Ints, begins: Ints, asked: Ints) -> None:
    """Write the records, polygon by polygon."""
    asking = np.zeros_like(asked)  # How many polygons a record has so far.
    word = begins + 1 + asked  # Where its next edge goes.
    for polygon in range(len(edges.first) - 1):
        around = _around(edges, table, polygon)
        for at in range(len(around.edges)):
            if around.edges[at]:
                k = -2 - table.cells[(around.south + at // around.columns) * table.columns + around.west + at % around.columns]
                if asking[k] < asked[k] and (whole[k] == NOBODY or whole[k] > polygon):
                    asking[k] += 1
                    table.pairs[2 * (begins[k] + asking[k])] = polygon
                    table.pairs[2 * (begins[k] + asking[k]) + 1] = (around.edges[at] << 1) | around.inside[at]
                else:
                    around.edges[at] = 0  # Not asked here.
        for e in range(edges.first[polygon], edges.first[polygon + 1]):
            _write_edge(edges.ends[e], table, around, word)


@compiled
def _write_edge(edge: Floats, table: Table, around: Around, word: Ints) -> None:
    first, after = _rows(edge, table)
    for row in range(first, after):
        begin, end = _columns(edge, table, row)
        for column in range(begin, end):
            if around.edges[(row - around.south) * around.columns + column - around.west]:
                k = -2 - table.cells[row * table.columns + column]
                table.words[word[k] : word[k] + 4] = edge
                word[k] += 4
