"""How things stand at this moment: the key figures of the big screen."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.appraisal.counting import Counted, count
from gridmap.appraisal.periods import Kind, containing
from gridmap.cases.models import LATE_SQL, OPEN_SQL
from gridmap.cases.past import EVERY_CASE
from gridmap.cases.states import SOON_AT_LEAST
from gridmap.clock import local
from gridmap.grids.codes import LENGTHS, Level

# As `states.urgency` has it, for what is not handled yet.
_SOON = "due_at >= :now AND handled_at IS NULL AND due_at - :now <= greatest((due_at - received_at) / 4, :soon)"
_STANDING = text(
    f"""
    SELECT grouping(g) AS whole, g, count(*) AS open, count(*) FILTER (WHERE {LATE_SQL} AND NOT exempt) AS overdue,
           count(*) FILTER (WHERE {_SOON}) AS soon, count(*) FILTER (WHERE state = 'suspended') AS suspended
    FROM (SELECT *, left(grid_code, :digits) AS g FROM cases
          WHERE {OPEN_SQL} AND (CAST(:prefix AS text) IS NULL OR grid_code LIKE :prefix)) AS open_cases
    GROUP BY GROUPING SETS ((), (g))
    """
)
_HOURS = text(
    f"""
    SELECT (received_at >= :today) AS today,
           extract(hour FROM received_at AT TIME ZONE 'Asia/Shanghai')::int AS hour, count(*) AS n
    FROM {EVERY_CASE} c WHERE received_at >= :yesterday AND received_at < :at AND state NOT IN ('void', 'merged')
      AND (CAST(:prefix AS text) IS NULL OR grid_code LIKE :prefix)
    GROUP BY 1, 2
    """
)
_DAYS = text(
    f"""
    SELECT day, sum(filed)::int AS filed, sum(closed)::int AS closed FROM (
        SELECT (received_at AT TIME ZONE 'Asia/Shanghai')::date AS day, 1 AS filed, 0 AS closed FROM {EVERY_CASE} c
        WHERE received_at >= :since AND received_at < :at AND state NOT IN ('void', 'merged')
          AND (CAST(:prefix AS text) IS NULL OR grid_code LIKE :prefix)
        UNION ALL
        SELECT (closed_at AT TIME ZONE 'Asia/Shanghai')::date, 0, 1 FROM {EVERY_CASE} c
        WHERE closed_at >= :since AND closed_at < :at AND state = 'closed'
          AND (CAST(:prefix AS text) IS NULL OR grid_code LIKE :prefix)
    ) AS happened GROUP BY day
    """
)


def standing(session: Session, prefix: str | None, part: Level, now: datetime) -> dict[str | None, dict[str, int]]:
    """Open cases now, by grid; the whole under "": open, overdue (not handled within the limit), soon due, suspended."""
    bound = {"now": now, "soon": SOON_AT_LEAST, "digits": LENGTHS[part], "prefix": _like(prefix)}
    rows = session.execute(_STANDING, bound).mappings()
    keys = ("open", "overdue", "soon", "suspended")
    return {"" if row["whole"] else row["g"]: {key: row[key] for key in keys} for row in rows}


def today(session: Session, prefix: str | None, part: Level, now: datetime) -> Counted:
    """The measures of today so far."""
    return count(session, containing(Kind.DAY, local(now).date()).window(now), prefix, part)


def hours(session: Session, prefix: str | None, day: date, now: datetime) -> dict[str, list[int | None]]:
    """Cases received by hour of the town's clock on `day` ("today") and the day before; hours that have not begun are None."""
    this = containing(Kind.DAY, day)
    window = this.window(now)
    bound = {"today": this.since, "yesterday": this.before().since, "at": window.at, "prefix": _like(prefix)}
    found = {(row.today, row.hour): row.n for row in session.execute(_HOURS, bound)}
    begun = (window.at - window.since) / timedelta(hours=1)
    return {
        "today": [found.get((True, hour), 0) if hour < begun else None for hour in range(24)],
        "yesterday": [found.get((False, hour), 0) for hour in range(24)],
    }


def days(session: Session, prefix: str | None, first: date, last: date, now: datetime) -> list[dict[str, Any]]:
    """Cases received and closed on each day from `first` to `last`."""
    at = min(containing(Kind.DAY, last).until, now)
    bound = {"since": containing(Kind.DAY, first).since, "at": at, "prefix": _like(prefix)}
    found = {row.day: row for row in session.execute(_DAYS, bound)}
    wanted = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    return [
        {"date": day, "filed": found[day].filed if day in found else 0, "closed": found[day].closed if day in found else 0}
        for day in wanted
    ]


def _like(prefix: str | None) -> str | None:
    return None if prefix is None else f"{prefix}%"
