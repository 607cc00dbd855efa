"""Receive alerts: each becomes a case in its micro-grid, or joins one that is open, or is known already.

An alert is never lost to geometry or vocabulary: no grid, unknown camera, unmapped code, place outside the town: the
case opens all the same, in the unrouted or the triage tray.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases import taking
from gridmap.cases.categories import Catalogue, KnownCategory, catalogue
from gridmap.cases.deadlines import due_at
from gridmap.cases.states import State
from gridmap.cases.taking import Kept, Rules
from gridmap.desk.draft import Draft, Incoming, Relation
from gridmap.desk.joining import settle
from gridmap.desk.telling import Fresh, Outcome, event, features_of, outcome
from gridmap.journal.write import write
from gridmap.places.lookup import KnownCamera, cameras
from gridmap.routing.ask import Place, index_at, route_by
from gridmap.routing.index import GridIndex
from gridmap.routing.route import Route

__all__ = ["Fresh", "Incoming", "Outcome", "Policy", "Relation", "receive"]


@dataclass(frozen=True)
class Policy:
    """The town's settings that bear on taking alerts: metres, metres and hours."""

    nearest_limit_m: float
    duplicate_radius_m: float
    duplicate_hours: float

    @property
    def rules(self) -> Rules:
        """When alerts join cases."""
        return Rules(self.duplicate_radius_m, self.duplicate_hours)


def receive(session: Session, alerts: Sequence[Incoming], *, actor: str, policy: Policy) -> list[Outcome]:
    """Take alerts, in their order, as if one by one; the outcomes in the same order. The caller commits.

    Each (source, source_id) is taken once, whoever sends it again and when; concurrent calls wait for each other only
    where they bear on the same alerts or could join the same cases.
    """
    if not alerts:
        return []
    now = clock.now()
    index = index_at(session)
    drafts = _drafts(session, alerts, index, policy)
    spots = {i: spot for i, draft in enumerate(drafts) if (spot := draft.spot) is not None}
    taking.lock(session, [alert.key for alert in alerts], list(spots.values()), policy.rules)
    settle(session, drafts, spots, policy.rules)
    opening = [draft for draft in drafts if draft.relation is Relation.OPENED]
    rows = [_row(draft, now) for draft in opening]
    made = taking.open_cases(session, rows)
    for draft in drafts:
        draft.taken = draft.taken or made[draft.joins or draft.alert.key]
    fresh = [draft for draft in drafts if draft.relation is not Relation.KNOWN]
    taking.keep_alerts(session, [_kept(draft) for draft in fresh], actor=actor, received_at=now)
    features = features_of(session, drafts, dict(zip((d.alert.key for d in opening), rows, strict=True)), index.names, now)
    write(session, [event(draft, features, actor) for draft in fresh])
    return [outcome(draft, features, index.names) for draft in drafts]


def _drafts(session: Session, alerts: Sequence[Incoming], index: GridIndex, policy: Policy) -> list[Draft]:
    seen = cameras(session, (a.camera_id for a in alerts if a.camera_id))
    found = catalogue(
        session,
        (a.category for a in alerts if a.category),
        ((vendor, a.source_code) for a in alerts if a.source_code for vendor in _vendors(a, seen)),
    )
    routes = route_by(index, [_place(a, seen) for a in alerts], limit_m=policy.nearest_limit_m)
    return [
        Draft(alert, _category(alert, found, seen), route, _route_facts(alert, route, seen))
        for alert, route in zip(alerts, routes, strict=True)
    ]


def _vendors(alert: Incoming, seen: dict[str, KnownCamera]) -> list[str]:
    """Whose vocabulary a source code may belong to: the source itself, then the maker of the camera."""
    camera = seen.get(alert.camera_id or "")
    return [alert.source, *([camera.vendor] if camera else [])]


def _category(alert: Incoming, found: Catalogue, seen: dict[str, KnownCamera]) -> KnownCategory | None:
    if alert.category is not None:
        return found.by_key.get(alert.category)
    codes = ((vendor, alert.source_code or "") for vendor in _vendors(alert, seen))
    return next((known for code in codes if (known := found.by_source_code.get(code))), None)


def _place(alert: Incoming, seen: dict[str, KnownCamera]) -> Place:
    camera = seen.get(alert.camera_id or "")
    return Place(alert.lon, alert.lat, alert.accuracy_m, camera and camera.pole, camera and camera.view)


def _route_facts(alert: Incoming, route: Route, seen: dict[str, KnownCamera]) -> dict[str, Any]:
    facts = route.facts()
    if alert.camera_id and alert.camera_id not in seen:
        facts["unknown_camera"] = alert.camera_id
    return facts


def _row(draft: Draft, now: datetime) -> dict[str, Any]:
    alert, category, point = draft.alert, draft.category, draft.route.point
    return {
        "source": alert.source,
        "source_id": alert.source_id,
        "category_id": category.id if category else None,
        "source_code": alert.source_code or (alert.category.code if alert.category and category is None else None),
        "lon": point[0] if point else None,
        "lat": point[1] if point else None,
        "accuracy_m": alert.accuracy_m,
        "address": alert.address,
        "text": alert.text,
        "camera_id": alert.camera_id,
        "media": alert.media,
        "occurred_at": alert.occurred_at,
        "received_at": now,
        "state": State.DISCOVERED.value,
        "due_at": due_at(now, category.limit) if category and category.limit else None,
        "closed_at": None,
        "grid_code": draft.route.grid,
        "ambiguous": draft.route.ambiguous,
        "route": draft.route_facts,
    }


def _kept(draft: Draft) -> Kept:
    return Kept(*draft.alert.key, draft.alert.payload, draft.case.case_id, draft.relation.value)
