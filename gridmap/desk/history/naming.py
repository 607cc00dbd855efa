"""The categories that the rows of a batch name: by code, or by what their source calls it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy.orm import Session

from gridmap.cases.categories import CategoryKey, KnownCategory, catalogue
from gridmap.desk.history.reading import Read
from gridmap.desk.history.settled import Ints
from gridmap.desk.loading.case_rows import KINDS


@dataclass
class Naming:
    """What is known on the way, of one load."""

    session: Session
    _categories: dict[tuple[str, ...], KnownCategory | None] = field(default_factory=dict)

    def of(self, read: Read) -> tuple[Ints, list[KnownCategory | None]]:
        """For each row the place of its category among those that are named; a category that is not known is not in order."""
        names = ("code", "kind", "standard_ref", "source_code", "source")
        columns = [read.words[name] for name in names]
        row: Ints = np.zeros(len(read.sound), dtype=np.int64)
        for column in columns:
            row = row * len(column.words) + column.number
        _, first, place = np.unique(row, return_index=True, return_inverse=True)
        said = [tuple(column.words[column.number[i]] for column in columns) for i in first.tolist()]
        self._ask_for_categories(said)
        with_camera = read.words["camera_id"].number > 0
        fits = np.array([_fits(one, self._categories[one]) for one in said], dtype=bool)
        asks_camera = np.array([not one[0] and bool(one[3]) and self._categories[one] is None for one in said], dtype=bool)
        read.sound &= fits[place] & ~(asks_camera[place] & with_camera)
        return place.astype(np.int64), [self._categories[one] for one in said]

    def _ask_for_categories(self, said: Sequence[tuple[str, ...]]) -> None:
        asked = {one: _key(one) for one in said if one not in self._categories}
        keys = [key for key in asked.values() if isinstance(key, CategoryKey)]
        pairs = [(source, source_code) for (code, _, _, source_code, source) in asked if not code and source_code]
        found = catalogue(self.session, keys, pairs)
        for one, key in asked.items():
            known = found.by_key.get(key) if key else found.by_source_code.get((one[4], one[3]))
            self._categories[one] = known


def _key(said: tuple[str, ...]) -> CategoryKey | None:
    """The category a row names."""
    code, kind, standard_ref, *_ = said
    return CategoryKey(standard_ref, KINDS.get(kind) or KINDS.get(kind.lower()) or "", code) if code else None


def _fits(said: tuple[str, ...], known: KnownCategory | None) -> bool:
    return known is not None or not said[0]
