"""Cases in numbers: how many are open, new, overdue, by grid; now, or as it was at a past moment.

The past is told by what is known today: a case that was reopened since was open all the while, and what it was late by is its
present limit.
"""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.cases.models import LATE_SQL, OPEN_SQL
from gridmap.cases.past import EVERY_CASE
from gridmap.cases.then import GRID_AT_SQL

DAY = timedelta(hours=24)
# Cases as they stood at :at, but for those that were closed more than a day before.
_THEN = f"""
    (SELECT c.received_at, c.due_at, c.handled_at, c.category_id, {GRID_AT_SQL} AS grid_code,
            CASE WHEN c.closed_at <= :at THEN c.closed_at END AS closed_at
     FROM {EVERY_CASE} c WHERE c.received_at <= :at AND (c.closed_at IS NULL OR c.closed_at > :day_ago)) AS those
"""
_COUNTS_THEN = text(
    f"""
    SELECT grid_code, count(*) AS open, count(*) FILTER (WHERE received_at >= :day_ago) AS last_24h,
           count(*) FILTER (WHERE {LATE_SQL}) AS overdue, count(*) FILTER (WHERE category_id IS NULL) AS triage
    FROM {_THEN} WHERE {OPEN_SQL} GROUP BY grid_code
    """
)
_LOAD = f"""
    SELECT count(*) FILTER (WHERE {OPEN_SQL}) AS open_cases, count(*) FILTER (WHERE received_at >= :day_ago) AS cases_24h,
           count(*) FILTER (WHERE {OPEN_SQL} AND {LATE_SQL}) AS overdue
    FROM {{cases}} WHERE grid_code LIKE :prefix AND ({OPEN_SQL} OR received_at >= :day_ago)
"""
_LOAD_NOW, _LOAD_THEN = (text(_LOAD.format(cases=cases)) for cases in ("cases", _THEN))


def open_counts_then(session: Session, at: datetime) -> dict[str | None, dict[str, int]]:
    """Cases open at a past moment by the micro-grid they lay in then (None: unrouted).

    All, those of the 24 h before, those not handled in time, those without a category. Of now `maps.crowds.counting` tells.
    """
    rows = session.execute(_COUNTS_THEN, {"now": at, "day_ago": at - DAY, "at": at}).mappings()
    return {row["grid_code"]: {key: row[key] for key in ("open", "last_24h", "overdue", "triage")} for row in rows}


def grid_load(session: Session, code: str, *, now: datetime, at: datetime | None = None) -> dict[str, int]:
    """Cases of a grid of any level: open, received within 24 h (open or not), not handled in time; with `at` as it was then."""
    moment = at or now
    asked = {"prefix": f"{code}%", "now": moment, "day_ago": moment - DAY} | ({"at": at} if at else {})
    row = session.execute(_LOAD_THEN if at else _LOAD_NOW, asked).mappings().one()
    return {key: row[key] for key in ("open_cases", "cases_24h", "overdue")}
