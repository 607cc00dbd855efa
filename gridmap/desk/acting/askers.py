"""Who acts on a case: the caller as tasks know them, and where the case lies for the rights table."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from gridmap.accounts.caller import Caller
from gridmap.accounts.rights import Role, Scope, allows
from gridmap.cases.loop_models import CaseTask
from gridmap.cases.tasks import Asker, TaskState
from gridmap.people.models import Post


def scope_of(session: Session, case_id: int, grid_code: str | None) -> Scope:
    """Where a case lies: its grid, and the departments that have, or had, a task of it."""
    asked = select(CaseTask.department_id).where(CaseTask.case_id == case_id, CaseTask.department_id.is_not(None)).distinct()
    return Scope(grid_code, frozenset(found for found in session.scalars(asked) if found is not None))


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
