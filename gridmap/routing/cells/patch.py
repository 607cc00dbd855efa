"""A table after a change: the cells around what changed are made anew, all others stay.

Records are never written over. New ones go behind all others, into room that the table and its patches share, so who still holds
an older table finds in it what was always there.
"""

from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from gridmap.routing.cells.build import records_of
from gridmap.routing.cells.edges import edges_of
from gridmap.routing.cells.records import rename
from gridmap.routing.cells.table import Floats, Ints, Table, cell_along
from gridmap.routing.cells.window import Window

_MOST = 0.25  # Of the cells; whoever changes more is quicker with a new table.
Box = tuple[int, int, int, int]  # West, south, east and north: columns and rows, all of them within.


class Room:
    """What is left of a table's words."""

    def __init__(self, words: Floats, used: int) -> None:
        self._words, self.used = words, used
        self._lock = Lock()

    def take(self, count: int) -> int | None:
        """Where so many words may be written, by the caller alone; None where there is not that much room."""
        with self._lock:
            begin, self.used = self.used, min(self.used + count, len(self._words))
            return begin if begin + count <= len(self._words) else None


class Now(NamedTuple):
    """The n polygons there are after a change, in the order in which they win; their boxes, (n, 4) in degrees; what the table
    calls each of them."""

    shapes: Sequence[Polygon | MultiPolygon]
    bounds: Floats
    numbers: Ints


def patched(table: Table, room: Room, now: Now, changed: Floats) -> Table | None:
    """The table with some boxes made anew, (k, 4) in degrees, around every polygon that came, went or has another shape; None
    where it is quicker to make a new table."""
    if (changed[:, :2] < (table.west, table.south)).any() or (changed[:, 2:] > (table.east, table.north)).any():
        return None
    windows = _windows(table, changed)
    if sum(window.columns * window.rows for window in windows) > len(table.cells) * _MOST:
        return None
    cells = table.cells.copy().reshape(-1, table.columns)
    for window in windows:
        there = _meeting(table, window, now.bounds)
        made = records_of(edges_of(np.array([now.shapes[i] for i in there], dtype=object)), table, window)
        begin = room.take(made.used)
        if begin is None:
            return None
        rename(made.cells, made.words.view(np.int32), made.used, now.numbers[there], begin)
        table.words[begin : begin + made.used] = made.words[: made.used]  # No reader is led there yet.
        rows, columns = slice(window.south, window.south + window.rows), slice(window.west, window.west + window.columns)
        cells[rows, columns] = made.cells.reshape(window.rows, window.columns)
    return table._replace(cells=cells.ravel())


def _windows(table: Table, changed: Floats) -> list[Window]:
    """The cells of the boxes, those that overlap together."""
    apart: list[Box] = []
    for west, south, east, north in changed.tolist():
        box = (
            cell_along(west, table.west, table.by_x),
            cell_along(south, table.south, table.by_y),
            cell_along(east, table.west, table.by_x),
            cell_along(north, table.south, table.by_y),
        )
        while meeting := [other for other in apart if _overlap(box, other)]:
            apart = [other for other in apart if other not in meeting]
            for other in meeting:
                box = (min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3]))
        apart.append(box)
    return [Window(west, south, east - west + 1, north - south + 1) for west, south, east, north in apart]


def _overlap(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _meeting(table: Table, window: Window, bounds: Floats) -> NDArray[np.intp]:
    west, east = table.left[[window.west, window.west + window.columns]]
    south, north = table.low[[window.south, window.south + window.rows]]
    along = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
    return np.flatnonzero(along & (bounds[:, 1] <= north) & (bounds[:, 3] >= south))
