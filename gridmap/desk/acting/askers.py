"""Who acts on a case: the caller as tasks know them, and where the case lies for the rights table."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, text
from sqlalchemy.orm import Session

from gridmap.accounts.caller import Caller
from gridmap.accounts.rights import Role, Scope, allows
from gridmap.cases.loop_models import CaseTask
from gridmap.cases.tasks import Asker, TaskState
from gridmap.people.models import Post

# Whoever had a task of it before the boundaries were redrawn goes on with it, in the grid they are in.
_HELD_IN = text(
    """
    SELECT c.route -> 'redrawn' ->> 'from' FROM cases c
    WHERE c.id = :id AND c.route -> 'redrawn' IS NOT NULL
      AND EXISTS (SELECT FROM case_task t WHERE t.case_id = c.id AND t.ended_at IS NULL
                  AND t.given_at <= CAST(c.route -> 'redrawn' ->> 'at' AS timestamptz))
    """
)


def scope_of(session: Session, case_id: int, grid_code: str | None) -> Scope:
    """Where a case lies: its grid, the departments that have, or had, a task of it, and the grid that has it in hand still."""
    asked = select(CaseTask.department_id).where(CaseTask.case_id == case_id, CaseTask.department_id.is_not(None)).distinct()
    departments = frozenset(found for found in session.scalars(asked) if found is not None)
    return Scope(grid_code, departments, session.execute(_HELD_IN, {"id": case_id}).scalar())


def asker_of(session: Session, caller: Caller, scope: Scope, at: datetime) -> Asker:
    """The caller as tasks know them: their teams by the posts they hold at `at`, their departments by their grants."""
    teams: frozenset[tuple[str, str]] = frozenset()
    if caller.person_id is not None:
        held = select(Post.grid_code, Post.team).where(
            Post.person_id == caller.person_id, Post.team.is_not(None), Post.valid.contains(at)
        )
        teams = frozenset((code, str(team)) for code, team in session.execute(held))
    departments = frozenset(
        grant.department_id for grant in caller.grants if grant.role is Role.HANDLER and grant.department_id is not None
    )
    return Asker(caller.name, caller.person_id, teams, departments, leads=allows(caller, "case.dispatch", scope))


def live_tasks(session: Session, asker: Asker, *, most: int = 500) -> list[CaseTask]:
    """The tasks that wait for the asker or that they hold, the most pressing first."""
    theirs: list[ColumnElement[bool]] = [CaseTask.holder == asker.name]
    waiting: list[ColumnElement[bool]] = [CaseTask.department_id.in_(asker.department_ids)]
    waiting += [and_(CaseTask.grid_code == code, CaseTask.team == team) for code, team in asker.teams]
    if asker.person_id is not None:
        waiting.append(CaseTask.person_id == asker.person_id)
        theirs.append(CaseTask.holder_id == asker.person_id)
    asked = select(CaseTask).where(
        CaseTask.ended_at.is_(None), or_(*theirs, and_(CaseTask.state == TaskState.WAITING, or_(*waiting)))
    )
    return list(session.scalars(asked.order_by(CaseTask.due_at.nulls_last(), CaseTask.id).limit(most)))
