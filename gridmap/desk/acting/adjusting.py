"""Clocks that change: extensions, suspensions (挂账), appeals against an overtime; asked for by one, reviewed by others."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.cases.loop_models import Request, Review, Suspension
from gridmap.cases.pending import Pending, check_appeal, check_extension, check_not_overdue, check_suspension
from gridmap.cases.states import State
from gridmap.cases.workflow import NotNow
from gridmap.desk.acting.doing import Doing
from gridmap.desk.acting.offering import done_at, pending_of
from gridmap.errors import Invalid, NotFound, msg

LONGEST_SUSPENSION = timedelta(days=365)
REVIEWERS = {"extension": 1, "suspension": 1, "appeal": 2}


def ask_extension(doing: Doing) -> State:
    """Ask for the first limit once more; only while not overdue, granted twice at most."""
    check_extension(_pending(doing), doing.case.due_at, doing.now)
    return _ask(doing, "extension")


def ask_suspension(doing: Doing) -> State:
    """Ask for the clock to stand still until a moment, a year ahead at most; only while not overdue, granted once."""
    check_suspension(_pending(doing), doing.case.due_at, doing.now)
    _check_until(doing)
    return _ask(doing, "suspension")


def ask_appeal(doing: Doing) -> State:
    """Ask for an overtime to be excused, once and after closing; the times themselves stay as they are."""
    check_appeal(_pending(doing), doing.case.due_at, done_at(doing.case, doing.now))
    return _ask(doing, "appeal")


def _pending(doing: Doing) -> Pending:
    return pending_of(doing.session, [doing.case.id])[doing.case.id]


def _check_until(doing: Doing) -> None:
    until = doing.told.until
    if until is None or until <= doing.now:
        raise Invalid(msg("A suspension must end in the future"), field="until")
    if until > doing.now + LONGEST_SUSPENSION:
        raise Invalid(msg("A suspension may last a year at most"), field="until")


def _ask(doing: Doing, kind: str) -> State:
    until = doing.told.until if kind == "suspension" else None
    made = Request(
        case_id=doing.case.id, kind=kind, reason=doing.told.reason, until=until, asked_by=doing.asker.name, asked_at=doing.now
    )
    doing.session.add(made)
    doing.session.flush()
    doing.facts |= {"request": made.id, "kind": kind, "reason": doing.told.reason, "until": until}
    return State(doing.case.state)


def request_kind(session: Session, request_id: int) -> str | None:
    """What was asked for: extension, suspension or appeal; None where there is no such request."""
    return session.scalar(select(Request.kind).where(Request.id == request_id))


def review(doing: Doing) -> State:
    """Grant or refuse what was asked for. One refusal refuses; an appeal needs two who grant it; nobody reviews their own."""
    request = doing.session.get(Request, doing.told.request)
    if request is None or request.case_id != doing.case.id:
        raise NotFound(msg("This case has no such request"))
    if request.state != "asked":
        raise NotNow(msg("This request has been decided already"))
    if request.asked_by == doing.asker.name:
        raise NotNow(msg("Who asks for something can't review it"))
    before = list(doing.session.scalars(select(Review).where(Review.request_id == request.id)))
    if any(one.by == doing.asker.name for one in before):
        raise NotNow(msg("You have reviewed this; a second reviewer must be somebody else"))
    granted = bool(doing.told.granted)
    if granted and request.kind != "appeal":
        _still_fitting(doing, request)
    doing.session.add(Review(request_id=request.id, by=doing.asker.name, at=doing.now, granted=granted, reason=doing.told.reason))
    doing.facts |= {"request": request.id, "kind": request.kind, "granted": granted, "reason": doing.told.reason}
    if not granted:
        request.state, request.decided_at = "refused", doing.now
    elif len(before) + 1 >= REVIEWERS[request.kind]:
        request.state, request.decided_at = "granted", doing.now
        return _carry_out(doing, request)
    return State(doing.case.state)


def _still_fitting(doing: Doing, request: Request) -> None:
    if State(doing.case.state) is State.CLOSED:
        raise NotNow(msg("The case is closed; its limit does not matter any more"))
    check_not_overdue(doing.case.due_at, doing.now)
    if request.until is not None and request.until <= doing.now:
        raise NotNow(msg("The suspension asked for would have ended by now"))


def _carry_out(doing: Doing, request: Request) -> State:
    doing.facts["decided"] = "granted"
    doing.session.flush()
    if request.kind == "extension":
        doing.case.clock_round += 1
        doing.reckon()
    elif request.kind == "suspension":
        doing.session.add(Suspension(case_id=doing.case.id, since=doing.now, planned_until=request.until))
        doing.session.flush()
        doing.reckon()
        doing.facts["until"] = request.until
        return State.SUSPENDED
    else:
        doing.case.exempt = True
    return State(doing.case.state)


def resume(doing: Doing) -> State:
    """Let the clock run again, with what was left of the limit; the system does it when the time has come."""
    running = select(Suspension).where(Suspension.case_id == doing.case.id, Suspension.ended_at.is_(None))
    pause = doing.session.scalars(running).one()
    # Resumed late, because nobody was running: the clock ran on all the same from the moment that was planned.
    pause.ended_at = max(pause.since, min(doing.now, pause.planned_until))
    doing.session.flush()
    doing.reckon()
    doing.facts |= {"resumed_at": pause.ended_at}
    return doing.by_tasks(nobody=State.DISPATCHED)
