"""What became of alerts, told to the journal, to the live map and to the sender."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy.orm import Session

from gridmap.cases import lookup
from gridmap.cases.features import written
from gridmap.desk.draft import Draft, Relation
from gridmap.desk.standing import ByCategory
from gridmap.grids.lookup import Name, Span
from gridmap.journal.write import Event

Feature = dict[str, Any] | orjson.Fragment


class Fresh(NamedTuple):
    """A case just opened, as it would be read again: its feature, its route's facts, the boundary and the grids' names."""

    feature: Feature
    route: dict[str, Any]
    boundary: Span | None
    names: Mapping[str, Name]


class Outcome(NamedTuple):
    """What became of an alert."""

    relation: Relation
    number: str
    grid: str | None
    opened: tuple[Draft, Feature, Mapping[str, Name]] | None = None  # Where it opened a case: of what `fresh` is made.

    @property
    def fresh(self) -> Fresh | None:
        """The case, where it opened one. Made when it is asked for: of a batch nobody does."""
        if self.opened is None:
            return None
        draft, feature, names = self.opened
        return Fresh(feature, draft.sketch.row["route"], draft.route.boundary, names)


class Told(NamedTuple):
    """Of the cases concerned, by id: their features, for JSON, and the codes of their grids."""

    features: dict[int, Feature]
    grids: dict[int, str | None]


def told_of(session: Session, drafts: Sequence[Draft], standing: ByCategory, now: datetime) -> Told:
    """What there is to tell of all cases concerned: of new ones from what was just written, others are read."""
    joined = Counter(draft.case.case_id for draft in drafts if draft.relation is Relation.JOINED)
    told = Told({}, {})
    for draft in drafts:
        if draft.relation is Relation.OPENED:
            case_id, number = draft.case
            sketch = draft.sketch
            how = standing[draft.category_id].told
            told.features[case_id] = written(number, 1 + joined.get(case_id, 0), sketch.geometry, how, sketch.said)
            told.grids[case_id] = draft.route.grid
    if missing := {draft.case.case_id for draft in drafts} - told.features.keys():
        for case_id, feature in lookup.by_ids(session, sorted(missing), at=now).items():
            grid = feature["properties"]["grid"]
            told.features[case_id], told.grids[case_id] = feature, grid["code"] if grid else None
    return told


def event(draft: Draft, told: Told, standing: ByCategory, actor: str, link: int | None = None) -> Event:
    """The journal's row about one alert that opened or joined a case; `link` is what its reporter is to be sent."""
    kind = "case.opened" if draft.relation is Relation.OPENED else "alert.joined"
    case_id, number = draft.case
    facts: dict[str, Any] = {"case": told.features[case_id], "alert": draft.sketch.alert}
    if draft.relation is Relation.OPENED:
        facts["limit"] = standing[draft.category_id].limit
    if link is not None:
        facts["links"] = [link]
    return Event("cases", kind, number, actor, facts)


def outcome(draft: Draft, told: Told, called: Mapping[str, Name]) -> Outcome:
    """What the sender is told about one alert."""
    case_id, number = draft.case
    opened = (draft, told.features[case_id], called) if draft.relation is Relation.OPENED else None
    return Outcome(draft.relation, number, told.grids[case_id], opened)
