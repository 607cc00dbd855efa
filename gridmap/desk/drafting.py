"""What can be found out about alerts before anybody has to wait: cameras, categories, routes. Reads only."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from gridmap.cases import categories
from gridmap.cases.categories import Catalogue, KnownCategory
from gridmap.cases.ground import Rules
from gridmap.cases.taking import Asking, ask
from gridmap.desk.draft import Draft, Incoming
from gridmap.desk.history.remembered import last_past
from gridmap.desk.sketching import names_of, sketch
from gridmap.meanwhile import Steps
from gridmap.places.lookup import KnownCamera, cameras
from gridmap.routing.ask import Place, index_at, last_index, route_by
from gridmap.routing.index import GridIndex
from gridmap.routing.route import Route

STEP = 25  # Alerts: one step is about a millisecond, so that nobody waits long for it to end.
_ROUTED_AT_ONCE = 250  # Alerts: routing a few costs nearly as much as routing all of these.
Understood = tuple[Incoming, KnownCategory | None]


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


@dataclass(frozen=True)
class Prepared:
    """Alerts ready to be taken, in their order, the boundaries they were routed by, and what is to be asked about them.

    `past` is the load of history up to which the asking knows whether past cases may have the alerts' keys.
    """

    drafts: list[Draft]
    index: GridIndex
    seen: dict[str, KnownCamera]
    asking: Asking
    past: int


def prepare(session: Session, alerts: Sequence[Incoming], *, policy: Policy) -> Prepared:
    """Understand and route the alerts by the boundaries last known to be in force; nothing is locked and nothing written."""
    return Steps(preparing(session, alerts, policy=policy)).rest()


def preparing(session: Session, alerts: Sequence[Incoming], *, policy: Policy) -> Generator[None, None, Prepared]:
    """`prepare`, step by step."""
    index, past = last_index(session), last_past(session)
    seen = cameras(session, (a.camera_id for a in alerts if a.camera_id))
    found = categories.recent(
        session,
        {a.category for a in alerts if a.category},
        {(vendor, a.source_code) for a in alerts if a.source_code for vendor in _vendors(a, seen)},
    )
    yield
    drafts = yield from _routing([(alert, _category(alert, found, seen)) for alert in alerts], index, seen, policy)
    spots = {i: draft.spot for i, draft in enumerate(drafts) if draft.spot is not None}
    may_join = [i for i in spots if drafts[i].alert.join]
    keys = [draft.key for draft in drafts]
    perhaps_past = past.among(keys)
    yield
    return Prepared(drafts, index, seen, ask(keys, spots, may_join, policy.rules, perhaps_past=perhaps_past), past.newest)


def routed_anew(session: Session, prepared: Prepared, *, policy: Policy) -> Prepared:
    """The same alerts, understood as before, routed by the boundaries in force now; their places stay as they are."""
    index = index_at(session)
    understood = [(draft.alert, draft.category) for draft in prepared.drafts]
    return replace(prepared, drafts=Steps(_routing(understood, index, prepared.seen, policy)).rest(), index=index)


def _routing(
    understood: Sequence[Understood], index: GridIndex, seen: dict[str, KnownCamera], policy: Policy
) -> Generator[None, None, list[Draft]]:
    drafts: list[Draft] = []
    names = names_of(index)
    for begin in range(0, len(understood), _ROUTED_AT_ONCE):
        some = understood[begin : begin + _ROUTED_AT_ONCE]
        places = [_place(alert, category, seen) for alert, category in some]
        routes = route_by(index, places, limit_m=policy.nearest_limit_m)
        yield
        for n, ((alert, category), route) in enumerate(zip(some, routes, strict=True)):
            drafts.append(Draft(alert, category, route, sketch(alert, category, route, _route_facts(alert, route, seen), names)))
            if n % STEP == 0:
                yield
    return drafts


def _vendors(alert: Incoming, seen: dict[str, KnownCamera]) -> list[str]:
    """Whose vocabulary a source code may belong to: the source itself, then the maker of the camera."""
    camera = seen.get(alert.camera_id or "")
    return [alert.source, *([camera.vendor] if camera else [])]


def _category(alert: Incoming, found: Catalogue, seen: dict[str, KnownCamera]) -> KnownCategory | None:
    if alert.category is not None:
        return found.by_key.get(alert.category)
    codes = ((vendor, alert.source_code or "") for vendor in _vendors(alert, seen))
    return next((known for code in codes if (known := found.by_source_code.get(code))), None)


def _place(alert: Incoming, category: KnownCategory | None, seen: dict[str, KnownCamera]) -> Place:
    camera = seen.get(alert.camera_id) if alert.camera_id else None
    path = category.path if category else None
    return Place(alert.lon, alert.lat, alert.accuracy_m, camera and camera.pole, camera and camera.view, path)


def _route_facts(alert: Incoming, route: Route, seen: dict[str, KnownCamera]) -> dict[str, Any]:
    facts = route.facts()
    if alert.camera_id and alert.camera_id not in seen:
        facts["unknown_camera"] = alert.camera_id
    return facts
