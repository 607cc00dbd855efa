"""Which keys a load of history surely lacks: a Bloom filter of 12 bits a key.

B. H. Bloom, Space/time trade-offs in hash coding with allowable errors, Communications of the ACM 13 (1970).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Prints = NDArray[np.uint64]  # Of keys, as `desk.history.prints` makes them.
_BITS, _LOOKS = 12, 4  # For each key: with these, one strange key in 150 is taken for one that is there.
_AT_ONCE = 1_000_000  # Keys that are added at a time: what stands in between takes 32 MB.
_MIX = np.uint64(0xFF51_AFD7_ED55_8CCD)  # Of MurmurHash3 (public domain): FNV-1a mixes its upper bits little.
_HALF = np.uint64(33)


class Sieve(NamedTuple):
    """It may say of a key that is not there that it might be; never the other way round."""

    bits: NDArray[np.uint8]

    @classmethod
    def sized(cls, count: int) -> "Sieve":
        """An empty one for so many keys."""
        return cls(np.zeros(max(1, count * _BITS // 8), dtype=np.uint8))

    def add(self, prints: Prints) -> None:
        """Let these keys be there."""
        for begin in range(0, len(prints), _AT_ONCE):
            at = self._at(prints[begin : begin + _AT_ONCE]).ravel()
            np.bitwise_or.at(self.bits, at >> 3, np.left_shift(1, at & 7).astype(np.uint8))

    def may_hold(self, prints: Prints) -> NDArray[np.bool_]:
        """Of each of these keys, whether it may be there."""
        at = self._at(prints)
        found: NDArray[np.bool_] = ((self.bits[at >> 3] >> (at & 7)) & 1).all(axis=1)
        return found

    def _at(self, prints: Prints) -> NDArray[np.int64]:
        """The bits of each key, (n, 4): steps of one width from a first one."""
        mixed = (prints ^ (prints >> _HALF)) * _MIX
        step = mixed ^ (mixed >> _HALF) | np.uint64(1)
        steps = np.arange(_LOOKS, dtype=np.uint64) * step[:, None]
        return ((mixed[:, None] + steps) % np.uint64(8 * len(self.bits))).astype(np.int64)
