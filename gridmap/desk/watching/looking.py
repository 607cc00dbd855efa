"""Look at one case whose time has come: resume it, close it, climb the ladder, remind of a stage, of an answer."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases import lookup
from gridmap.cases.clock_models import Reminder, Watch
from gridmap.cases.escalation import Rung
from gridmap.cases.loop_models import Supervision
from gridmap.cases.models import Case
from gridmap.cases.states import State
from gridmap.cases.tasks import Asker
from gridmap.cases.workflow import Action
from gridmap.desk import whom
from gridmap.desk.acting import act as acting
from gridmap.desk.acting.doing import limit_of, reckon, tasks_of
from gridmap.desk.acting.told import Told
from gridmap.desk.watching.agenda import Coming, Seen, agenda
from gridmap.desk.watching.rules import Rules
from gridmap.grids.codes import Level
from gridmap.journal.write import Event, write
from gridmap.notices.giving import Recipients, give

SYSTEM = Asker("system", leads=True)
_UNRATED = "到期未评价，自动结案 · closed by itself: nobody rated it in time"
_TURNS = {
    "resume": (State.SUSPENDED, Action.RESUME, Told()),
    "close": (State.RATING, Action.CLOSE, Told(note=_UNRATED)),
}


def next_due(session: Session, now: datetime) -> int | None:
    """Take hold of a case that must be looked at and that nobody else is looking at; None when there is none.

    The row stays locked until the transaction ends: another worker passes it over, and whoever is killed lets it go.
    """
    asked = select(Watch.case_id).where(Watch.next_at <= now).order_by(Watch.next_at).limit(1)
    return session.scalar(asked.with_for_update(skip_locked=True))


def look(session: Session, case_id: int, rules: Rules) -> None:
    """Do all that has come due for a case that `next_due` gave, and note when to look again. The caller commits."""
    case = session.scalars(select(Case).where(Case.id == case_id).with_for_update()).one()
    now = clock.now()
    _put_right(session, case)
    seen = agenda(session, case, rules)
    for one in sorted(seen.coming):
        if one.at <= now and one.what in _TURNS:
            _turn(session, case, one, rules)
            seen = agenda(session, case, rules)
    for one in sorted(seen.coming):
        if one.at <= now and one.what not in _TURNS:
            _remind(session, seen, one, now)
    _note(session, case, rules)


def _put_right(session: Session, case: Case) -> None:
    """The calendar may have changed since the deadline was set: open cases follow it."""
    if limit_of(case) is None or case.closed_at is not None:
        return
    before = case.due_at
    reckon(session, case, tasks_of(session, case.id))
    if case.due_at != before:
        case.version += 1
        session.flush()
        _write(session, case, "case.reckoned", {"due_at": case.due_at, "before": before})


def _turn(session: Session, case: Case, coming: Coming, rules: Rules) -> None:
    state, action, told = _TURNS[coming.what]
    if State(case.state) is state:
        acting.act(session, case, action, told, SYSTEM, call=acting.Call(), nearest_limit_m=rules.nearest_limit_m)


def _remind(session: Session, seen: Seen, coming: Coming, now: datetime) -> None:
    """Once: the reminder's row is the proof, and stands in one transaction with the notices and the journal."""
    case = seen.case
    fresh = insert(Reminder).values(case_id=case.id, round=coming.round, step=coming.step, at=now)
    if session.execute(fresh.on_conflict_do_nothing().returning(Reminder.step)).first() is None:
        return
    kind, to, facts = _words(session, seen, coming, now)
    facts |= {"round": coming.round, "due_at": case.due_at.isoformat() if case.due_at else None}
    give(session, case, kind, to, actor=SYSTEM.name, at=now, facts=facts)
    told = {"step": coming.step, "round": coming.round, "kind": kind, "recipients": len(to.accounts) + len(to.persons)}
    _write(session, case, "case.reminded", {**told, "at": now})


def _words(session: Session, seen: Seen, coming: Coming, now: datetime) -> tuple[str, Recipients, dict[str, object]]:
    """What kind of notice it is, for whom, with what to say."""
    case, code = seen.case, seen.case.grid_code
    step, _, key = coming.step.partition(":")
    if coming.what == "climb":
        kind = "overdue" if case.due_at is not None and case.due_at <= now else "at_risk"
        return kind, whom.on_rung(session, case, seen.live, Rung(step), now), {"rung": step}
    if coming.what == "reply":
        order = session.get_one(Supervision, int(key))
        to = whom.named(session, [order.by]) | whom.members(session, case, seen.live, now)
        return "reply_overdue", to | whom.heads(session, code, Level.MICRO, now), {"supervision": order.id}
    to = whom.heads(session, code, Level.MICRO, now)
    if step == "accept":
        to |= whom.holders(session, [task for task in seen.tasks if task.id == int(key)], now)
    elif step == "verify" or code is None:
        to |= whom.operators(session, code, now)
    else:
        to |= whom.members(session, case, seen.live, now)
    return f"{step}_overdue", to, {}


def _write(session: Session, case: Case, kind: str, facts: dict[str, object]) -> None:
    feature = lookup.by_ids(session, [case.id])[case.id]
    write(session, [Event("cases", kind, case.number, SYSTEM.name, {"case": feature, **facts})])


def _note(session: Session, case: Case, rules: Rules) -> None:
    following = agenda(session, case, rules).next_at
    watch = session.get(Watch, case.id)
    if watch is None:
        return
    if following is None:
        session.delete(watch)
    else:
        watch.next_at = following
    session.flush()
