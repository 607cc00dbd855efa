"""Reads of plans: a plan's grids at any of its steps, its steps, who said what."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, func, select, text
from sqlalchemy.orm import Session

from gridmap.accounts.models import Account
from gridmap.db import identity
from gridmap.errors import NotFound, msg
from gridmap.geo.shapes import as_multipolygon
from gridmap.grids import lookup as grids
from gridmap.grids.change import GridDraft, ZoneDraft
from gridmap.grids.codes import LENGTHS, Level
from gridmap.grids.models import Grid, Publication
from gridmap.grids.zones import Zone
from gridmap.plans.life import Stage
from gridmap.plans.models import Plan, PlanComment, PlanGrid, PlanReviewer, PlanStep, PlanZone
from gridmap.plans.state import Base, State

_HELD = 4  # Bases a process keeps at hand; a city of 5,000 grids takes some 10 MB.
_ABOVE = (LENGTHS[Level.TOWN], LENGTHS[Level.VILLAGE])


class _Asked(NamedTuple):
    """Which boundaries: the database, the publication, and the newest one, whose coming may bring new names and codes."""

    database: str
    publication: int
    newest: int


_bases: dict[_Asked, Base] = {}
_reading = Lock()


def plan(session: Session, plan_id: int) -> Plan:
    """The plan with this number; `NotFound` when there is none."""
    found = session.get(Plan, plan_id)
    if found is None:
        raise NotFound(msg("There is no plan with the number %(number)s"), number=plan_id)
    return found


def plans(session: Session, *, stages: Collection[Stage] = (), ground: str | None = None, most: int) -> list[Plan]:
    """The plans changed last, the newest first; at one of `stages`, for one `ground`, where said."""
    wanted = select(Plan).order_by(Plan.changed_at.desc(), Plan.id.desc()).limit(most)
    if stages:
        wanted = wanted.where(Plan.stage.in_(stages))
    if ground is not None:
        wanted = wanted.where(Plan.ground == ground)
    return list(session.scalars(wanted))


def base(session: Session, publication: int) -> Base:
    """The boundaries that came into force with a publication, and every code there ever was. Held by the process."""
    newest = session.scalar(select(func.max(Publication.id))) or publication
    asked = _Asked(identity(session), publication, newest)
    with _reading:  # One thread reads; those that need the same wait for it rather than read it too.
        if asked not in _bases:
            _bases[asked] = _read_base(session, publication)
            for oldest in list(_bases)[:-_HELD]:
                del _bases[oldest]
        return _bases[asked]


def _read_base(session: Session, publication: int) -> Base:
    at = session.scalars(select(Publication.at).where(Publication.id == publication)).one()
    there = grids.micro_grids(session, publication, at)
    facts = select(Grid.code, Grid.name, Grid.name_en, Grid.head_name, Grid.head_phone)
    known = {row.code: GridDraft(*row) for row in session.execute(facts)}
    shapes = zip(there.codes, there.shapes, strict=True)
    drafts = {code: replace(known[code], shape=as_multipolygon(shape)) for code, shape in shapes}
    drafts |= {code: known[code] for code in {code[:digits] for code in there.codes for digits in _ABOVE}}
    used = frozenset(session.scalars(select(Zone.code).distinct()))
    return Base(publication, drafts, frozenset(known) | used, {zone.code: zone for zone in there.zones})


# What a step and those it came from left, of each code the last.
_LEFT = """
    WITH RECURSIVE path AS (
        SELECT seq, parent FROM plan_step WHERE plan_id = :plan AND seq = :step
        UNION ALL
        SELECT s.seq, s.parent FROM plan_step s JOIN path ON s.plan_id = :plan AND s.seq = path.parent
    )
    SELECT DISTINCT ON (one.code) one.*
    FROM {table} one JOIN path USING (seq)
    WHERE one.plan_id = :plan
    ORDER BY one.code, one.seq DESC
