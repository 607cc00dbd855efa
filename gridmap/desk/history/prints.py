"""Keys (source, source_id) in 64 bits each (FNV-1a): different ones have hardly ever the same."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridmap.desk.history.sieve import Prints
from gridmap.routing.cells.compiled import compiled

_FNV_BASIS, _FNV_PRIME = np.uint64(14_695_981_039_346_656_037), np.uint64(1_099_511_628_211)
_HEAD, _COUNT = 20, slice(12, 16)  # Of such an array: bytes before its first element, and where it says how many there are.
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


def of_arrays(*parts: bytes) -> Prints:
    """The prints of keys whose parts PostgreSQL tells as an array of texts each, in its binary form."""
    found = unmixed(int.from_bytes(parts[0][_COUNT]))
    for part in parts:
        _mix_array(found, np.frombuffer(part, dtype=np.uint8))
    return found


@compiled
def _mix_array(found: Prints, array: NDArray[np.uint8]) -> None:
    at = _HEAD
    for i in range(len(found)):
        mixed, length = found[i], 0
        for k in range(at, at + 4):
            length = length * 256 + array[k]
        at += 4
        for k in range(at, at + length):
            mixed = (mixed ^ np.uint64(array[k])) * _FNV_PRIME
        at += length
        found[i] = (mixed ^ _BETWEEN) * _FNV_PRIME
