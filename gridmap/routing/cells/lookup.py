"""The look-up itself, compiled: a point's cell, and where borders cross it, the edges that do."""

import numpy as np
from numpy.typing import NDArray

from gridmap.routing.cells.compiled import compiled, inlined
from gridmap.routing.cells.orientation import side
from gridmap.routing.cells.table import NOBODY, TABLE_HEAD, Floats, Ints, Point, Table, cell_along

_BLOCK = 512  # Points whose cells are fetched together: waiting for memory, they wait at the same time.
_ON_IT = -1
_MOST_ASKED = 4096  # Cells of one box.


@compiled
def locate(table: Table, x: Floats, y: Floats, found: Ints) -> None:
    """Write to `found` (n,) the first polygon that covers each point, borders included, or `NOBODY`."""
    cells = np.empty(_BLOCK, np.int32)
    for begin in range(0, len(x), _BLOCK):
        end = min(begin + _BLOCK, len(x))
        for i in range(begin, end):
            cells[i - begin] = cell_of(table, x[i], y[i])
            found[i] = table.cells[cells[i - begin]] if cells[i - begin] >= 0 else NOBODY
        for i in range(begin, end):
            if found[i] < NOBODY:
                row = cells[i - begin] // table.columns
                corner = (table.left[cells[i - begin] - row * table.columns], table.low[row])
                found[i] = _settled(table, -2 - found[i], corner, (x[i], y[i]))


@compiled
def locate_one(table: Table, x: float, y: float) -> int:
    """The same for one point."""
    cell = cell_of(table, x, y)
    if cell < 0:
        return NOBODY
    value = int(table.cells[cell])
    if value >= NOBODY:
        return value
    row = cell // table.columns
    return _settled(table, -2 - value, (table.left[cell - row * table.columns], table.low[row]), (x, y))


@compiled
def alone(table: Table, boxes: Floats, found: NDArray[np.bool_]) -> None:
    """Write to `found` (n,) whether each box (n, 4: west, south, east, north) lies in cells that one polygon covers whole."""
    for i in range(len(boxes)):
        first, last = cell_of(table, boxes[i, 0], boxes[i, 1]), cell_of(table, boxes[i, 2], boxes[i, 3])
        found[i] = first >= 0 and last >= 0 and table.cells[first] >= 0 and _all_are(table, first, last, table.cells[first])


@compiled
def deserted(table: Table, boxes: Floats, found: NDArray[np.bool_]) -> None:
    """Write to `found` (n,) whether each box (n, 4: west, south, east, north) lies in cells that no polygon touches, or outside
    of the table."""
    for i in range(len(boxes)):
        west, south = max(boxes[i, 0], table.west), max(boxes[i, 1], table.south)
        east, north = min(boxes[i, 2], table.east), min(boxes[i, 3], table.north)
        first, last = cell_of(table, west, south), cell_of(table, east, north)
        beside = west > east or south > north
        found[i] = beside or (first >= 0 and last >= 0 and _all_are(table, first, last, NOBODY))


@compiled
def _all_are(table: Table, first: int, last: int, value: int) -> bool:
    """Whether all cells between these two corners hold the value; of very many nobody asks."""
    west, south = first % table.columns, first // table.columns
    east, north = last % table.columns, last // table.columns
    if (east - west + 1) * (north - south + 1) > _MOST_ASKED:
        return False
    for row in range(south, north + 1):
        for column in range(west, east + 1):
            if table.cells[row * table.columns + column] != value:
                return False
    return True


@inlined
def cell_of(table: Table, x: float, y: float) -> int:
    """The cell of a point, -1 outside of the table and where a coordinate is no number."""
    if x >= table.west and x <= table.east and y >= table.south and y <= table.north:
        return cell_along(y, table.south, table.by_y) * table.columns + cell_along(x, table.west, table.by_x)
    return -1


@compiled
def _settled(table: Table, record: int, corner: Point, p: Point) -> int:
    """Whose p is in a cell that borders cross; `corner` is the cell's south-western one."""
    words, pairs = table.words, table.pairs
    asked = pairs[2 * record]
    while asked < 0:  # A small table.
        columns, rows, head = pairs[2 * record + 1], pairs[2 * record + 2], record + TABLE_HEAD
        column = cell_along(p[0], words[record + 2], words[record + 4])
        row = cell_along(p[1], words[record + 3], words[record + 5])
        value = int(pairs[2 * (head + columns + rows) + row * columns + column])
        if value >= NOBODY:
            return value
        corner = (words[head + column], words[head + columns + row])
        record = -2 - value
        asked = pairs[2 * record]
    at = record + 1 + asked
    for k in range(record + 1, record + 1 + asked):
        inside = pairs[2 * k + 1] & 1
        for _ in range(pairs[2 * k + 1] >> 1):
            crossed = _crossing((words[at], words[at + 1]), (words[at + 2], words[at + 3]), corner, p)
            if crossed == _ON_IT:
                return int(pairs[2 * k])
            inside ^= crossed
            at += 4
        if inside:
            return int(pairs[2 * k])
    return int(pairs[2 * record + 1])


@inlined
def _crossing(a: Point, b: Point, corner: Point, p: Point) -> int:
    """Whether (1 or 0) the edge from a up to b is crossed an odd number of times on the way from the corner north to p's
    latitude, then east to p; `_ON_IT` where p lies on the edge.

    The way is taken a hair east of where it says, and by a far smaller hair north of it (simulation of simplicity): so it
    meets no corner and runs along no edge.
    """
    west, east = min(a[0], b[0]), max(a[0], b[0])
    crossed = 0
    if a[1] <= p[1] < b[1]:
        beyond = _west_of(a, b, p, west, east)
        if beyond == _ON_IT:
            return _ON_IT
        crossed = beyond ^ abs(_west_of(a, b, (corner[0], p[1]), west, east))
    elif p[1] == b[1] and (p[0] == b[0] or (a[1] == b[1] and west <= p[0] <= east)):
        return _ON_IT
    if west <= corner[0] < east and b[1] >= corner[1] and a[1] <= p[1]:
        crossed ^= _left_of(a, b, corner) ^ _left_of(a, b, (corner[0], p[1]))
    return crossed


@inlined
def _west_of(a: Point, b: Point, p: Point, west: float, east: float) -> int:
    """Whether the upward edge passes p's latitude west of it; `_ON_IT` (it does, by a hair) where through p."""
    if p[0] < west:
        return 0
    if p[0] > east:
        return 1
    at = side(a, b, p)
    return _ON_IT if at == 0.0 else int(at < 0.0)


@compiled
def _left_of(a: Point, b: Point, p: Point) -> int:
    """Whether p, moved by the two hairs, lies left of the upward edge."""
    at = side(a, b, p)
    if at == 0.0:
        at = a[1] - b[1] if b[1] > a[1] else b[0] - a[0]
    return int(at > 0.0)
