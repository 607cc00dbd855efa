"""Which keys a load of history surely lacks: a Bloom filter of 12 bits a key.

B. H. Bloom, Space/time trade-offs in hash coding with allowable errors, Communications of the ACM 13 (1970).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridmap.routing.cells.compiled import compiled, inlined

Bits = NDArray[np.uint8]
Prints = NDArray[np.uint64]  # Of keys, as `desk.history.prints` makes them.
_BITS = 12  # For each key; with four looks, one strange key in 150 is taken for one that is there.
_LOOKS = 4
_MIX = np.uint64(0xFF51_AFD7_ED55_8CCD)  # Of MurmurHash3 (public domain): FNV-1a mixes its upper bits little.
_HALF, _ONE, _IN_BYTE, _BYTE = np.uint64(33), np.uint64(1), np.uint64(7), np.uint64(3)


class Sieve(NamedTuple):
    """It may say of a key that is not there that it might be; never the other way round."""

    bits: Bits

    @classmethod
    def sized(cls, count: int) -> "Sieve":
        """An empty one for so many keys."""
        return cls(np.zeros(max(1, count * _BITS // 8), dtype=np.uint8))

    def add(self, prints: Prints) -> None:
        """Let these keys be there."""
        _add(self.bits, prints)

    def may_hold(self, prints: Prints) -> NDArray[np.bool_]:
        """Of each of these keys, whether it may be there."""
        return _may_hold(self.bits, prints)


@inlined
def _steps(print_: np.uint64) -> tuple[np.uint64, np.uint64]:
    """A key's first bit and how far it is from each to the next, both before they are taken modulo the number of bits."""
    mixed = (print_ ^ (print_ >> _HALF)) * _MIX
    return mixed, (mixed ^ (mixed >> _HALF)) | _ONE


@compiled
def _add(bits: Bits, prints: Prints) -> None:
    size = np.uint64(8 * len(bits))
    for i in range(len(prints)):
        at, step = _steps(prints[i])
        for _ in range(_LOOKS):
            bit = at % size
            bits[bit >> _BYTE] |= np.uint8(_ONE << (bit & _IN_BYTE))
            at += step


@compiled
def _may_hold(bits: Bits, prints: Prints) -> NDArray[np.bool_]:
    size = np.uint64(8 * len(bits))
    found = np.ones(len(prints), dtype=np.bool_)
    for i in range(len(prints)):
        at, step = _steps(prints[i])
        for _ in range(_LOOKS):
            bit = at % size
            if not (bits[bit >> _BYTE] >> (bit & _IN_BYTE)) & _ONE:
                found[i] = False
                break
            at += step
    return found
