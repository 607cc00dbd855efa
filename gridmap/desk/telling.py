"""What became of alerts, told to the journal, to the live map and to the sender."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy.orm import Session

from gridmap.cases import lookup
from gridmap.cases.features import written
from gridmap.cases.taking import Taken
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


class Telling:
    """What there is to tell of a chunk's alerts: of new cases while the database writes them, of all others when it has.

    Each draft is to know by then whether it is known, joins or opens (`joining.settle`).
    """

    def __init__(self, drafts: Sequence[Draft], standing: ByCategory, actor: str) -> None:
        self._drafts, self._standing, self._actor = drafts, standing, actor
        self._opening = {draft.key: draft for draft in drafts if draft.relation is Relation.OPENED}
        self._joining = Counter(draft.joins for draft in drafts if draft.relation is Relation.JOINED)
        self._features: dict[int, Feature] = {}  # By the case's id.
        self._grids: dict[int, str | None] = {}
        self._openings: dict[tuple[str, str], Event] = {}

    def opened(self, key: tuple[str, str], taken: Taken) -> None:
        """The alert with this key has opened a case."""
        draft = self._opening[key]
        draft.taken = taken
        case_id, number = taken
        sketch, how = draft.sketch, self._standing[draft.category_id].told
        self._features[case_id] = written(number, 1 + self._joining[key], sketch.geometry, how, sketch.said)
        self._grids[case_id] = draft.route.grid
        self._openings[key] = self._event(draft, None)

    def complete(self, session: Session, now: datetime) -> None:
        """All new cases are written: let every alert know its case, and read those that are not new."""
        for draft in self._drafts:
            if draft.taken is None and draft.joins is not None:
                draft.taken = self._opening[draft.joins].taken
        if missing := {draft.case.case_id for draft in self._drafts} - self._features.keys():
            for case_id, feature in lookup.by_ids(session, sorted(missing), at=now).items():
                grid = feature["properties"]["grid"]
                self._features[case_id], self._grids[case_id] = feature, grid["code"] if grid else None

    def events(self, links: Mapping[tuple[str, str], int]) -> list[Event]:
        """The journal's rows about the alerts that opened or joined a case; `links` is what their reporters are to be sent."""
        fresh = [draft for draft in self._drafts if draft.relation is not Relation.KNOWN]
        return [self._openings.get(draft.key) or self._event(draft, links.get(draft.key)) for draft in fresh]

    def outcomes(self, called: Mapping[str, Name]) -> list[Outcome]:
        """What the sender is told about each alert; `called` is what grids are called."""
        return [self._outcome(draft, called) for draft in self._drafts]

    def _event(self, draft: Draft, link: int | None) -> Event:
        kind = "case.opened" if draft.relation is Relation.OPENED else "alert.joined"
        case_id, number = draft.case
        facts: dict[str, Any] = {"case": self._features[case_id], "alert": draft.sketch.alert}
        if draft.relation is Relation.OPENED:
            facts["limit"] = self._standing[draft.category_id].limit
        if link is not None:
            facts["links"] = [link]
        return Event("cases", kind, number, self._actor, facts)

    def _outcome(self, draft: Draft, called: Mapping[str, Name]) -> Outcome:
        case_id, number = draft.case
        opened = (draft, self._features[case_id], called) if draft.relation is Relation.OPENED else None
        return Outcome(draft.relation, number, self._grids[case_id], opened)
