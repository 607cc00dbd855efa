"""What others have to do with a plan: they are asked to look, say what they think, send it back or approve it."""

from collections.abc import Collection

from shapely.geometry import Point
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from gridmap.accounts.caller import Caller
from gridmap.errors import Conflict, Fault, NotAllowed, msg
from gridmap.plans import lookup
from gridmap.plans.drafting import account_id, tell, touch
from gridmap.plans.flaws import Limits
from gridmap.plans.life import Stage, Turn, after
from gridmap.plans.models import Plan, PlanComment, PlanReviewer
from gridmap.plans.problems import problems

MOST_TOLD = 20


def submit(session: Session, plan: Plan, limits: Limits, *, caller: Caller) -> None:
    """Give a locked plan to its reviewers.

    Raises:
        Conflict: it is no draft, it changes nothing, or something is wrong with it. What is unfinished may still be.
    """
    stage = after(plan.stage, Turn.SUBMIT)
    _check_sound(session, plan, limits, unfinished=True)
    _turn(session, plan, stage, "plan.submitted", caller)


def approve(session: Session, plan: Plan, limits: Limits, *, two_people: bool, caller: Caller) -> None:
    """Approve a locked plan, after which it can be published.

    Raises:
        NotAllowed: the caller made the plan or one of its steps, and two people are asked for.
        Conflict: it is not in review, or something is wrong or unfinished.
    """
    stage = after(plan.stage, Turn.APPROVE)
    if two_people and account_id(caller) in lookup.authors(session, plan):
        raise NotAllowed(msg("Who drew a plan does not approve it: somebody else has to"))
    _check_sound(session, plan, limits, unfinished=False)
    plan.approved_by = account_id(caller)
    _turn(session, plan, stage, "plan.approved", caller)


def send_back(session: Session, plan: Plan, *, reason: str = "", caller: Caller) -> None:
    """Make a locked plan a draft again; a reason is said of it as a comment. `Conflict` where it is one, or has ended."""
    stage = after(plan.stage, Turn.SEND_BACK)
    plan.approved_by = None
    if reason.strip():
        comment(session, plan, reason.strip(), None, caller=caller)
    _turn(session, plan, stage, "plan.returned", caller)


def abandon(session: Session, plan: Plan, *, caller: Caller) -> None:
    """Give a locked plan up. It can be read for ever, and is not drawn on any more; `Conflict` where it has ended."""
    _turn(session, plan, after(plan.stage, Turn.ABANDON), "plan.abandoned", caller)


def published(session: Session, plan: Plan, publication: int, *, caller: Caller) -> None:
    """Write down that a locked plan is in force by a publication; `Conflict` where it is not approved."""
    stage = after(plan.stage, Turn.PUBLISH)
    plan.publication_id = publication
    _turn(session, plan, stage, "plan.published", caller)


def _turn(session: Session, plan: Plan, stage: Stage, kind: str, caller: Caller) -> None:
    plan.stage = stage
    touch(plan)
    tell(session, plan, kind, caller)


def _check_sound(session: Session, plan: Plan, limits: Limits, *, unfinished: bool) -> None:
    state = lookup.state(session, plan)
    if not (state.touched() or state.touched_zones()):
        raise Conflict(msg("The plan changes nothing yet"))
    found = [problem for problem in problems(state, limits) if not (unfinished and problem.unfinished)]
    if found:
        faults = [Fault(",".join(p.codes), p.text, dict(p.values)) for p in found[:MOST_TOLD]]
        text = msg("The plan has %(count)s problems; the first is: %(first)s")
        raise Conflict(text, faults=faults, count=len(found), first=faults[0])


def ask(session: Session, plan: Plan, accounts: Collection[int], *, caller: Caller) -> None:
    """Let these accounts be asked to look at a locked plan, and nobody else."""
    session.execute(delete(PlanReviewer).where(PlanReviewer.plan_id == plan.id))
    if accounts:
        session.execute(insert(PlanReviewer), [{"plan_id": plan.id, "account_id": key} for key in sorted(accounts)])
    tell(session, plan, "plan.reviewers-asked", caller)


def comment(session: Session, plan: Plan, words: str, place: tuple[float, float] | None, *, caller: Caller) -> PlanComment:
    """Say something of a plan as it stands; `place` (longitude, latitude in degrees WGS-84) is what it is about."""
    pin = None if place is None else Point(place)
    said = PlanComment(plan_id=plan.id, account_id=account_id(caller), step=plan.step, words=words, place=pin)
    session.add(said)
    session.flush()
    session.refresh(said)
    tell(session, plan, "plan.commented", caller)
    return said
