"""Rows that are plainly in order, taken by whole columns: what they say, and the grids of their day.

It takes only what `loading.case_rows` would take, to the same effect, and leaves every other row to it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy.orm import Session

from gridmap.cases.categories import KnownCategory
from gridmap.cases.many_due import ManyDue
from gridmap.cases.past import ENDED_AS
from gridmap.desk.history.cells import Mask, Moments
from gridmap.desk.history.naming import Naming
from gridmap.desk.history.placing import Placing
from gridmap.desk.history.reading import Columns, Read, Reader, ended_as
from gridmap.desk.history.settled import Ints, Settled
from gridmap.routing.index import NOBODY


class Plain:
    """What is known on the way: of one load, so that no batch asks again.

    Args:
        until: history ends there, see `cases.past.history_ends`.
        limit_m: how near a grid must be to a place that none covers.
    """

    def __init__(self, session: Session, until: datetime, limit_m: float, due: ManyDue) -> None:
        self._reader, self._naming, self._placing = Reader(session, until), Naming(session), Placing(session, limit_m)
        self._due_by = due

    def settle(self, given: Columns) -> tuple[Settled, Mask]:
        """All rows as if they were plainly in order, and which of them are; the others' columns mean nothing."""
        read = self._reader.read(given)
        read.sound &= (np.abs(given.lon) <= 180) & (np.abs(given.lat) <= 90)
        category, categories = self._naming.of(read)
        placed = self._placing.of(given, read, category, categories)
        due_at, limited = self._due(read, category, categories)
        n = len(given.numbers)
        one_limit = [known.limit if known else None for known in categories]
        values = np.array([np.nan if limit is None else limit.value for limit in one_limit])
        settled = Settled(
            line=given.numbers,
            occurred_at=read.moments["occurred_at"].micros,
            received_at=read.moments["received_at"].micros,
            closed_at=read.moments["closed_at"].micros,
            due_at=Moments(due_at, limited),
            accuracy_m=read.accuracy,
            limit_value=values[category],
            category_id=np.array([known.id if known else -1 for known in categories])[category],
            publication=placed.publication,
            ambiguous=np.zeros(n, dtype=bool),
            lon=given.lon,
            lat=given.lat,
            texts={
                **{name: read.words[name].column for name in ("source", "source_code", "camera_id")},
                **read.texts,
                "state": _coded(read.words["state"].each(lambda word: ended_as(word) or 0), list(ENDED_AS)),
                "limit_unit": _coded(category, [None if limit is None else limit.unit.value for limit in one_limit]),
                "grid_code": _coded(placed.grid, placed.codes),
                "media": pa.nulls(n, pa.string()),
                "route": _sparse(placed.kept, n),
            },
        )
        return settled, read.sound

    def _due(self, read: Read, category: Ints, categories: list[KnownCategory | None]) -> tuple[Ints, Mask]:
        due_at = np.zeros(len(category), dtype=np.int64)
        limited = np.array([known is not None and known.limit is not None for known in categories], dtype=bool)[category]
        limited &= read.sound
        by_limit: dict[Any, list[int]] = {}
        for n, known in enumerate(categories):
            if known is not None and known.limit is not None:
                by_limit.setdefault(known.limit, []).append(n)
        for limit, members in by_limit.items():
            rows = np.flatnonzero(limited & np.isin(category, members))
            due_at[rows] = self._due_by.at(read.moments["received_at"].micros[rows], limit)
        return due_at, limited


def _coded(number: Ints, words: Sequence[str | None]) -> Any:
    known = pa.array([word or "" for word in words], pa.string())
    none = np.array([word is None for word in words], dtype=bool) if words else np.empty(0, dtype=bool)
    absent = number < 0
    absent[~absent] = none[number[~absent]]
    return pa.DictionaryArray.from_arrays(pa.array(np.maximum(number, 0), mask=absent), known)


def _sparse(kept: Mapping[int, str], count: int) -> Any:
    number = np.full(count, NOBODY, dtype=np.int64)
    number[list(kept)] = np.arange(len(kept))
    return pa.DictionaryArray.from_arrays(pa.array(np.maximum(number, 0), mask=number < 0), pa.array(kept.values(), pa.string()))
