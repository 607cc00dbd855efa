"""Reads of publishes: when, why, what each changed."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.errors import NotFound, msg

_COLUMNS = """
    p.id, p.at, p.recorded_at, p.actor, p.note, p.undoes, (SELECT u.id FROM publication u WHERE u.undoes = p.id) AS undone_by,
    (SELECT count(*) FROM (
        SELECT grid_code FROM boundary WHERE publication_id = p.id AND level = 'micro'
        UNION SELECT from_code FROM lineage WHERE publication_id = p.id AND length(from_code) = 15) AS touched) AS grids,
    (SELECT sum(cases) FROM lineage
     WHERE publication_id = p.id AND length(from_code) = 15 AND from_code IS DISTINCT FROM to_code)::int AS cases,
    (SELECT count(DISTINCT code) FROM zone WHERE publication_id = p.id OR upper(valid) = p.at) AS zones
"""
_PAGE = text(
    f"""
    SELECT {_COLUMNS} FROM publication p
    WHERE CAST(:before AS int) IS NULL OR p.id < :before ORDER BY p.id DESC LIMIT :limit
    """
)
_ONE = text(f"SELECT {_COLUMNS} FROM publication p WHERE p.id = :id")
_NEWEST = text("SELECT coalesce(max(id), 0) FROM publication")
_CODES = text(
    """
    SELECT grid_code AS code, bool_or(publication_id = :id) AS opened, bool_or(coalesce(upper(valid) = :at, false)) AS closed
    FROM boundary WHERE publication_id = :id OR upper(valid) = :at GROUP BY grid_code ORDER BY grid_code
    """
)
_BOUNDS = text(
    """
    SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)
    FROM (SELECT ST_Extent(geom) AS box FROM (
            SELECT geom FROM boundary WHERE level = 'micro' AND (publication_id = :id OR upper(valid) = :at)
            UNION ALL SELECT geom FROM zone WHERE publication_id = :id OR upper(valid) = :at) AS shapes) AS touched
    WHERE box IS NOT NULL
    """
)
_ZONES = text("SELECT DISTINCT code FROM zone WHERE publication_id = :id OR upper(valid) = :at ORDER BY code")
_RENAMED = text("SELECT grid_code FROM renaming WHERE publication_id = :id ORDER BY grid_code")
_LINEAGE = text(
    """
    SELECT from_code, to_code, kind, area_m2, area_share, cases, case_share FROM lineage
    WHERE publication_id = :id ORDER BY from_code, to_code
    """
)


# Micro-grids whose boundary began or ended after a publish, grids that were renamed, and zones.
_TOUCHED_SINCE = text(
    """
    SELECT b.grid_code AS code, b.publication_id AS publication FROM boundary b
    WHERE b.level = 'micro' AND b.publication_id > :base
    UNION SELECT b.grid_code, p.id FROM boundary b JOIN publication p ON p.at = upper(b.valid)
    WHERE b.level = 'micro' AND p.id > :base
    UNION SELECT r.grid_code, r.publication_id FROM renaming r WHERE r.publication_id > :base
    UNION SELECT z.code, z.publication_id FROM zone z WHERE z.publication_id > :base
    UNION SELECT z.code, p.id FROM zone z JOIN publication p ON p.at = upper(z.valid) WHERE p.id > :base
    """
)


def touched_since(session: Session, base: int) -> dict[str, int]:
    """The grids and zones that publishes after `base` touched, each with the last that did."""
    rows = sorted(session.execute(_TOUCHED_SINCE, {"base": base}).all(), key=lambda row: row.publication)
    return {row.code: row.publication for row in rows}


def newest(session: Session) -> int:
    """The id of the newest publication; 0 before the first."""
    return int(session.execute(_NEWEST).scalar_one())


def page(session: Session, *, before: int | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """Publishes, newest first; only those before an id, where one is given."""
    return [dict(row) for row in session.execute(_PAGE, {"before": before, "limit": limit}).mappings()]


def one(session: Session, publication: int) -> dict[str, Any]:
    """One publish; `NotFound` when there is none."""
    row = session.execute(_ONE, {"id": publication}).mappings().one_or_none()
    if row is None:
        raise NotFound(msg("There is no publication %(id)s"), id=publication)
    return dict(row)


def whole(session: Session, publication: int) -> dict[str, Any]:
    """One publish, the codes it touched, the box around them (degrees; None: names alone), and where ground went.

    Raises:
        NotFound: there is none of this id.
    """
    row = one(session, publication)
    touched = session.execute(_CODES, {"id": publication, "at": row["at"]}).all()
    codes = {
        "opened": [one.code for one in touched if one.opened],
        "closed": [one.code for one in touched if one.closed],
        "begun": [one.code for one in touched if one.opened and not one.closed],
        "ended": [one.code for one in touched if one.closed and not one.opened],
        "renamed": list(session.scalars(_RENAMED, {"id": publication})),
        "zones": list(session.scalars(_ZONES, {"id": publication, "at": row["at"]})),
    }
    box = session.execute(_BOUNDS, {"id": publication, "at": row["at"]}).one_or_none()
    lineage = [dict(one) for one in session.execute(_LINEAGE, {"id": publication}).mappings()]
    return {**row, "codes": codes, "bounds": None if box is None else list(box), "lineage": lineage}
