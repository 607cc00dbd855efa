"""Keys (source, source_id) in 64 bits each (FNV-1a): different ones have hardly ever the same."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridmap.desk.history.sieve import Prints
from gridmap.routing.cells.compiled import compiled

_FNV_BASIS, _FNV_PRIME = np.uint64(14_695_981_039_346_656_037), np.uint64(1_099_511_628_211)
_BETWEEN = np.uint64(256)  # No byte: where one text ends and the next begins.


def unmixed(count: int) -> Prints:
    """So many, before any text is mixed in."""
    return np.full(count, _FNV_BASIS, dtype=np.uint64)


@compiled
def mix(found: Prints, number: NDArray[np.int64], ends: NDArray[np.int64], data: NDArray[np.uint8]) -> None:
    """Mix one more text into each: text `number[i]` is `data[ends[number[i]]:ends[number[i] + 1]]`, -1 means none."""
    for i in range(len(number)):
        mixed, n = found[i], number[i]
        for k in range(ends[n], ends[n + 1]) if n >= 0 else range(0):
            mixed = (mixed ^ np.uint64(data[k])) * _FNV_PRIME
        found[i] = (mixed ^ _BETWEEN) * _FNV_PRIME


def of_keys(keys: Sequence[tuple[str, str]]) -> Prints:
    """The prints of these keys."""
    texts = [text.encode() for key in keys for text in key]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    data = np.frombuffer(b"".join(texts), dtype=np.uint8)
    found = unmixed(len(keys))
    for part in range(2):
        mix(found, np.arange(part, len(texts), 2, dtype=np.int64), ends, data)
    return found
