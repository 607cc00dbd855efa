"""A plan's turns, each with a notice to those who wait for it: who reviews, who drew it."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts.caller import Caller
from gridmap.accounts.lookup import able
from gridmap.accounts.models import Account
from gridmap.accounts.rights import Scope, allows
from gridmap.errors import Invalid, msg
from gridmap.notices.giving import Owner, give_each
from gridmap.plans import lookup, reviewing
from gridmap.plans.flaws import Limits
from gridmap.plans.life import Stage
from gridmap.plans.models import Plan

APPROVE, COMMENT = "plan.approve", "plan.comment"
TO_REVIEW, RETURNED, APPROVED, PUBLISHED = "plan_to_review", "plan_returned", "plan_approved", "plan_published"


def reviewers(session: Session, plan: Plan) -> dict[str, Caller]:
    """Those who may be asked to look at a plan, by username."""
    return able(session, COMMENT, Scope(plan.ground), clock.now())


def may_approve(plan: Plan, one: Caller) -> bool:
    """Whether somebody may approve a plan, unless they drew it."""
    return allows(one, APPROVE, Scope(plan.ground))


def ask(session: Session, plan: Plan, usernames: Collection[str], *, caller: Caller) -> None:
    """Let these be asked to look at a locked plan, and nobody else; where it is in review already, the new ones are told.

    Raises:
        Invalid: one of them may not look at it.
    """
    before, there = set(lookup.reviewers(session, plan.id)), reviewers(session, plan)
    if strange := sorted(set(usernames) - there.keys()):
        raise Invalid(msg("'%(name)s' may not look at this plan"), field="reviewers", name=strange[0][:40])
    accounts = {name: one.account_id for name, one in there.items() if name in usernames and one.account_id is not None}
    reviewing.ask(session, plan, accounts.values(), caller=caller)
    if plan.stage == Stage.IN_REVIEW:
        _tell(session, plan, TO_REVIEW, [key for name, key in accounts.items() if name not in before], caller)


def submit(session: Session, plan: Plan, limits: Limits, *, caller: Caller) -> None:
    """Give a locked plan to those asked to look at it; if nobody was, to all who may approve it. Raises as `reviewing` does."""
    reviewing.submit(session, plan, limits, caller=caller)
    asked = _accounts(session, lookup.reviewers(session, plan.id))
    approving = {one.account_id for one in reviewers(session, plan).values() if may_approve(plan, one)}
    authors = lookup.authors(session, plan)
    _tell(session, plan, TO_REVIEW, asked or {one for one in approving if one is not None} - authors, caller)


def approve(session: Session, plan: Plan, limits: Limits, *, two_people: bool, caller: Caller) -> None:
    """Approve a locked plan; who drew it is told. Raises as `reviewing` does."""
    reviewing.approve(session, plan, limits, two_people=two_people, caller=caller)
    _tell(session, plan, APPROVED, lookup.authors(session, plan), caller)


def send_back(session: Session, plan: Plan, *, reason: str = "", caller: Caller) -> None:
    """Make a locked plan a draft again; who drew it is told why. Raises as `reviewing` does."""
    reviewing.send_back(session, plan, reason=reason, caller=caller)
    _tell(session, plan, RETURNED, lookup.authors(session, plan), caller, reason=reason.strip()[:300])


def published(session: Session, plan: Plan, publication: int, *, caller: Caller) -> None:
    """Write down that a locked plan is in force; who drew it, looked at it or approved it is told. Raises as `reviewing` does."""
    reviewing.published(session, plan, publication, caller=caller)
    approved = {plan.approved_by} if plan.approved_by is not None else set()
    concerned = lookup.authors(session, plan) | _accounts(session, lookup.reviewers(session, plan.id)) | approved
    _tell(session, plan, PUBLISHED, concerned, caller)


def _accounts(session: Session, usernames: Collection[str]) -> set[int]:
    return set(session.scalars(select(Account.id).where(Account.username.in_(usernames))))


def _tell(session: Session, plan: Plan, kind: str, accounts: Collection[int], caller: Caller, *, reason: str = "") -> None:
    """One notice to each; nobody is told what they did themselves."""
    rows = session.execute(select(Account.id, Account.person_id).where(Account.id.in_(accounts), Account.disabled_at.is_(None)))
    own = Owner.of(caller.person_id, caller.account_id)
    facts = {"plan": plan.id, "plan_name": plan.name, "by": caller.name.removeprefix("account:"), "reason": reason}
    each = {owner: facts for row in rows if (owner := Owner.of(row.person_id, row.id)) != own}
    give_each(session, kind, each, subject=f"plan:{plan.id}", actor=caller.name, at=clock.now(), common={"plan": plan.id})
