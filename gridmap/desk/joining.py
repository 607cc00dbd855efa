"""Which case each alert belongs to: one that knows it already, one near by that it joins, or one of its own. Pure."""

from collections.abc import Sequence

from gridmap.cases.ground import Cell, Rules, Spot, cell, cells
from gridmap.cases.taking import Found, Nearby, Taken
from gridmap.desk.draft import Draft, Relation
from gridmap.geo.measure import distance_m

# What this chunk is about to open, by its category: by the cell it lies in, where it is and its alert's key.
Opened = dict[int, dict[Cell, list[tuple[Spot, tuple[str, str]]]]]


def settle(drafts: Sequence[Draft], found: Found, rules: Rules) -> None:
    """Decide for each draft, in order, whether it is known, joins or opens; `found` is what was on record, locked."""
    known, near = found.known, found.near
    chunk: set[tuple[str, str]] = set()
    opened: Opened = {}
    for i, draft in enumerate(drafts):
        key, spot = draft.key, draft.spot
        if key in known or key in chunk:
            draft.relation, draft.taken, draft.joins = Relation.KNOWN, known.get(key), key
            continue
        chunk.add(key)
        if spot is None:
            continue
        if draft.alert.join:
            _join(draft, spot, near.get(i), opened, rules)
        if draft.relation is Relation.OPENED and rules.radius_m > 0:
            opened.setdefault(spot.category_id, {}).setdefault(cell(spot, rules.radius_m), []).append((spot, key))
    _follow(drafts)


def _join(draft: Draft, spot: Spot, near: Nearby | None, opened: Opened, rules: Rules) -> None:
    """Join the nearest: an open case on record, or one that this chunk is about to open."""
    best = near.distance_m if near else rules.radius_m
    if near:
        draft.relation, draft.taken = Relation.JOINED, Taken(near.case_id, near.number)
    alike = opened.get(spot.category_id, {})
    for around in cells(spot, rules.radius_m) if alike else ():
        for other, key in alike.get(around, ()):
            metres = distance_m(spot.lon, spot.lat, other.lon, other.lat)
            timely = abs((spot.at - other.at).total_seconds()) <= rules.hours * 3600
            if timely and (metres < best or (metres == best and draft.relation is Relation.OPENED)):
                best = metres
                draft.relation, draft.taken, draft.joins = Relation.JOINED, None, key


def _follow(drafts: Sequence[Draft]) -> None:
    """A repeat within the chunk belongs where its first went."""
    first: dict[tuple[str, str], Draft] = {}
    for draft in drafts:
        if draft.relation is Relation.KNOWN and draft.taken is None:
            origin = first[draft.key]
            draft.taken, draft.joins = origin.taken, origin.joins or origin.key
        first.setdefault(draft.key, draft)
