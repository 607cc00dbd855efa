"""A page of the cases that somebody asks for, in their order. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridmap.maps.crowds.columns import Columns
from gridmap.maps.crowds.gathering import Part


class Order(StrEnum):
    """What comes first; among equals the newer case, then the higher id. Without a limit nothing presses."""

    NEWEST = "newest"
    PRESSING = "pressing"


Seen = tuple[int, ...]  # The order's keys of the last case of a page.


class Page(NamedTuple):
    """The ids of some cases in their order; how many were asked for in all; where the next page goes on, None after the last."""

    ids: list[int]
    matched: int
    next: Seen | None


def keys_of(order: Order) -> int:
    """How many numbers a place in this order has."""
    return 2 if order is Order.NEWEST else 3


def page(parts: Sequence[Part], order: Order, *, limit: int, after: Seen | None = None) -> Page:
    """The first `limit` of these cases, or of those that come after `after`."""
    keys = [np.concatenate(columns) for columns in zip(*(_keys(cases, order) for cases, _ in parts), strict=True)]
    matched = int(keys[0].size)
    if after is not None:
        later = _later(keys, after)
        keys = [key[later] for key in keys]
    found = _first(keys, limit + 1)
    more = found.size > limit
    rows = np.stack([key[found[:limit]] for key in keys], axis=1)
    return Page((-rows[:, -1]).tolist(), matched, tuple(rows[-1].tolist()) if more else None)


def _keys(cases: Columns, order: Order) -> list[NDArray[np.int64]]:
    """By which they are ordered, ascending, the weightiest first."""
    newest = [-cases.received, -cases.id]
    return newest if order is Order.NEWEST else [cases.due, *newest]


def _later(keys: Sequence[NDArray[np.int64]], seen: Seen) -> NDArray[np.bool_]:
    later = np.zeros(keys[0].size, dtype=bool)
    equal = ~later
    for key, there in zip(keys, seen, strict=True):
        later |= equal & (key > there)
        equal &= key == there
    return later


def _first(keys: Sequence[NDArray[np.int64]], n: int) -> NDArray[Any]:
    """Where the first n are; of very many only those that can be among them are put in order."""
    leading = keys[0]
    among = np.arange(leading.size)
    if leading.size > n:
        among = np.flatnonzero(leading <= np.partition(leading, n - 1)[n - 1])
    return among[np.lexsort([key[among] for key in reversed(keys)])[:n]]
