"""The columns that tell of each row where it belongs."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gridmap.geo.streams.batches import without
from gridmap.grids.codes import LENGTHS, Level
from gridmap.routing.bulk import RULES, Grids
from gridmap.routing.index import NOBODY, GridIndex

LEVELS = {"grid_code": Level.MICRO, "village_code": Level.VILLAGE, "town_code": Level.TOWN}
RULE, BORDER = "rule", "distance_to_border_m"


class Answers:
    """The columns for one set of boundaries: grid_code, village_code, town_code, rule and, if asked for, distance_to_border_m.

    Codes are null where a row has no grid. What a file has under these names gives way: it is routed again.
    """

    def __init__(self, index: GridIndex, *, distances: bool) -> None:
        self._routed = json.dumps({"publication": index.publication, "published_at": index.at.isoformat()}).encode()
        self.names = (*LEVELS, RULE, *((BORDER,) if distances else ()))
        self._codes = {name: _ancestors(index.codes, LENGTHS[level]) for name, level in LEVELS.items()}
        self._rules = pa.array([str(rule) for rule in RULES])

    def told(self, table: Any, grids: Grids) -> Any:
        """The table with these columns behind its own, and the publication in its metadata."""
        table = without(table, *self.names).replace_schema_metadata({**(table.schema.metadata or {}), b"gridmap": self._routed})
        nowhere = grids.grid == NOBODY
        for name, (codes, place) in self._codes.items():
            where = pa.array(place[grids.grid], mask=nowhere)
            table = table.append_column(name, pa.DictionaryArray.from_arrays(where, codes))
        table = table.append_column(RULE, pa.DictionaryArray.from_arrays(pa.array(grids.rule), self._rules))
        if grids.border_m is None:
            return table
        metres = np.round(grids.border_m, 2)
        return table.append_column(BORDER, pa.array(metres, mask=np.isnan(metres)))

    def schema(self, schema: Any) -> Any:
        """The columns of such tables."""
        none = np.empty(0)
        empty = Grids(none.astype(np.int32), none.astype(np.int8), none if BORDER in self.names else None)
        return self.told(schema.empty_table(), empty).schema


def _ancestors(codes: list[str], digits: int) -> tuple[Any, NDArray[np.int32]]:
    """The codes of one level, and for each micro-grid which of them it lies in; the last stands for none."""
    known = sorted({code[:digits] for code in codes})
    number = {code: n for n, code in enumerate(known)}
    return pa.array(known, pa.string()), np.array([*(number[code[:digits]] for code in codes), 0], dtype=np.int32)
