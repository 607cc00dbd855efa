"""What became of alerts, told to the journal, to the live map and to the sender."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from gridmap.cases import lookup
from gridmap.desk.draft import Draft, Relation
from gridmap.grids.lookup import Name, Span
from gridmap.journal.write import Event


class Fresh(NamedTuple):
    """A case just opened, as it would be read again: its feature, its route's facts, the boundary and the grids' names."""

    feature: dict[str, Any]
    route: dict[str, Any]
    boundary: Span | None
    names: Mapping[str, Name]


class Outcome(NamedTuple):
    """What became of an alert; `fresh` only where it opened a case."""

    relation: Relation
    number: str
    grid: str | None
    fresh: Fresh | None = None


_FRESH = {"alerts": 1, "version": 0, "handled_at": None}


def features_of(
    session: Session,
    drafts: Sequence[Draft],
    rows: dict[tuple[str, str], dict[str, Any]],
    called: Mapping[str, Name],
    now: datetime,
) -> dict[int, dict[str, Any]]:
    """The features of all cases concerned, by id: new ones from what was just written, others read."""
    joined: dict[int, int] = {}
    features: dict[int, dict[str, Any]] = {}
    for draft in drafts:
        if draft.relation is Relation.OPENED:
            row = {**rows[draft.alert.key], **_FRESH, "number": draft.case.number}
            category = draft.category.facts if draft.category else None
            features[draft.case.case_id] = lookup.shaped(row, now, category=category, grids=_grids(draft.route.grid, called))
        elif draft.relation is Relation.JOINED:
            joined[draft.case.case_id] = joined.get(draft.case.case_id, 0) + 1
    for case_id in joined.keys() & features.keys():
        features[case_id]["properties"]["alerts"] += joined[case_id]
    missing = {draft.case.case_id for draft in drafts} - features.keys()
    return features | (lookup.by_ids(session, sorted(missing), at=now) if missing else {})


def _grids(code: str | None, called: Mapping[str, Name]) -> lookup.Grids:
    if code is None:
        return lookup.Grids()
    return lookup.Grids(_called(code, called), _called(code[:12], called), _called(code[:9], called))


def _called(code: str, called: Mapping[str, Name]) -> dict[str, str]:
    name = called.get(code)
    return {"code": code, "name": name.name if name else "", "name_en": name.name_en if name else ""}


def event(draft: Draft, features: dict[int, dict[str, Any]], actor: str, link: int | None = None) -> Event:
    """The journal's row about one alert that opened or joined a case; `link` is what its reporter is to be sent."""
    kind = "case.opened" if draft.relation is Relation.OPENED else "alert.joined"
    alert = {"source": draft.alert.source, "source_id": draft.alert.source_id}
    facts: dict[str, Any] = {"case": features[draft.case.case_id], "alert": alert}
    if draft.relation is Relation.OPENED:
        limit = draft.category.limit if draft.category else None
        facts["limit"] = {"value": limit.value, "unit": limit.unit.value} if limit else None
    if link is not None:
        facts["links"] = [link]
    return Event("cases", kind, draft.case.number, actor, facts)


def outcome(draft: Draft, features: dict[int, dict[str, Any]], called: Mapping[str, Name]) -> Outcome:
    """What the sender is told about one alert."""
    feature = features[draft.case.case_id]
    grid = feature["properties"]["grid"]
    opened = draft.relation is Relation.OPENED
    fresh = Fresh(feature, draft.route_facts, draft.route.boundary, called) if opened else None
    return Outcome(draft.relation, draft.case.number, grid["code"] if grid else None, fresh)
