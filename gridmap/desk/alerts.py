"""Receive alerts: each becomes a case in its micro-grid, or joins one that is open, or is known already.

An alert is never lost to geometry or vocabulary: no grid, unknown camera, unmapped code, place outside the town: the
case opens all the same, in the unrouted or the triage tray.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases import lookup, taking
from gridmap.cases.categories import Catalogue, CategoryKey, KnownCategory, catalogue
from gridmap.cases.deadlines import due_at
from gridmap.cases.states import State
from gridmap.cases.taking import Kept, Rules, Spot, Taken
from gridmap.geo.measure import distance_m
from gridmap.grids.lookup import Name, Span
from gridmap.journal.write import Event, write
from gridmap.places.lookup import KnownCamera, cameras
from gridmap.routing.ask import Place, index_at, route_by
from gridmap.routing.index import GridIndex
from gridmap.routing.route import Route


@dataclass(frozen=True)
class Incoming:
    """An alert whose words made sense. Degrees WGS-84; `payload` is the JSON text exactly as understood from the sender.

    `join` says whether it may join an open case of its category near by.
    """

    source: str
    source_id: str
    occurred_at: datetime
    payload: str
    category: CategoryKey | None = None
    source_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    camera_id: str | None = None
    accuracy_m: float | None = None
    address: str = ""
    text: str = ""
    media: list[dict[str, Any]] = field(default_factory=list)
    join: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same alert when it comes again."""
        return self.source, self.source_id


class Relation(StrEnum):
    """What an alert did."""

    OPENED = "opened"
    JOINED = "joined"
    KNOWN = "known"


@dataclass(frozen=True)
class Fresh:
    """A case just opened, as it would be read again: its feature, its route's facts, the boundary and the grids' names."""

    feature: dict[str, Any]
    route: dict[str, Any]
    boundary: Span | None
    names: Mapping[str, Name]


@dataclass(frozen=True)
class Outcome:
    """What became of an alert; `fresh` only where it opened a case."""

    relation: Relation
    number: str
    grid: str | None
    fresh: Fresh | None = None


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


@dataclass
class _Draft:
    """An alert on its way: what was found out about it so far."""

    alert: Incoming
    category: KnownCategory | None
    route: Route
    route_facts: dict[str, Any]
    relation: Relation = Relation.OPENED
    taken: Taken | None = None
    joins: tuple[str, str] | None = None  # The key of an alert of this same chunk whose new case it joins.

    @property
    def case(self) -> Taken:
        """The case it belongs to, once that is settled."""
        if self.taken is None:
            raise LookupError(f"{self.alert.key} has no case yet")
        return self.taken

    @property
    def spot(self) -> Spot | None:
        """Where and of which category it is, when both are known and it may join."""
        if not self.alert.join or self.category is None or self.route.point is None:
            return None
        return Spot(*self.route.point, self.category.id, self.alert.occurred_at)


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
    _settle(session, drafts, spots, policy.rules)
    opening = [draft for draft in drafts if draft.relation is Relation.OPENED]
    rows = [_row(draft, now) for draft in opening]
    made = taking.open_cases(session, rows)
    for draft in drafts:
        draft.taken = draft.taken or made[draft.joins or draft.alert.key]
    fresh = [draft for draft in drafts if draft.relation is not Relation.KNOWN]
    taking.keep_alerts(session, [_kept(draft) for draft in fresh], actor=actor, received_at=now)
    features = _features(session, drafts, dict(zip((d.alert.key for d in opening), rows, strict=True)), index.names, now)
    write(session, [_event(draft, features, actor) for draft in fresh])
    return [_outcome(draft, features, index.names) for draft in drafts]


