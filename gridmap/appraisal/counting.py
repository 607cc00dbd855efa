"""The measures counted by the database: one statement for all cases of a window, one for votes, one for tasks.

Each statement gives the whole and its breakdowns at once (GROUPING SETS). Rows are looked at as they stand now: a case that
was reopened since is open in every window after its receipt, and the figures of the past say what is known today.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from gridmap.appraisal.ground import GRID_SQL, Ground
from gridmap.appraisal.measures import MEASURES, Subject
from gridmap.appraisal.periods import Window
from gridmap.cases.past import EVERY_CASE
from gridmap.cases.states import State
from gridmap.grids.codes import LENGTHS, Level


class By(StrEnum):
    """What a report is broken down by."""

    SOURCE = "source"
    GRID = "grid"
    GROUP = "group"
    DEPARTMENT = "department"


Counts = dict[str, float]
Table = dict[str | None, Counts]


@dataclass
class Counted:
    """The whole of a window, and its parts; the part None is what has no grid, no category, no department."""

    total: Counts = field(default_factory=dict)
    by: dict[By, Table] = field(default_factory=lambda: {one: {} for one in By})


_ENDED = f"('{State.VOID}', '{State.MERGED}')"
_REOPENED_BY_VOTE = f"j.kind = 'case.rate' AND j.data->>'to' IN ('{State.HANDLING}', '{State.DISCOVERED}')"
_BACK = f"(j.kind IN ('case.rework', 'case.reopen') OR ({_REOPENED_BY_VOTE}))"
_OPEN_AT_END = "(closed_at IS NULL OR closed_at >= :at)"
_CLOSED = "(closed_at >= :since AND closed_at < :at)"
_IN_HAND = f"(NOT pausing OR NOT {_OPEN_AT_END})"
_LATE = f"({_OPEN_AT_END} AND due_at < :at AND coalesce(finished_at, 'infinity') > due_at)"
# In SQL `least` and `greatest` pass over NULL: without a pause they would take off all of it.
_PAUSED_S = """CASE WHEN paused_since IS NULL THEN 0 ELSE greatest(extract(epoch FROM
    least(coalesce(paused_until, :at), {ends}) - greatest(paused_since, {begins})), 0) END"""

CASE_SQL: Mapping[str, str] = {
    "reported": "received_at >= :since",
    "filed": "valid AND received_at >= :since",
    "closed": f"valid AND {_CLOSED}",
    "in_hand": f"valid AND {_IN_HAND}",
    "left_open": f"valid AND {_OPEN_AT_END}",
    "suspended": f"valid AND pausing AND {_OPEN_AT_END}",
    "due": f"valid AND ({_CLOSED} AND due_at IS NOT NULL OR {_LATE} AND NOT exempt)",
    "on_time": f"valid AND {_CLOSED} AND due_at IS NOT NULL AND (finished_at <= due_at OR exempt)",
    "overdue_open": f"valid AND {_LATE} AND NOT exempt",
    "due_raw": f"valid AND ({_CLOSED} AND due_at IS NOT NULL OR {_LATE})",
    "on_time_raw": f"valid AND {_CLOSED} AND finished_at <= due_at",
    "excused": f"valid AND {_CLOSED} AND exempt AND finished_at > due_at",
    "checked": "valid AND checked",
    "sent_back": "valid AND sent_back",
    "handled": "valid AND handled",
    "self_handled": "valid AND self_handled",
    "extended": f"valid AND {_IN_HAND} AND extended",
    "supervised": f"valid AND {_IN_HAND} AND supervised",
}
VOTE_SQL: Mapping[str, str] = {
    "votes": "true",
    "satisfied": "r.verdict IN ('very_satisfied', 'satisfied')",
    "solved": "r.solved",
}
_TASK_DONE = "(state = 'done' AND ended_at >= :since AND ended_at < :at)"
_TASK_OPEN_AT_END = "(ended_at IS NULL OR ended_at >= :at)"
_TASK_LATE = f"({_TASK_OPEN_AT_END} AND due_at < :at AND coalesce(ended_at, 'infinity') > due_at)"
_TASK_BACK = "(state = 'handed_back' AND ended_at >= :since AND ended_at < :at)"
TASK_SQL: Mapping[str, str] = {
    "given": "given_at >= :since",
    "task_in_hand": f"NOT pausing OR NOT {_TASK_OPEN_AT_END}",
    "done": _TASK_DONE,
    "handed_back": _TASK_BACK,
    "ended": f"{_TASK_DONE} OR {_TASK_BACK}",
    "task_due": f"{_TASK_DONE} AND due_at IS NOT NULL OR {_TASK_LATE} AND NOT exempt",
    "task_on_time": f"{_TASK_DONE} AND due_at IS NOT NULL AND (ended_at <= due_at OR exempt)",
    "task_overdue": f"{_TASK_LATE} AND NOT exempt",
    "task_due_raw": f"{_TASK_DONE} AND due_at IS NOT NULL OR {_TASK_LATE}",
    "task_on_time_raw": f"{_TASK_DONE} AND ended_at <= due_at",
}
_CASE_HOURS = f"extract(epoch FROM finished_at - received_at) - {_PAUSED_S.format(begins='received_at', ends='finished_at')}"
_TASK_HOURS = f"extract(epoch FROM ended_at - given_at) - {_PAUSED_S.format(begins='given_at', ends='ended_at')}"
HOUR_SQL: Mapping[str, str] = {
    "handling_hours": f"sum({_CASE_HOURS}) FILTER (WHERE {CASE_SQL['closed']}) / 3600",
    "task_hours": f"sum({_TASK_HOURS}) FILTER (WHERE {_TASK_DONE}) / 3600",
}


def _columns(conditions: Mapping[str, str]) -> str:
    return ", ".join(f"count(*) FILTER (WHERE {condition}) AS {key}" for key, condition in conditions.items())


_PAUSE = """s.since AS paused_since, s.ended_at AS paused_until,
           coalesce(s.since < :at AND (s.ended_at IS NULL OR s.ended_at >= :at), false) AS pausing"""
_SCOPE = "(CAST(:prefix AS text) IS NULL OR {grid} LIKE :prefix)"
_SETS = "GROUPING SETS ((), (source), (grid), (category_group))"
_PART = (
    "grouping(source) AS no_source, grouping(grid) AS no_grid, grouping(category_group) AS no_group, source, grid, category_group"
)
_PLACE = "c.source, left({grid}, :digits) AS grid, k.group_zh AS category_group"

_CASES = f"""
    WITH looked_at AS (
        SELECT {_PLACE}, c.received_at, c.closed_at, c.due_at, c.exempt, c.state NOT IN {_ENDED} AS valid,
               coalesce(c.handled_at, c.closed_at) AS finished_at, {_PAUSE}, e.checked, e.sent_back, e.handled, e.self_handled,
               EXISTS (SELECT 1 FROM case_request q WHERE q.case_id = c.id AND q.kind = 'extension' AND q.state = 'granted'
                       AND q.decided_at >= :since AND q.decided_at < :at) AS extended,
               EXISTS (SELECT 1 FROM supervision o WHERE o.case_id = c.id AND o.at >= :since AND o.at < :at) AS supervised
        FROM {EVERY_CASE} c LEFT JOIN category k ON k.id = c.category_id LEFT JOIN suspension s ON s.case_id = c.id
        LEFT JOIN LATERAL (
            SELECT bool_or(j.kind = 'case.verify' OR {_BACK}) AS checked, bool_or({_BACK}) AS sent_back,
                   bool_or(j.kind = 'case.self_handle'
                           OR j.kind = 'case.finish' AND j.data->>'to' = '{State.VERIFYING}') AS handled,
                   bool_or(j.kind = 'case.self_handle') AS self_handled
            FROM journal j WHERE j.topic = 'cases' AND j.subject = c.number AND j.at >= :since AND j.at < :at
        ) e ON c.version > 0
        WHERE c.received_at < :at AND (c.closed_at IS NULL OR c.closed_at >= :since) AND {_SCOPE}
    )
    SELECT {_PART}, {_columns(CASE_SQL)}, {HOUR_SQL["handling_hours"]} AS handling_hours FROM looked_at GROUP BY {_SETS}
    """
_VOTES = f"""
    WITH looked_at AS (
        SELECT {_PLACE}, r.verdict, r.solved
        FROM rating r JOIN cases c ON c.id = r.case_id LEFT JOIN category k ON k.id = c.category_id
        WHERE r.at >= :since AND r.at < :at AND c.state NOT IN {_ENDED} AND {_SCOPE}
    )
    SELECT {_PART}, {_columns(VOTE_SQL)} FROM looked_at r GROUP BY {_SETS}
    """
_TASKS = f"""
    WITH looked_at AS (
        SELECT t.department_id, t.state, t.given_at, t.ended_at, t.due_at, c.exempt, {_PAUSE}
        FROM case_task t JOIN cases c ON c.id = t.case_id LEFT JOIN suspension s ON s.case_id = c.id
        WHERE t.given_at < :at AND (t.ended_at IS NULL OR t.ended_at >= :since) AND t.state <> 'withdrawn'
          AND c.state NOT IN {_ENDED} AND {_SCOPE}
    )
    SELECT grouping(department_id) AS no_department, department_id, {_columns(TASK_SQL)}, {HOUR_SQL["task_hours"]} AS task_hours
    FROM looked_at GROUP BY GROUPING SETS ((), (department_id))
    """
_STATEMENTS = {
    ground: [text(statement.replace("{grid}", sql)) for statement in (_CASES, _VOTES, _TASKS)] for ground, sql in GRID_SQL.items()
}
NONE: Counts = dict.fromkeys(MEASURES, 0)


def count(session: Session, window: Window, prefix: str | None, part: Level, ground: Ground = Ground.THEN) -> Counted:
    """Every measure of a window, within the grids whose code begins with `prefix` (None: everywhere, without a grid too).

    Args:
        part: the level of the grids it is broken down by.
        ground: in which grid a case is counted where boundaries have been redrawn.
    """
    bound = {
        "since": window.since,
        "at": window.at,
        "prefix": None if prefix is None else f"{prefix}%",
        "digits": LENGTHS[part],
    }
    found = Counted(total=dict(NONE))
    of_cases, of_votes, of_tasks = _STATEMENTS[ground]
    for statement in (of_cases, of_votes):
        for row in session.execute(statement, bound).mappings():
            _take(found, row, {By.SOURCE: "source", By.GRID: "grid", By.GROUP: "group"})
    tasks = {key: value for key, value in bound.items() if key != "digits"}
    for row in session.execute(of_tasks, tasks).mappings():
        _take(found, row, {By.DEPARTMENT: "department"})
    return found


_KEYS = {By.SOURCE: "source", By.GRID: "grid", By.GROUP: "category_group", By.DEPARTMENT: "department_id"}


def _take(found: Counted, row: RowMapping, sides: Mapping[By, str]) -> None:
    counts = {key: float(row[key] or 0) if key in HOUR_SQL else int(row[key]) for key in MEASURES if key in row}
    side = next((by for by, name in sides.items() if not row[f"no_{name}"]), None)
    if side is None:
        found.total |= counts
        return
    value = row[_KEYS[side]]
    subject = Subject.TASK if side is By.DEPARTMENT else Subject.CASE
    empty: Counts = {key: 0 for key, measure in MEASURES.items() if measure.of is subject}
    part = found.by[side].setdefault(None if value is None else str(value), empty)
    part |= counts
