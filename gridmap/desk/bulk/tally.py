"""What became of the rows: counts, and the first few of those that can't be routed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridmap.errors import msg
from gridmap.geo.streams.batches import Floats
from gridmap.routing.bulk import RULES, Grids

TOLD_AT_MOST = 5
FLAWS: Final = {
    "placeless": msg("no coordinates, or no numbers"),
    "swapped": msg("longitude and latitude are swapped"),
    "off_earth": msg("not degrees on earth"),
}


@dataclass
class Tally:
    """Counts of rows by rule, and rows whose coordinates make no sense, by flaw: how many, and the first few numbers.

    `before` is how many of them an earlier run had done.
    """

    rows: int = 0
    before: int = 0
    rules: dict[str, int] = field(default_factory=lambda: dict.fromkeys(map(str, RULES), 0))
    flaws: dict[str, tuple[int, list[int]]] = field(default_factory=dict)

    def add(self, grids: Grids) -> None:
        """Count some more rows."""
        self.rows += len(grids.grid)
        for rule, count in zip(RULES, np.bincount(grids.rule, minlength=len(RULES)).tolist(), strict=True):
            self.rules[rule] += count

    def look_at(self, lon: Floats, lat: Floats, numbers: NDArray[np.int64]) -> None:
        """Count and note the rows whose degrees make no sense."""
        senseless = np.flatnonzero(~((np.abs(lon) <= 180) & (np.abs(lat) <= 90)))
        if not len(senseless):
            return
        x, y, numbers = np.abs(lon[senseless]), np.abs(lat[senseless]), numbers[senseless]
        missing = np.isnan(x) | np.isnan(y)
        swapped = ~missing & (x <= 90) & (y <= 180)
        for flaw, has in (("placeless", missing), ("swapped", swapped), ("off_earth", ~missing & ~swapped)):
            if has.any():
                self._note(flaw, int(has.sum()), numbers[has][:TOLD_AT_MOST].tolist())

    @classmethod
    def together(cls, parts: Iterable["Tally"]) -> "Tally":
        """The counts of all parts of a file, in the order of its rows."""
        whole = cls()
        for part in parts:
            whole.rows, whole.before = whole.rows + part.rows, whole.before + part.before
            for rule, count in part.rules.items():
                whole.rules[rule] += count
            for flaw, found in part.flaws.items():
                whole._note(flaw, *found)
        return whole

    def _note(self, flaw: str, count: int, numbers: Sequence[int]) -> None:
        before, first = self.flaws.get(flaw, (0, []))
        self.flaws[flaw] = (before + count, [*first, *numbers][:TOLD_AT_MOST])

    def senseless(self) -> Iterator[tuple[str, int, list[int]]]:
        """Of each flaw the sentence about it, how many rows have it, and the first few numbers."""
        for flaw, (count, first) in self.flaws.items():
            yield FLAWS[flaw], count, first

    def noted(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"rows": self.rows, "rules": dict(self.rules), "flaws": {name: list(flaw) for name, flaw in self.flaws.items()}}

    @classmethod
    def read(cls, noted: dict[str, Any], *, before: bool = True) -> "Tally":
        """From what was noted, by an earlier run unless it is not `before`."""
        flaws = {name: (count, list(first)) for name, (count, first) in noted["flaws"].items()}
        return cls(noted["rows"], noted["rows"] if before else 0, dict(noted["rules"]), flaws)
