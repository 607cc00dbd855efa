"""What became of alerts, told to the journal, to the live map and to the sender."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from gridmap.cases import lookup
from gridmap.desk.draft import Draft, Relation
from gridmap.desk.drafting import Prepared
from gridmap.grids.lookup import Name, Span
from gridmap.journal.write import Event
from gridmap.routing.index import GridIndex


class Fresh(NamedTuple):
    """A case just opened, as it would be read again: its feature, its route's facts, the boundary and the grids' names."""

    feature: dict[str, Any]
    route: dict[str, Any]
    boundary: Span | None
    names: Mapping[str, Name]


class Outcome(NamedTuple):
    """What became of an alert."""

    relation: Relation
    number: str
    grid: str | None
    opened: tuple[Draft, dict[str, Any], Mapping[str, Name]] | None = None  # Where it opened a case: of what `fresh` is made.

    @property
    def fresh(self) -> Fresh | None:
        """The case, where it opened one. Made when it is asked for: of a batch nobody does."""
        if self.opened is None:
            return None
        draft, feature, names = self.opened
        return Fresh(feature, draft.route_facts, draft.route.boundary, names)


# What the grids of an index are called, all three levels, as features tell it; shared by them, so nobody changes it.
_called: WeakKeyDictionary[GridIndex, dict[str | None, lookup.Grids]] = WeakKeyDictionary()


def features_of(
    session: Session, prepared: Prepared, rows: dict[tuple[str, str], dict[str, Any]], now: datetime
) -> dict[int, dict[str, Any]]:
    """The features of all cases concerned, by id: new ones from what was just written, others read."""
    drafts, index = prepared.drafts, prepared.index
    called = _called.setdefault(index, {})
    joined: dict[int, int] = {}
    features: dict[int, dict[str, Any]] = {}
    for draft in drafts:
        if draft.relation is Relation.OPENED:
            case_id, number = draft.case
            grid, category = draft.route.grid, draft.category.facts if draft.category else None
            grids = called.get(grid) or called.setdefault(grid, _grids(grid, index.names))  # Two threads find the same.
            row = rows[draft.key]
            row["number"] = number
            features[case_id] = lookup.shaped(row, now, category=category, grids=grids)
        elif draft.relation is Relation.JOINED:
            joined[draft.case.case_id] = joined.get(draft.case.case_id, 0) + 1
    for case_id in joined.keys() & features.keys():
        features[case_id]["properties"]["alerts"] += joined[case_id]
    missing = {draft.case.case_id for draft in drafts} - features.keys()
    return features | (lookup.by_ids(session, sorted(missing), at=now) if missing else {})


def _grids(code: str | None, names: Mapping[str, Name]) -> lookup.Grids:
    if code is None:
        return lookup.Grids()
    return lookup.Grids(_grid(code, names), _grid(code[:12], names), _grid(code[:9], names))


def _grid(code: str, names: Mapping[str, Name]) -> dict[str, str]:
    name = names.get(code)
    return {"code": code, "name": name.name if name else "", "name_en": name.name_en if name else ""}


def event(draft: Draft, features: dict[int, dict[str, Any]], actor: str, link: int | None = None) -> Event:
    """The journal's row about one alert that opened or joined a case; `link` is what its reporter is to be sent."""
    kind = "case.opened" if draft.relation is Relation.OPENED else "alert.joined"
    case_id, number = draft.case
    source, source_id = draft.key
    facts: dict[str, Any] = {"case": features[case_id], "alert": {"source": source, "source_id": source_id}}
    if draft.relation is Relation.OPENED:
        facts["limit"] = draft.category.limit_facts if draft.category else None
    if link is not None:
        facts["links"] = [link]
    return Event("cases", kind, number, actor, facts)


def outcome(draft: Draft, features: dict[int, dict[str, Any]], called: Mapping[str, Name]) -> Outcome:
    """What the sender is told about one alert."""
    case_id, number = draft.case
    feature = features[case_id]
    if draft.relation is Relation.OPENED:
        return Outcome(draft.relation, number, draft.route.grid, (draft, feature, called))
    grid = feature["properties"]["grid"]
    return Outcome(draft.relation, number, grid["code"] if grid else None)
