"""Who stands together in a tile: crowds with their counts, and cases that stand alone. Pure."""

from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridmap.geo import squares
from gridmap.geo.squares import Tile
from gridmap.maps.crowds.columns import Columns
from gridmap.maps.crowds.sifting import Tone

EXTENT = 4096
CELLS_DEEP = 3  # A tile has 8 × 8 cells: where it is drawn 512 pixels wide, a crowd has room for a mark of 64.
APART_FROM = 17  # The zoom from which cases stand each for itself …
MOST_APART = 1000  # … unless a tile holds more than this.


class Crowds(NamedTuple):
    """One entry a crowd: where its middle lies in the tile (units of 1/4096, x to the right, y down), and how many are in it.

    `toned[i]` are those of tone `i`; they add up to `n`.
    """

    x: NDArray[np.int64]
    y: NDArray[np.int64]
    n: NDArray[np.int64]
    toned: tuple[NDArray[np.int64], ...]


class Alone(NamedTuple):
    """Cases that stand for themselves: their places in the tile, and what they are."""

    x: NDArray[np.int64]
    y: NDArray[np.int64]
    cases: Columns
    tone: NDArray[np.int8]


class Gathered(NamedTuple):
    """What a tile shows."""

    crowds: Crowds
    alone: Alone

    @property
    def fingerprint(self) -> str:
        """The same for what looks the same, and for nothing else."""
        crowds, alone = self
        cases = alone.cases
        shown: list[NDArray[Any]] = [crowds.x, crowds.y, crowds.n, *crowds.toned]
        shown += [alone.x, alone.y, alone.tone, cases.id, cases.state, cases.grid, cases.category]
        digest = blake2b(digest_size=12)
        for column in shown:
            digest.update(column.size.to_bytes(8, "little"))
            digest.update(np.ascontiguousarray(column).tobytes())
        return digest.hexdigest()


def within(cases: Columns, tile: Tile) -> Columns:
    """The cases of a tile: those on its western and northern edge are its own, those on the others its neighbours'."""
    start, end = np.searchsorted(cases.key, tile.keys)
    return cases.part(slice(int(start), int(end)))


def gather(cases: Columns, tone: NDArray[np.int8], tile: Tile) -> Gathered:
    """What a tile (zoom 0 to 22) shows of these cases, all of which lie in it; `tone` is theirs."""
    n = np.diff(_starts(cases.key, tile), append=cases.size)
    apart = tile.z >= APART_FROM and cases.size <= MOST_APART
    lone = np.repeat(np.ones_like(n, dtype=bool) if apart else n == 1, n)
    others, others_tone = (cases.part(~lone), tone[~lone]) if lone.any() else (cases, tone)
    alone = cases.part(lone)
    x, y = _units(alone.x, tile.x, tile), _units(alone.y, tile.y, tile)
    return Gathered(_crowds(others, others_tone, tile), Alone(x, y, alone, tone[lone]))


def _crowds(cases: Columns, tone: NDArray[np.int8], tile: Tile) -> Crowds:
    starts = _starts(cases.key, tile)
    n = np.diff(starts, append=cases.size)
    # The middle of its cases, so that a mark lies where they are.
    x, y = (_sums(axis, starts) // np.maximum(n, 1) for axis in (cases.x, cases.y))
    toned = tuple(_sums(tone == one, starts) for one in Tone)
    return Crowds(_units(x, tile.x, tile), _units(y, tile.y, tile), n, toned)


def _starts(keys: NDArray[np.int64], tile: Tile) -> NDArray[np.int64]:
    """Where in the ordered keys of a tile each cell begins that has any."""
    cells = keys >> 2 * (squares.DEPTH - tile.z - CELLS_DEEP)
    return np.flatnonzero(np.diff(cells, prepend=-1))


def _sums(column: NDArray[Any], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sums of the parts of a column that begin at `starts`."""
    return np.add.reduceat(column, starts, dtype=np.int64) if starts.size else starts


def _units(steps: NDArray[Any], tile: int, of: Tile) -> NDArray[np.int64]:
    """Steps of the world's square along one axis as units of the tile that is the axis's `tile`th."""
    return np.asarray((steps.astype(np.int64) - tile * of.side) * EXTENT // of.side)
