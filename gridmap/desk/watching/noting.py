"""Note when cases must be looked at next."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.cases.deadlines import Clock, Limit, Unit, due_at
from gridmap.cases.escalation import CLIMBING, first
from gridmap.cases.models import Case
from gridmap.cases.states import State
from gridmap.desk.watching.agenda import agenda
from gridmap.desk.watching.rules import Rules

# Of a case nobody has taken up yet, nor was reminded of, its own row tells all, for thousands at once.
_COLUMNS = """
    c.id, c.state, c.received_at, c.limit_value, c.limit_unit, c.version, c.clock_round,
    (SELECT a.received_at FROM alert a WHERE a.case_id = c.id AND a.relation = 'opened' LIMIT 1) AS came,
    c.version = 0 OR c.state = 'discovered' AND c.clock_round = 0
        AND NOT EXISTS (SELECT FROM case_task t WHERE t.case_id = c.id)
        AND NOT EXISTS (SELECT FROM supervision o WHERE o.case_id = c.id)
        AND NOT EXISTS (SELECT FROM case_reminder r WHERE r.case_id = c.id) AS untouched
"""
_BY_NUMBER = text(f"SELECT {_COLUMNS} FROM cases c WHERE number = ANY(CAST(:numbers AS text[]))")
_SET = text(
    """
    INSERT INTO case_watch (case_id, next_at)
    SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:moments AS timestamptz[])) AS row (id, next_at) ORDER BY id
    ON CONFLICT (case_id) DO UPDATE SET next_at = excluded.next_at
    """
)
_DROP = text("DELETE FROM case_watch WHERE case_id = ANY(CAST(:ids AS bigint[]))")


def watch(session: Session, numbers: Collection[str], rules: Rules) -> None:
    """Note when to look at these cases next; those that have nothing coming are looked at no more."""
    if numbers:
        _note(session, session.execute(_BY_NUMBER, {"numbers": sorted(numbers)}).all(), rules)


def _note(session: Session, rows: Iterable[Any], rules: Rules) -> None:
    moments: dict[int, datetime | None] = {}
    for row in rows:
        if row.untouched:
            moments[row.id] = _first_look(row, rules)
        else:
            case = session.get_one(Case, row.id, populate_existing=True)
            moments[row.id] = agenda(session, case, rules).next_at
    coming = sorted((key, at) for key, at in moments.items() if at is not None)
    gone = [key for key, at in moments.items() if at is None]
    if coming:
        session.execute(_SET, {"ids": [key for key, _ in coming], "moments": [at for _, at in coming]})
    if gone:
        session.execute(_DROP, {"ids": gone})


def _first_look(row: Any, rules: Rules) -> datetime | None:
    """As `agenda` would say of such a case."""
    state, came = State(row.state), row.came or row.received_at
    moments: list[datetime | None] = []
    if state in CLIMBING and row.limit_value is not None:
        clock = Clock(row.received_at, Limit(row.limit_value, Unit(row.limit_unit)))
        moments.append(first(clock, came, shares=rules.shares, calendar=rules.calendar))
    if state in (State.DISCOVERED, State.CONSULTING) and "dispatch" in rules.stages:
        moments.append(due_at(row.received_at, rules.stages["dispatch"], calendar=rules.calendar))
    return min((at for at in moments if at is not None and at >= came), default=None)
