"""What has been published since somebody last looked: read alone, and put together with what they hold."""

from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.grids import zones
from gridmap.grids.lookup import InForce, Name, Span
from gridmap.grids.redrawn import Fresh, Redrawn, redraw

_SINCE = "SELECT {column} FROM publication WHERE at > :since AND at <= :at"
_KNOWN = text("SELECT EXISTS (SELECT FROM publication WHERE id = :publication AND at = :since)")
_FRESH = text(
    f"""
    SELECT grid_code, id, publication_id, lower(valid) AS since, upper(valid) AS until, ST_AsBinary(geom) AS wkb
    FROM boundary
    WHERE level = 'micro' AND valid @> CAST(:at AS timestamptz) AND publication_id IN ({_SINCE.format(column="id")})
    """
)
_GONE = text(
    f"""
    SELECT grid_code FROM boundary
    WHERE level = 'micro' AND valid @> CAST(:since AS timestamptz) AND upper(valid) IN ({_SINCE.format(column="at")})
    """
)
_NAMED = text(
    f"""
    SELECT code, name, name_en FROM grid WHERE code IN (
        SELECT grid_code FROM boundary WHERE publication_id IN ({_SINCE.format(column="id")})
        UNION SELECT grid_code FROM renaming WHERE publication_id IN ({_SINCE.format(column="id")}))
    """
)


def catch_up(session: Session, held: InForce, publication: int, at: datetime) -> Redrawn | None:
    """What is in force under a later publication, whose moment is `at`, from what was `held` under an earlier one.

    None where there is no such earlier one: it was taken back before anybody else saw it.
    """
    values: dict[str, Any] = {"publication": held.publication, "since": held.at, "at": at}
    if not session.execute(_KNOWN, values).scalar_one():
        return None
    gone = list(session.scalars(_GONE, values))
    fresh = [
        Fresh(row.grid_code, Span(row.id, row.publication_id, row.since, row.until), shapely.from_wkb(bytes(row.wkb)))
        for row in session.execute(_FRESH, values)
    ]
    names = held.names | {row.code: Name(*row) for row in session.execute(_NAMED, values)}
    there = [zone.draft for zone in zones.at(session, at)]
    return redraw(held, gone, fresh, publication=publication, at=at, names=names, zones=there)
