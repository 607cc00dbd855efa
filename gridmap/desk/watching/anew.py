"""All open cases are looked through anew, some at a time: at the first start, and after the calendar, the stages' limits or
whole files of cases have come in.

How far it has come stands in `followed`, so that a restart goes on and two workers share the work. Whoever acts on a case
waits no longer than some hundred others take to be reckoned; what comes due meanwhile is looked at first.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap.cases import lookup
from gridmap.cases.clock_models import Followed
from gridmap.cases.models import Case
from gridmap.desk.acting.doing import reckon_all
from gridmap.desk.watching.noting import watch
from gridmap.desk.watching.rules import Rules
from gridmap.journal.write import Event, write

READER = "anew"
AT_ONCE = 200


class Progress(NamedTuple):
    """What one step did: cases looked through, those whose deadline moved, and how many are left."""

    done: int
    moved: int
    left: int


def begin(session: Session) -> None:
    """Look all of them through, from the first one on. The caller commits."""
    row = insert(Followed).values(reader=READER, position=0)
    session.execute(row.on_conflict_do_update(index_elements=[Followed.reader], set_={"position": 0}))


def go_on(session: Session, rules: Rules) -> Progress | None:
    """Look the next ones through; None when there is nothing to do, or another worker is doing it. The caller commits."""
    asked = select(Followed).where(Followed.reader == READER).with_for_update(skip_locked=True)
    come = session.scalars(asked.execution_options(populate_existing=True)).first()
    if come is None:
        return None
    those_left = (Case.closed_at.is_(None), Case.id > come.position)
    some = select(Case).where(*those_left).order_by(Case.id).limit(AT_ONCE).with_for_update()
    cases = session.scalars(some.execution_options(populate_existing=True)).all()
    if not cases:
        session.delete(come)
        return Progress(0, 0, 0)
    moved = _put_right(session, cases)
    watch(session, [case.number for case in cases], rules)
    come.position = cases[-1].id
    session.flush()
    left = session.scalar(select(func.count()).select_from(Case).where(Case.closed_at.is_(None), Case.id > come.position))
    return Progress(len(cases), moved, left or 0)


def _put_right(session: Session, cases: Sequence[Case]) -> int:
    before = {case.id: case.due_at for case in cases}
    reckon_all(session, [case for case in cases if case.limit_value is not None])
    moved = [case for case in cases if case.due_at != before[case.id]]
    for case in moved:
        case.version += 1
    session.flush()
    features = lookup.by_ids(session, [case.id for case in moved]) if moved else {}
    facts = ({"case": features[case.id], "due_at": case.due_at, "before": before[case.id]} for case in moved)
    write(session, [Event("cases", "case.reckoned", case.number, "system", one) for case, one in zip(moved, facts, strict=True)])
    return len(moved)