"""
_GRIDS, _ZONES = (text(_LEFT.format(table=table)) for table in ("plan_grid", "plan_zone"))


def base_id(session: Session, plan: Plan, step: int | None = None) -> int:
    """The publication on whose boundaries a plan stands after one of its steps (default: where it stands)."""
    found = session.get(PlanStep, (plan.id, plan.step if step is None else step))
    return plan.base_id if found is None or found.base_id is None else found.base_id


def state(session: Session, plan: Plan, step: int | None = None) -> State:
    """A plan's grids after one of its steps (default: where it stands; 0: the base). Nothing is computed anew.

    Raises:
        NotFound: the plan has no such step.
    """
    at = plan.step if step is None else step
    if not 0 <= at <= plan.steps:
        raise NotFound(msg("The plan has no step %(step)s"), field="step", step=at)
    found = session.scalars(select(PlanGrid).from_statement(_GRIDS), {"plan": plan.id, "step": at}).all()
    changed = {row.code: None if row.ended else _draft(row) for row in found}
    sources = {row.code: tuple(row.sources) for row in found if row.sources}
    zoned = session.scalars(select(PlanZone).from_statement(_ZONES), {"plan": plan.id, "step": at}).all()
    zones = {row.code: _zone(row) for row in zoned}
    return State(base(session, base_id(session, plan, at)), plan.ground, changed, sources, zones)


def _zone(row: PlanZone) -> ZoneDraft | None:
    if row.shape is None:
        return None
    return ZoneDraft(row.code, row.name, row.kind, row.target, row.shape, row.name_en, tuple(row.takes))


def _draft(row: PlanGrid) -> GridDraft:
    return GridDraft(row.code, row.name, row.name_en, row.head_name, row.head_phone, row.shape)


class Stepped(NamedTuple):
    """A step, and the codes of the grids and of the special zones it touched."""

    step: PlanStep
    username: str
    codes: list[str]
    zones: list[str]


def _codes(kept: type[PlanGrid | PlanZone]) -> ScalarSelect[Any]:
    found = select(func.array_agg(kept.code.op("COLLATE")(text('"C"'))))
    return found.where(kept.plan_id == PlanStep.plan_id, kept.seq == PlanStep.seq).scalar_subquery()


def steps(session: Session, plan_id: int, *, after_version: int = 0) -> list[Stepped]:
    """The steps of a plan in the order they were made, of all branches; those made after a version."""
    rows = session.execute(
        select(PlanStep, Account.username, _codes(PlanGrid), _codes(PlanZone))
        .join(Account, Account.id == PlanStep.account_id)
        .where(PlanStep.plan_id == plan_id, PlanStep.version > after_version)
        .order_by(PlanStep.seq)
    )
    return [Stepped(step, username, sorted(codes or ()), sorted(zones or ())) for step, username, codes, zones in rows]


class Reach(NamedTuple):
    """The steps that undo and redo lead to; None where there is none."""

    undo: int | None
    redo: int | None


def reach(session: Session, plan: Plan) -> Reach:
    """Where undo and redo lead from where the plan stands: redo to the step made last from here."""
    children = select(func.max(PlanStep.seq)).where(PlanStep.plan_id == plan.id, PlanStep.parent == plan.step)
    before = select(PlanStep.parent).where(PlanStep.plan_id == plan.id, PlanStep.seq == plan.step)
    return Reach(session.scalar(before), session.scalar(children))


def usernames(session: Session, ids: Sequence[int | None]) -> dict[int, str]:
    """Who these accounts are, by id."""
    wanted = {one for one in ids if one is not None}
    return dict(session.execute(select(Account.id, Account.username).where(Account.id.in_(wanted))).all())


def reviewers(session: Session, plan_id: int) -> list[str]:
    """The usernames of those asked to look at a plan, in order."""
    asked = select(Account.username).join(PlanReviewer, PlanReviewer.account_id == Account.id)
    return list(session.scalars(asked.where(PlanReviewer.plan_id == plan_id).order_by(Account.username)))


def authors(session: Session, plan: Plan) -> set[int]:
    """The accounts that made the plan or one of its steps."""
    return {plan.owner_id, *session.scalars(select(PlanStep.account_id).where(PlanStep.plan_id == plan.id).distinct())}


def comments(session: Session, plan_id: int) -> list[tuple[PlanComment, str]]:
    """What was said of a plan, the oldest first, each with who said it."""
    rows = session.execute(
        select(PlanComment, Account.username)
        .join(Account, Account.id == PlanComment.account_id)
        .where(PlanComment.plan_id == plan_id)
        .order_by(PlanComment.id)
    )
    return [(comment, username) for comment, username in rows]
