"""Cases in numbers: how many are open, new, overdue, by grid."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.cases.models import LATE_SQL, OPEN_SQL

_COUNTS = text(
    f"""
    SELECT grid_code, count(*) AS open, count(*) FILTER (WHERE received_at >= :day_ago) AS last_24h,
           count(*) FILTER (WHERE {LATE_SQL}) AS overdue, count(*) FILTER (WHERE category_id IS NULL) AS triage
    FROM cases WHERE {OPEN_SQL} GROUP BY grid_code
    """
)


def open_counts(session: Session, *, now: datetime, day_ago: datetime) -> dict[str | None, dict[str, int]]:
    """Open cases by micro-grid (None: unrouted): all, of the last 24 h, not handled in time, without a category."""
    rows = session.execute(_COUNTS, {"now": now, "day_ago": day_ago}).mappings()
    return {row["grid_code"]: {key: row[key] for key in ("open", "last_24h", "overdue", "triage")} for row in rows}


_LOAD = text(
    f"""
    SELECT count(*) FILTER (WHERE {OPEN_SQL}) AS open_cases, count(*) FILTER (WHERE received_at >= :day_ago) AS cases_24h,
           count(*) FILTER (WHERE {OPEN_SQL} AND {LATE_SQL}) AS overdue
    FROM cases WHERE grid_code LIKE :prefix AND ({OPEN_SQL} OR received_at >= :day_ago)
    """
)


def grid_load(session: Session, code: str, *, now: datetime, day_ago: datetime) -> dict[str, int]:
    """Cases of a grid of any level: open, received within 24 h (open or not), not handled in time."""
    row = session.execute(_LOAD, {"prefix": f"{code}%", "now": now, "day_ago": day_ago}).mappings().one()
    return {key: row[key] for key in ("open_cases", "cases_24h", "overdue")}
