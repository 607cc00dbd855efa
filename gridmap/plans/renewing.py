"""Take a draft onto the boundaries in force, where others have published since it began."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy.orm import Session

from gridmap.accounts.caller import Caller
from gridmap.errors import Conflict, msg
from gridmap.grids import publications
from gridmap.grids.checking import few
from gridmap.plans import lookup, rebasing
from gridmap.plans.drafting import Drawn, keep
from gridmap.plans.life import check_drawable
from gridmap.plans.models import Plan
from gridmap.plans.renumbering import AS_IT_IS, Renumbered, renumbered, taken
from gridmap.plans.state import State, together


class Standing(NamedTuple):
    """How a plan stands to the boundaries in force: the publications of its base and of now, and what both have changed.

    `meeting` are the codes on which they differ; `given_up` those whose changes go with them where the plan gives way;
    `renumbered` are new codes of the plan that others have used since, each with the one that takes its place.
    """

    base: int
    newest: int
    meeting: list[str]
    given_up: list[str]
    renumbered: Mapping[str, str]


def standing(session: Session, plan: Plan) -> Standing:
    """How a plan stands to the boundaries in force."""
    before, newest = lookup.state(session, plan), publications.newest(session)
    given = renumbering(session, plan, before)
    state, was = before.then(given.step), lookup.base_id(session, plan)
    met = rebasing.meeting(state, lookup.base(session, newest), publications.touched_since(session, was))
    return Standing(was, newest, met, sorted(rebasing.giving_way(state, met)), given.codes)


def renumbering(session: Session, plan: Plan, state: State) -> Renumbered:
    """How a plan that is not published leaves new codes to others who have used them since it began; mostly nothing."""
    was = lookup.base_id(session, plan)
    if plan.publication_id is not None or was == publications.newest(session):
        return AS_IT_IS
    left = taken(state, publications.touched_since(session, was))
    return renumbered(state, left) if left else AS_IT_IS


def rebase(session: Session, plan: Plan, *, give_way: bool = False, caller: Caller) -> Drawn:
    """Take a locked plan onto the boundaries in force, as its next step: a three-way merge. Undo leads back to the old ones.

    Args:
        give_way: where others have redrawn the same grids, or some that border on the plan's changes there, theirs stand.

    Raises:
        Conflict: the plan is no draft, stands on them already, or meets others' changes; `codes` names the grids.
    """
    check_drawable(plan.stage)
    found = standing(session, plan)
    if found.base == found.newest:
        raise Conflict(msg("The plan stands on the boundaries in force already"))
    if found.meeting and not give_way:
        codes = few(found.meeting)
        facts = {"base": found.base, "newest": found.newest, "codes": found.meeting}
        raise Conflict(msg("Others have redrawn these grids since this was drawn: %(codes)s"), facts=facts, codes=codes)
    before, onto = lookup.state(session, plan), lookup.base(session, found.newest)
    given = renumbering(session, plan, before)
    delta = together(given.step, rebasing.rebased(before.then(given.step), onto, found.given_up))
    drawn = Drawn(rebasing.moved(before, onto, delta), delta)
    body = {"onto": found.newest, "given_up": found.given_up, "renumbered": given.codes}
    keep(session, plan, "rebase", body, drawn, caller=caller)
    return drawn
