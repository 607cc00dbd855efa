"""Changes that wait for their moment: kept as they were drawn, with the base they were drawn on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.errors import Conflict, Invalid, NotFound, msg
from gridmap.grids.change import Change, GridDraft, ZoneDraft
from gridmap.grids.models import Scheduled


def schedule(
    session: Session, change: Change, at: datetime, *, actor: str, note: str = "", plan_id: int | None = None
) -> Scheduled:
    """Let `change` be published at `at` (aware), by the worker; what is drawn afterwards does not alter it. The caller commits.

    Raises:
        Invalid: `at` does not lie ahead.
        Conflict: the plan has a publish waiting already.
    """
    if at <= clock.now():
        raise Invalid(msg("This moment must lie in the future"), field="at")
    if plan_id is not None and _waiting(session, plan_id) is not None:
        raise Conflict(msg("This plan has a publish waiting already; cancel it first"))
    made = Scheduled(at=at, actor=actor, note=note, plan_id=plan_id, change=as_json(change))
    session.add(made)
    session.flush()
    return made


def cancel(session: Session, key: int) -> Scheduled:
    """Let a publish that waits not happen. The caller commits.

    Raises:
        NotFound: there is none of this id.
        Conflict: it is done, refused or cancelled.
    """
    found = session.scalars(select(Scheduled).where(Scheduled.id == key).with_for_update()).one_or_none()
    if found is None:
        raise NotFound(msg("There is no scheduled publish %(id)s"), id=key)
    if found.state != "waiting":
        raise Conflict(msg("This scheduled publish no longer waits"))
    found.state, found.ended_at = "cancelled", clock.now()
    return found


def cancel_plan(session: Session, plan_id: int) -> Scheduled:
    """The same for the one that waits for a plan; `NotFound` where none does."""
    found = _waiting(session, plan_id)
    if found is None:
        raise NotFound(msg("No publish of this plan waits"))
    return cancel(session, found.id)


def scheduled(session: Session, *, waiting: bool = False, plan_id: int | None = None, limit: int = 100) -> Sequence[Scheduled]:
    """Publishes with a moment of their own, the latest made first; `waiting` leaves out those that are over."""
    asked = select(Scheduled).order_by(Scheduled.id.desc()).limit(limit)
    if plan_id is not None:
        asked = asked.where(Scheduled.plan_id == plan_id)
    return session.scalars(asked.where(Scheduled.state == "waiting") if waiting else asked).all()


def next_due(session: Session, now: datetime) -> Scheduled | None:
    """Take hold of one whose moment has come and that no other worker has; locked until the transaction ends."""
    asked = select(Scheduled).where(Scheduled.state == "waiting", Scheduled.at <= now).order_by(Scheduled.at, Scheduled.id)
    return session.scalars(asked.limit(1).with_for_update(skip_locked=True)).first()


def _waiting(session: Session, plan_id: int) -> Scheduled | None:
    asked = select(Scheduled).where(Scheduled.plan_id == plan_id, Scheduled.state == "waiting")
    return session.scalars(asked).first()


def as_json(change: Change) -> dict[str, Any]:
    """A change as JSON; shapes as WKB in hexadecimal digits, to the last bit."""
    return {
        "base": change.base,
        "retired": sorted(change.retired),
        "sources": {code: list(made_from) for code, made_from in change.sources.items()},
        "grids": [
            {
                "code": draft.code,
                "name": draft.name,
                "name_en": draft.name_en,
                "head_name": draft.head_name,
                "head_phone": draft.head_phone,
                "shape": None if draft.shape is None else shapely.to_wkb(draft.shape, hex=True),
            }
            for draft in change.grids.values()
        ],
        "zones": {code: None if zone is None else _zone_json(zone) for code, zone in change.zones.items()},
    }


def _zone_json(zone: ZoneDraft) -> dict[str, Any]:
    return {**vars(zone), "takes": list(zone.takes), "shape": shapely.to_wkb(zone.shape, hex=True)}


def _zone(facts: Mapping[str, Any]) -> ZoneDraft:
    return ZoneDraft(**{**facts, "takes": tuple(facts["takes"]), "shape": shapely.from_wkb(facts["shape"])})


def from_json(kept: Mapping[str, Any]) -> Change:
    """The change that `as_json` kept."""
    drafts = [
        GridDraft(**{**facts, "shape": None if facts["shape"] is None else shapely.from_wkb(facts["shape"])})
        for facts in kept["grids"]
    ]
    sources = {code: tuple(made_from) for code, made_from in kept["sources"].items()}
    zones = {code: None if facts is None else _zone(facts) for code, facts in kept.get("zones", {}).items()}
    return Change(kept["base"], {draft.code: draft for draft in drafts}, frozenset(kept["retired"]), sources, zones)
