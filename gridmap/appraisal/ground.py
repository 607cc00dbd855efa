"""In which grid a case is counted, where boundaries have been redrawn since: as the grids were then, or as they are now. Pure.

Whichever it is, each case is counted once, in one grid or in none: the whole is the same, and the grids add up to it.
"""

from collections.abc import Mapping
from enum import StrEnum

from gridmap.cases.then import GRID_AT_SQL


class Ground(StrEnum):
    """Whose case it is."""

    THEN = "then"  # The grid it lay in when the window ended, or was closed in before that.
    NOW = "now"  # The grid that such a case at this place goes to today.


# An open case has moved with the ground already; a closed one stays where it was, unless its grid has lost ground since, or
# a zone takes or took cases where it lies.
GRID_SQL: Mapping[Ground, str] = {
    Ground.THEN: GRID_AT_SQL,
    Ground.NOW: """(CASE WHEN c.closed_at IS NULL OR c.location IS NULL
                         OR NOT EXISTS (SELECT FROM lineage l WHERE l.from_code = c.grid_code)
                            AND NOT EXISTS (SELECT FROM zone z WHERE z.geom && c.location) THEN c.grid_code
                    ELSE coalesce((SELECT z.target FROM zone_at(ST_X(c.location), ST_Y(c.location), (
                                      SELECT k.standard_ref || '/' || k.kind || '/' || k.code
                                      FROM category k WHERE k.id = c.category_id)) z),
                                  (SELECT m.code FROM micro_grid_at(ST_X(c.location), ST_Y(c.location)) m)) END)""",
}