def _drafts(session: Session, alerts: Sequence[Incoming], index: GridIndex, policy: Policy) -> list[_Draft]:
    seen = cameras(session, (a.camera_id for a in alerts if a.camera_id))
    found = catalogue(
        session,
        (a.category for a in alerts if a.category),
        ((vendor, a.source_code) for a in alerts if a.source_code for vendor in _vendors(a, seen)),
    )
    routes = route_by(index, [_place(a, seen) for a in alerts], limit_m=policy.nearest_limit_m)
    return [
        _Draft(alert, _category(alert, found, seen), route, _route_facts(alert, route, seen))
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


def _settle(session: Session, drafts: Sequence[_Draft], spots: dict[int, Spot], rules: Rules) -> None:
    """Decide for each draft, in order, whether it is known, joins or opens."""
    known = taking.known(session, [draft.alert.key for draft in drafts])
    near = taking.joinable(session, {i: s for i, s in spots.items() if drafts[i].alert.key not in known}, rules)
    chunk: set[tuple[str, str]] = set()
    opened: dict[tuple[int, int, int], list[tuple[Spot, tuple[str, str]]]] = {}
    for i, draft in enumerate(drafts):
        key = draft.alert.key
        if key in known or key in chunk:
            draft.relation, draft.taken = Relation.KNOWN, known.get(key)
            draft.joins = key
            continue
        chunk.add(key)
        spot = spots.get(i)
        if spot is not None:
            _join(draft, spot, near.get(i), opened, rules)
        if draft.relation is Relation.OPENED and spot is not None:
            for cell in taking.cells(spot, rules.radius_m):
                opened.setdefault(cell, []).append((spot, key))
    _follow(drafts)


def _join(
    draft: _Draft,
    spot: Spot,
    near: taking.Nearby | None,
    opened: dict[tuple[int, int, int], list[tuple[Spot, tuple[str, str]]]],
    rules: Rules,
) -> None:
    """Join the nearest: an open case on record, or one that this chunk is about to open."""
    best = near.distance_m if near else rules.radius_m
    if near:
        draft.relation, draft.taken = Relation.JOINED, Taken(near.case_id, near.number)
    for cell in taking.cells(spot, rules.radius_m):
        for other, key in opened.get(cell, ()):
            metres = distance_m(spot.lon, spot.lat, other.lon, other.lat)
            timely = abs((spot.at - other.at).total_seconds()) <= rules.hours * 3600
            if timely and (metres < best or (metres == best and draft.relation is Relation.OPENED)):
                best = metres
                draft.relation, draft.taken, draft.joins = Relation.JOINED, None, key


def _follow(drafts: Sequence[_Draft]) -> None:
    """A repeat within the chunk belongs where its first went."""
    first: dict[tuple[str, str], _Draft] = {}
    for draft in drafts:
        if draft.relation is Relation.KNOWN and draft.taken is None:
            origin = first[draft.alert.key]
            draft.taken, draft.joins = origin.taken, origin.joins or origin.alert.key
        first.setdefault(draft.alert.key, draft)


def _row(draft: _Draft, now: datetime) -> dict[str, Any]:
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


def _kept(draft: _Draft) -> Kept:
    return Kept(*draft.alert.key, draft.alert.payload, draft.case.case_id, draft.relation.value)


def _features(
    session: Session,
    drafts: Sequence[_Draft],
    rows: dict[tuple[str, str], dict[str, Any]],
    called: Mapping[str, Name],
    now: datetime,
) -> dict[int, dict[str, Any]]:
    """The features of all cases concerned, by id: new ones from what was just written, others read."""
    joined: dict[int, int] = {}
    features = {}
    for draft in drafts:
        if draft.relation is Relation.OPENED:
            row = {**rows[draft.alert.key], "number": draft.case.number, "alerts": 1, **_named(draft, called)}
            features[draft.case.case_id] = lookup.feature(row, now)
        elif draft.relation is Relation.JOINED:
            joined[draft.case.case_id] = joined.get(draft.case.case_id, 0) + 1
    for case_id in joined.keys() & features.keys():
        features[case_id]["properties"]["alerts"] += joined[case_id]
    missing = {draft.case.case_id for draft in drafts} - features.keys()
    return features | (lookup.by_ids(session, sorted(missing), at=now) if missing else {})


def _named(draft: _Draft, called: Mapping[str, Name]) -> dict[str, Any]:
    row: dict[str, Any] = draft.category.facts() if draft.category else {}
    for level, digits in (("town", 9), ("village", 12), ("micro", 15)):
        name = called.get((draft.route.grid or "")[:digits])
        row[f"{level}_name"], row[f"{level}_name_en"] = (name.name, name.name_en) if name else ("", "")
    return row


def _event(draft: _Draft, features: dict[int, dict[str, Any]], actor: str) -> Event:
    kind = "case.opened" if draft.relation is Relation.OPENED else "alert.joined"
    alert = {"source": draft.alert.source, "source_id": draft.alert.source_id}
    return Event("cases", kind, draft.case.number, actor, {"case": features[draft.case.case_id], "alert": alert})


def _outcome(draft: _Draft, features: dict[int, dict[str, Any]], called: Mapping[str, Name]) -> Outcome:
    feature = features[draft.case.case_id]
    grid = feature["properties"]["grid"]
    opened = draft.relation is Relation.OPENED
    fresh = Fresh(feature, draft.route_facts, draft.route.boundary, called) if opened else None
    return Outcome(draft.relation, draft.case.number, grid["code"] if grid else None, fresh)
