"""In which grid a case is counted, where boundaries have been redrawn since: as the grids were then, or as they are now. Pure.

Whichever it is, each case is counted once, in one grid or in none: the whole is the same, and the grids add up to it.
"""

from collections.abc import Mapping
from enum import StrEnum

from gridmap.cases.then import GRID_AT_SQL


class Ground(StrEnum):
    """Whose case it is."""

    THEN = "then"  # The grid it lay in when the window ended, or was closed in before that.
    NOW = "now"  # The grid that holds the place today.


# An open case has moved with the ground already; a closed one stays where it was, unless its grid has lost ground since.
GRID_SQL: Mapping[Ground, str] = {
    Ground.THEN: GRID_AT_SQL,
    Ground.NOW: """(CASE WHEN c.closed_at IS NULL OR c.location IS NULL
                         OR NOT EXISTS (SELECT FROM lineage l WHERE l.from_code = c.grid_code) THEN c.grid_code
                    ELSE (SELECT m.code FROM micro_grid_at(ST_X(c.location), ST_Y(c.location)) m) END)""",
}
