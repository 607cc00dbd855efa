"""Windows of a table, and which of their cells an edge touches."""

from typing import NamedTuple

from gridmap.routing.cells.compiled import compiled, inlined
from gridmap.routing.cells.orientation import side
from gridmap.routing.cells.table import Floats, Ints, Table, cell_along

_SLACK = 1e-12  # Of the coordinates: many times what the crossing of an edge and a row is rounded by.


class Window(NamedTuple):
    """So many rows and columns of a table, from its row `south` and its column `west` on."""

    west: int
    south: int
    columns: int
    rows: int


class Part(NamedTuple):
    """A window of a table in the making: of the table its measures alone count; `cells` (rows * columns,) are the window's."""

    table: Table
    window: Window
    cells: Ints


@inlined
def cell_in(part: Part, row: int, column: int) -> int:
    """Where the window's cells have the cell of a row and column of the table."""
    return (row - part.window.south) * part.window.columns + column - part.window.west


@inlined
def rows_of(edge: Floats, part: Part) -> tuple[int, int]:
    """The window's first row that an edge touches, and the one after the last."""
    table, window = part.table, part.window
    first, after = cell_along(edge[1], table.south, table.by_y), cell_along(edge[3], table.south, table.by_y) + 1
    return max(first, window.south), min(after, window.south + window.rows)


@inlined
def columns_of(edge: Floats, part: Part, row: int) -> tuple[int, int]:
    """The window's first column that an edge may touch in a row, and the one after the last: none where that is no larger."""
    table, window = part.table, part.window
    ax, ay, bx, by = edge[0], edge[1], edge[2], edge[3]
    west, east = min(ax, bx), max(ax, bx)
    if by > ay:
        slope, slack = (bx - ax) / (by - ay), _slack(table)
        one = ax + (max(table.low[row], ay) - ay) * slope
        other = ax + (min(table.low[row + 1], by) - ay) * slope
        west, east = min(max(west, min(one, other) - slack), east), max(min(east, max(one, other) + slack), west)
    first, after = cell_along(west, table.west, table.by_x), cell_along(east, table.west, table.by_x) + 1
    return max(first, window.west), min(after, window.west + window.columns)


@inlined
def _slack(table: Table) -> float:
    return _SLACK * (abs(table.west) + abs(table.east) + abs(table.south) + abs(table.north))


@compiled
def first_beyond(edge: Floats, table: Table, row: int, begin: int, end: int) -> int:
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
