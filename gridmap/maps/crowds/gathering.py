"""Who stands together in a tile: crowds with their counts, and cases that stand alone. Pure."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridmap.geo.squares import Tile
from gridmap.maps.crowds.columns import Columns
from gridmap.maps.crowds.sifting import Tone

EXTENT = 4096
CELLS_DEEP = 3  # A tile has 8 × 8 cells: where it is drawn 512 pixels wide, a crowd has room for a mark of 64.
CELLS = 4**CELLS_DEEP
APART_FROM = 17  # The zoom from which cases stand each for itself …
MOST_APART = 1000  # … unless a tile holds more than this.

Part = tuple[Columns, NDArray[np.int8]]  # Some cases, and their tones.


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
        shown += [cases.received, cases.due, cases.done]
        digest = blake2b(digest_size=12)
        for column in shown:
            digest.update(column.size.to_bytes(8, "little"))
            digest.update(np.ascontiguousarray(column).tobytes())
        return digest.hexdigest()


def within(cases: Columns, tile: Tile) -> Columns:
    """The cases of a tile: those on its western and northern edge are its own, those on the others its neighbours'."""
    start, end = np.searchsorted(cases.key, tile.keys)
    return cases.part(slice(int(start), int(end)))


def gather(parts: Sequence[Part], tile: Tile) -> Gathered:
    """What a tile (zoom 0 to 22) shows of cases that all lie in it."""
    cells = [_cells(cases.key, tile) for cases, _ in parts]
    sums = np.sum([_summed(part, *cell) for part, cell in zip(parts, cells, strict=True)], axis=0)
    n = sums[0]
    apart = tile.z >= APART_FROM and n.sum() <= MOST_APART
    lone = np.ones_like(n, dtype=bool) if apart else n == 1
    alone = [_of(part, lone, *cell) for part, cell in zip(parts, cells, strict=True)]
    return Gathered(_crowds(sums[:, (n > 0) & ~lone], tile), _alone(alone, tile))


def _cells(keys: NDArray[np.int64], tile: Tile) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where in the ordered keys of a tile each cell begins that has any, and which of the tile's cells these are."""
    first, end = tile.keys
    begins = np.searchsorted(keys, np.arange(first, end, (end - first) // CELLS))
    cells = np.flatnonzero(np.diff(begins, append=keys.size))
    return begins[cells], cells


def _summed(part: Part, starts: NDArray[np.int64], cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each of the tile's cells how many cases it has, the sums of their columns and rows, and how many of each tone."""
    cases, tone = part
    sums = np.zeros((3 + len(Tone), CELLS), dtype=np.int64)
    if starts.size:
        sums[0, cells] = np.diff(starts, append=cases.size)
        for row, column in enumerate((cases.x, cases.y), 1):
            sums[row, cells] = np.add.reduceat(column, starts, dtype=np.int64)
        for one in Tone:
            if (of_one := tone == one).any():  # Ended cases have one tone, open ones lack that.
                sums[3 + one, cells] = np.add.reduceat(of_one, starts, dtype=np.int64)
    return sums


def _of(part: Part, wanted: NDArray[np.bool_], starts: NDArray[np.int64], cells: NDArray[np.int64]) -> Part:
    """Those of the part whose cells are wanted."""
    cases, tone = part
    if not wanted[cells].any():
        return cases.part(slice(0)), tone[:0]
    mask = np.repeat(wanted[cells], np.diff(starts, append=cases.size))
    return cases.part(mask), tone[mask]


def _crowds(sums: NDArray[np.int64], tile: Tile) -> Crowds:
    n, x, y, *toned = sums
    # The middle of its cases, so that a mark lies where they are.
    return Crowds(_units(x // n, tile.x, tile), _units(y // n, tile.y, tile), n, tuple(toned))


def _alone(parts: Sequence[Part], tile: Tile) -> Alone:
    cases = Columns(*(np.concatenate(columns) for columns in zip(*(part.all for part, _ in parts), strict=True)))
    x, y = _units(cases.x, tile.x, tile), _units(cases.y, tile.y, tile)
    return Alone(x, y, cases, np.concatenate([tone for _, tone in parts]))


def _units(steps: NDArray[Any], tile: int, of: Tile) -> NDArray[np.int64]:
    """Steps of the world's square along one axis as units of the tile that is the axis's `tile`th."""
    return np.asarray((steps.astype(np.int64) - tile * of.side) * EXTENT // of.side)
