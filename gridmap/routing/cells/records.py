"""Records that move: to other words, and to other names of their polygons."""

import numpy as np

from gridmap.routing.cells.compiled import compiled
from gridmap.routing.cells.table import NOBODY, TABLE_HEAD, Floats, Ints


@compiled
def rename(cells: Ints, pairs: Ints, used: int, names: Ints, begin: int) -> None:
    """Call the polygons of cells and records, so far 0, 1, 2 …, by their names; the records will begin at the word `begin`."""
    _rename_cells(cells, names, begin)
    at = 0
    while at < used:
        asked = pairs[2 * at]
        if asked < 0:
            columns, rows = pairs[2 * at + 1], pairs[2 * at + 2]
            first = at + TABLE_HEAD + columns + rows
            _rename_cells(pairs[2 * first : 2 * first + columns * rows], names, begin)
            at = first + (columns * rows + 1) // 2
        else:
            at = _rename_record(pairs, at, names)


@compiled
def _rename_cells(cells: Ints, names: Ints, begin: int) -> None:
    for i in range(len(cells)):
        if cells[i] >= 0:
            cells[i] = names[cells[i]]
        elif cells[i] < NOBODY:
            cells[i] -= begin


@compiled
def _rename_record(pairs: Ints, at: int, names: Ints) -> int:
    asked = pairs[2 * at]
    if pairs[2 * at + 1] >= 0:
        pairs[2 * at + 1] = names[pairs[2 * at + 1]]
    after = at + 1 + asked
    for k in range(at + 1, at + 1 + asked):
        pairs[2 * k] = names[pairs[2 * k]]
        after += 4 * (pairs[2 * k + 1] >> 1)
    return int(after)


def edges_of_record(words: Floats, record: int) -> int:
    """How many edges a record has."""
    pairs = words.view(np.int32)
    return int((pairs[2 * record + 3 : 2 * (record + 1 + pairs[2 * record]) : 2] >> 1).sum())


def polygons_of(pairs: Ints, record: int) -> Ints:
    """The polygons a record knows of, ascending: those it asks, and whose the cell is if none of them says yes."""
    asked = pairs[2 * (record + 1) : 2 * (record + 1 + pairs[2 * record]) : 2]
    otherwise = pairs[2 * record + 1]
    return np.unique(asked if otherwise == NOBODY else np.append(asked, otherwise))
