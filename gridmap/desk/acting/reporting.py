"""反馈 and 评价: check what was done, send it back, let residents rate it, close, open again."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.cases.loop_models import CaseTask, Rating, RatingLink, Reporter
from gridmap.cases.models import Case
from gridmap.cases.states import State
from gridmap.cases.tasks import TaskState
from gridmap.cases.workflow import NotNow
from gridmap.desk.acting.doing import Doing
from gridmap.errors import Invalid, msg

LINK_LASTS = timedelta(days=30)


def verify(doing: Doing) -> State:
    """Somebody other than the handler has looked: it is done. Residents may rate it from now on at the latest."""
    doing.case.verified_by, doing.case.verified_at = doing.asker.name, doing.now
    doing.case.reply = doing.told.reply
    doing.facts |= {"note": doing.told.note, "reply": doing.told.reply, "links": _links_for_reporters(doing)}
    return State.RATING


def _links_for_reporters(doing: Doing) -> list[int]:
    """A link for each who reported the case, or one that was merged into it; the worker sends them from the journal."""
    asked = select(Reporter).join(Case, Case.id == Reporter.case_id)
    found = doing.session.scalars(
        asked.where((Case.id == doing.case.id) | (Case.merged_into == doing.case.id)).order_by(Reporter.id)
    )
    made = [link_for(doing.case, one, by=doing.asker.name, now=doing.now) for one in found]
    doing.session.add_all(made)
    doing.session.flush()
    return [link.id for link in made]


def link_for(case: Case, reporter: Reporter, *, by: str, now: datetime) -> RatingLink:
    """A reporter's link for the case's present round, not yet written."""
    return RatingLink(
        case_id=case.id,
        round=case.rounds,
        reporter_id=reporter.id,
        label=reporter.name or reporter.source,
        made_by=by,
        made_at=now,
        expires_at=now + LINK_LASTS,
    )


def rework(doing: Doing) -> State:
    """Not done well enough (返工): the same handlers go on, with all that was written kept."""
    doing.facts |= {"reason": doing.told.reason}
    return _again(doing)


def reopen(doing: Doing) -> State:
    """Open a case that was thought to be settled, for the same handlers."""
    doing.facts |= {"reason": doing.told.reason}
    return _again(doing)


def close(doing: Doing) -> State:
    """Close a case nobody has rated, or nobody will."""
    doing.case.closed_at = doing.now
    doing.facts |= {"note": doing.told.note}
    return State.CLOSED


def rate(doing: Doing) -> State:
    """Count one resident's vote; 'not solved' opens the case again for the same handlers.

    Raises:
        NotNow: the link is used, has expired, or belongs to an earlier round.
    """
    link = doing.session.get(RatingLink, doing.told.link)
    if link is None or link.case_id != doing.case.id:
        raise Invalid(msg("This link belongs to another case"), field="link")
    if link.expires_at < doing.now:
        raise NotNow(msg("This link has expired"))
    if link.round != doing.case.rounds:
        raise NotNow(msg("The matter has been taken up again since; a new link will be sent when it is done"))
    if doing.session.get(Rating, link.id) is not None:
        raise NotNow(msg("This link has been used: one vote each"))
    told = doing.told
    vote = Rating(
        link_id=link.id,
        case_id=doing.case.id,
        round=link.round,
        verdict=told.verdict,
        score=told.score,
        solved=told.solved,
        reason=told.reason,
        at=doing.now,
    )
    doing.session.add(vote)
    doing.facts |= {"verdict": told.verdict, "score": told.score, "solved": told.solved, "reason": told.reason}
    if not told.solved:
        return _again(doing)
    if State(doing.case.state) is State.RATING:
        return close(doing)
    return State(doing.case.state)


def _again(doing: Doing) -> State:
    """Another round for those who handled it last; nobody did: back to the beginning."""
    last = _last_done(doing.tasks)
    doing.case.rounds += 1
    doing.case.clock_round += 1
    doing.case.handled_by = doing.case.handled_at = doing.case.verified_by = doing.case.verified_at = None
    doing.case.closed_at, doing.case.reply = None, ""
    for task in last:
        again = CaseTask(
            case_id=doing.case.id,
            person_id=task.person_id,
            grid_code=task.grid_code,
            team=task.team,
            department_id=task.department_id,
            state=TaskState.ACCEPTED,
            note=doing.told.reason,
            given_by=doing.asker.name,
            given_at=doing.now,
            due_at=doing.case.due_at,
            holder=task.holder,
            holder_id=task.holder_id,
            accepted_at=doing.now,
        )
        doing.session.add(again)
        doing.tasks.append(again)
    doing.session.flush()
    doing.facts |= {"round": doing.case.rounds}
    return State.HANDLING if last else State.DISCOVERED


def _last_done(tasks: list[CaseTask]) -> list[CaseTask]:
    """The newest finished task of each addressee."""
    newest = {
        (task.person_id, task.grid_code, task.team, task.department_id): task for task in tasks if task.state == TaskState.DONE
    }
    return list(newest.values())


def make_link(session: Session, case: Case, *, label: str, by: str, now: datetime, expires_at: datetime) -> RatingLink:
    """Make a way for one resident to rate the case in its present round."""
    link = RatingLink(case_id=case.id, round=case.rounds, label=label, made_by=by, made_at=now, expires_at=expires_at)
    session.add(link)
    session.flush()
    return link
