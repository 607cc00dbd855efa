"""How the table is made: every edge marks the cells it may touch, every polygon says which corners and cells lie inside it.

Cells marked needlessly cost a moment at look-up and change no answer; a cell that an edge touches is never left out, since
the search along an edge is wider than its rounding.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridmap.errors import TooLarge, msg
from gridmap.routing.cells.around import Around, around_of
from gridmap.routing.cells.compiled import compiled
from gridmap.routing.cells.edges import Edges, edges_of
from gridmap.routing.cells.levels import MANY, MOST_FOR_ONE, edges_in, frame_in, head_of, packed
from gridmap.routing.cells.records import edges_of_record, polygons_of, rename
from gridmap.routing.cells.table import NOBODY, Floats, Ints, Table, empty_table
from gridmap.routing.cells.window import Part, Window, cell_in, columns_of, rows_of

MOST_WORDS = 2**30 - 1  # Two of its halves are counted by one int32.
_ROOM = 0.25  # Of the words: so many more may come by patches.


class Made(NamedTuple):
    """The cells of a window, row by row, as a table has them, and the words of their records, of which so many are used."""

    cells: Ints
    words: Floats
    used: int


def table_of(polygons: NDArray[np.object_]) -> tuple[Table, int]:
    """The table of n valid (Multi)Polygons in degrees, and how many of its words are used; the others are room for patches, and
    take no memory until then. Where several polygons cover a point, the first of them wins.

    Raises:
        TooLarge: the borders cross more cells than a table can hold.
    """
    edges = edges_of(polygons)
    frame = empty_table(edges.ends)
    made = records_of(edges, frame, Window(0, 0, frame.columns, len(frame.low) - 1), room=_ROOM)
    return frame._replace(cells=made.cells, words=made.words, pairs=made.words.view(np.int32)), made.used


def records_of(edges: Edges, table: Table, window: Window, room: float = 0.0) -> Made:
    """The cells and records of a window, with a share of room behind these; of the table its measures alone count.

    Raises:
        TooLarge: the borders cross more cells than a table can hold.
    """
    part = Part(table, window, np.zeros(window.columns * window.rows, np.int32))
    _mark(edges.ends, part)
    crossed = np.flatnonzero(part.cells)
    part.cells[:] = NOBODY
    part.cells[crossed] = -2 - np.arange(len(crossed), dtype=np.int32)
    seen = _unseen(len(crossed))
    _look(edges, part, seen)
    asked, length, otherwise = _to_ask(seen)
    ends = np.cumsum(length, dtype=np.int64)
    used = int(ends[-1]) if len(ends) else 0
    _check_room(used)
    words = np.zeros(min(used + int(used * room), MOST_WORDS))
    begins = (ends - length).astype(np.int32)
    records = Records(begins, asked, words, words.view(np.int32))
    records.pairs[2 * begins], records.pairs[2 * begins + 1] = asked, otherwise
    _fill(edges, part, seen.whole, records)
    part.cells[crossed] = -2 - begins
    made = Made(part.cells, words, used)
    many = crossed[length - 1 - asked > 4 * MANY].astype(np.int32)
    return _divided(edges, Part(table, window, made.cells), made, many, room) if len(many) else made


def _divided(edges: Edges, part: Part, made: Made, many: Ints, room: float) -> Made:
    """The same with small tables for the cells at the places `many`."""
    parts, used, window = [made.words[: made.used]], made.used, part.window
    for at in many.tolist():
        row, column = window.south + at // window.columns, window.west + at % window.columns
        frame = frame_in(part.table, row, column, edges_of_record(made.words, -2 - int(part.cells[at])))
        small = None if frame is None else _small_table(edges, frame, made.words, -2 - int(part.cells[at]), used)
        if small is not None:
            part.cells[at] = -2 - used
            parts.append(small)
            used += len(small)
            _check_room(used)
    words = np.zeros(min(used + int(used * room), MOST_WORDS))
    np.concatenate(parts, out=words[:used])
    return Made(part.cells, words, used)


def _small_table(edges: Edges, frame: Table, words: Floats, record: int, begin: int) -> Floats | None:
    """A small table instead of a record, to stand at the word `begin`; None where it would take far more room than it saves."""
    names = polygons_of(words.view(np.int32), record)
    inner = records_of(edges_in(edges, names, frame), frame, Window(0, 0, frame.columns, len(frame.low) - 1))
    if inner.used > MOST_FOR_ONE * 4 * edges_of_record(words, record):
        return None
    rename(inner.cells, inner.words.view(np.int32), inner.used, names, begin + head_of(frame))
    return packed(frame, inner.cells, inner.words[: inner.used])


def _check_room(used: int) -> None:
    if used > MOST_WORDS:
        raise TooLarge(msg("The borders cross more cells than an index can hold"), field="geometry")


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


class Records(NamedTuple):
    """The records in the making: where each of k begins, and how many polygons it asks; `words` and `pairs` as in `Table`."""

    begins: Ints
    asked: Ints
    words: Floats
    pairs: Ints


def _unseen(count: int) -> Seen:
    whole, *counts = (np.zeros(count, np.int32) for _ in Seen._fields)
    whole[:] = NOBODY
    return Seen(whole, *counts)


@compiled
def _mark(ends: Floats, part: Part) -> None:
    for e in range(len(ends)):
        first, after = rows_of(ends[e], part)
        for row in range(first, after):
            begin, end = columns_of(ends[e], part, row)
            for column in range(begin, end):
                part.cells[cell_in(part, row, column)] = 1


@compiled
def _look(edges: Edges, part: Part, seen: Seen) -> None:
    """Write to `part.cells` who covers those that no border crosses, and to `seen` what is found of the others."""
    for polygon in range(len(edges.first) - 1):
        around = around_of(edges, part, polygon)
        for at in range(len(around.edges)):
            if around.edges[at] or around.inside[at]:
                cell = cell_in(part, around.south + at // around.columns, around.west + at % around.columns)
                value = part.cells[cell]
                if value == NOBODY:
                    part.cells[cell] = polygon
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
def _fill(edges: Edges, part: Part, whole: Ints, records: Records) -> None:
    """Write the records, polygon by polygon."""
    begins, asked = records.begins, records.asked
    asking = np.zeros_like(asked)  # How many polygons a record has so far.
    word = begins + 1 + asked  # Where its next edge goes.
    for polygon in range(len(edges.first) - 1):
        around = around_of(edges, part, polygon)
        for at in range(len(around.edges)):
            if around.edges[at]:
                k = -2 - part.cells[cell_in(part, around.south + at // around.columns, around.west + at % around.columns)]
                if asking[k] < asked[k] and (whole[k] == NOBODY or whole[k] > polygon):
                    asking[k] += 1
                    records.pairs[2 * (begins[k] + asking[k])] = polygon
                    records.pairs[2 * (begins[k] + asking[k]) + 1] = (around.edges[at] << 1) | around.inside[at]
                else:
                    around.edges[at] = 0  # Not asked here.
        for e in range(edges.first[polygon], edges.first[polygon + 1]):
            _write_edge(edges.ends[e], part, around, records.words, word)


@compiled
def _write_edge(edge: Floats, part: Part, around: Around, words: Floats, word: Ints) -> None:
    first, after = rows_of(edge, part)
    for row in range(first, after):
        begin, end = columns_of(edge, part, row)
        for column in range(begin, end):
            if around.edges[(row - around.south) * around.columns + column - around.west]:
                k = -2 - part.cells[cell_in(part, row, column)]
                words[word[k] : word[k] + 4] = edge
                word[k] += 4
