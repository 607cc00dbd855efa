"""Make a plan and draw on it: each deed a step that is kept, with who did it and the grids it changed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts.caller import Caller
from gridmap.errors import Conflict, Invalid, NotAllowed, NotFound, msg
from gridmap.grids import lookup as grids
from gridmap.grids.change import ZoneDraft
from gridmap.grids.codes import Level, level_of
from gridmap.journal.write import Event, write
from gridmap.plans import lookup
from gridmap.plans.deeds import apply
from gridmap.plans.life import check_drawable
from gridmap.plans.models import Plan, PlanGrid, PlanStep, PlanZone
from gridmap.plans.state import Delta, State

TOPIC = "plans"


class Drawn(NamedTuple):
    """What a deed did: the state after it, and what it changed."""

    state: State
    delta: Delta


def account_id(caller: Caller) -> int:
    """The account that acts; `NotAllowed` for whoever has none: a plan says who drew what."""
    if caller.account_id is None:
        raise NotAllowed(msg("Plans are drawn by people: sign in"))
    return caller.account_id


def make(session: Session, name: str, ground: str, *, caller: Caller) -> Plan:
    """Begin a plan from the boundaries in force, for the ground of a town or a village.

    Raises:
        Invalid: there are no boundaries yet, or `ground` is no town or village in force.
    """
    if not name.strip():
        raise Invalid(msg("A name is needed"), field="name")
    base = beginning(session, ground).base
    plan = Plan(name=name.strip(), ground=ground, owner_id=account_id(caller), base_id=base.publication)
    session.add(plan)
    session.flush()
    session.refresh(plan)
    tell(session, plan, "plan.made", caller)
    return plan


def beginning(session: Session, ground: str) -> State:
    """What a plan for this ground begins with: the boundaries in force. Raises as `make` does."""
    now = grids.publication_at(session)
    if now is None:
        raise Invalid(msg("There are no boundaries in force yet: load a first set"))
    base = lookup.base(session, now[0])
    if level_of(ground) is Level.MICRO or ground not in base.drafts:
        raise Invalid(msg("A plan is for a town or a village in force, not for '%(code)s'"), field="ground", code=ground[:40])
    return State(base, ground)


def locked(session: Session, plan_id: int, version: int | None) -> Plan:
    """A plan nobody else changes until this transaction ends, as the caller saw it (`version` None: however it is).

    Raises:
        NotFound: there is none.
        Conflict: it is another version; the facts say which, and what was done since.
    """
    plan = session.scalars(
        select(Plan).where(Plan.id == plan_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if plan is None:
        raise NotFound(msg("There is no plan with the number %(number)s"), number=plan_id)
    if version is not None and version != plan.version:
        raise Conflict(msg("Somebody changed the plan since you saw it: look again"), facts=_since(session, plan, version))
    return plan


def _since(session: Session, plan: Plan, version: int) -> dict[str, Any]:
    done = lookup.steps(session, plan.id, after_version=version) if version > 0 else []
    return {
        "yours": version,
        "theirs": plan.version,
        "step": plan.step,
        "stage": plan.stage,
        "steps": [{"step": s.step.seq, "deed": s.step.deed, "by": s.username, "codes": s.codes + s.zones} for s in done],
    }


def preview(session: Session, plan: Plan, deed: str, body: Mapping[str, Any]) -> Drawn:
    """What a deed would do; nothing is kept. Raises as `draw` does."""
    check_drawable(plan.stage)
    before = lookup.state(session, plan)
    delta = apply(before, deed, body)
    return Drawn(before.then(delta), delta)


def draw(session: Session, plan: Plan, deed: str, body: Mapping[str, Any], *, caller: Caller) -> Drawn:
    """Do a deed on a locked plan, as its next step. Steps undone before it stay, as another branch.

    Raises:
        Conflict: the plan is no draft.
        NotFound, Invalid: as the deed itself (`operations`).
    """
    drawn = preview(session, plan, deed, body)
    keep(session, plan, deed, body, drawn, caller=caller)
    return drawn


def keep(session: Session, plan: Plan, deed: str, body: Mapping[str, Any], drawn: Drawn, *, caller: Caller) -> None:
    """Write down as the next step of a locked plan what a deed came to."""
    parent = plan.step
    plan.steps += 1
    _turn(plan, plan.steps)
    facts = {"parent": parent, "version": plan.version, "account_id": account_id(caller), "deed": deed}
    facts |= {"body": dict(body), "base_id": drawn.state.base.publication}
    session.execute(insert(PlanStep).values(plan_id=plan.id, seq=plan.step, **facts))
    if rows := _rows(plan, drawn):
        session.execute(insert(PlanGrid), rows)
    if drawn.delta.zones:
        session.execute(insert(PlanZone), _zone_rows(plan, drawn.delta.zones))
    tell(session, plan, "plan.drawn", caller)


def _rows(plan: Plan, drawn: Drawn) -> list[dict[str, Any]]:
    names = ("name", "name_en", "head_name", "head_phone", "shape")
    return [
        {"plan_id": plan.id, "seq": plan.step, "code": code, "ended": draft is None}
        | {name: getattr(draft, name, None if name == "shape" else "") for name in names}
        | {"sources": list(drawn.state.sources.get(code, ()))}
        for code, draft in drawn.delta.drafts.items()
    ]


def _zone_rows(plan: Plan, zones: Mapping[str, ZoneDraft | None]) -> list[dict[str, Any]]:
    names = ("name", "name_en", "kind", "target")
    return [
        {"plan_id": plan.id, "seq": plan.step, "code": code, "ended": zone is None, "shape": None if zone is None else zone.shape}
        | {name: getattr(zone, name, "") for name in names}
        | {"takes": [] if zone is None else list(zone.takes)}
        for code, zone in zones.items()
    ]


def _turn(plan: Plan, step: int) -> None:
    plan.step = step
    touch(plan)


def touch(plan: Plan) -> None:
    """Count a change of a plan."""
    plan.version += 1
    plan.changed_at = clock.now()


def undo(session: Session, plan: Plan, *, caller: Caller) -> None:
    """Go back to the step before; `Conflict` where the plan stands at its base, or is no draft."""
    _go(session, plan, lookup.reach(session, plan).undo, "plan.undone", caller)


def redo(session: Session, plan: Plan, *, caller: Caller) -> None:
    """Go on to the step made last from here; `Conflict` where there is none, or the plan is no draft."""
    _go(session, plan, lookup.reach(session, plan).redo, "plan.redone", caller)


def go_to(session: Session, plan: Plan, step: int, *, caller: Caller) -> None:
    """Go to any step there ever was, of any branch; 0 is the base. `NotFound` where there is none, `Conflict` as above."""
    if not 0 <= step <= plan.steps:
        raise NotFound(msg("The plan has no step %(step)s"), field="step", step=step)
    _go(session, plan, step, "plan.went", caller)


def _go(session: Session, plan: Plan, step: int | None, kind: str, caller: Caller) -> None:
    check_drawable(plan.stage)
    if step is None:
        raise Conflict(msg("There is no step in this direction"))
    _turn(plan, step)
    tell(session, plan, kind, caller)


def tell(session: Session, plan: Plan, kind: str, caller: Caller) -> None:
    """Write down what happened: which version it came to, and where the plan stands. What was drawn stands in the steps."""
    session.flush()
    data = {"version": plan.version, "step": plan.step, "stage": plan.stage, "ground": plan.ground}
    write(session, [Event(TOPIC, kind, str(plan.id), caller.name, data)])
