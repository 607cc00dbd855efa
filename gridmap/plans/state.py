"""What the grids are at one moment of a plan: the boundaries it began with, and what it changed. Pure and immutable."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from gridmap.errors import NotFound, msg
from gridmap.geo.shapes import as_multipolygon
from gridmap.grids.change import Change, GridDraft, ZoneDraft
from gridmap.grids.codes import LENGTHS, Level, parent_of

MICRO, VILLAGE, TOWN = (LENGTHS[level] for level in (Level.MICRO, Level.VILLAGE, Level.TOWN))


@dataclass(frozen=True)
class Base:
    """The boundaries a plan began with.

    Attributes:
        publication: which publish put them in force; None: there was none yet.
        drafts: the grids of all levels in force then, by code; shapes in degrees on the lattice of 1e-8.
        known: every code that was ever used, retired ones too; of zones as well.
        zones: the special zones in force then, by code.
    """

    publication: int | None
    drafts: Mapping[str, GridDraft]
    known: frozenset[str]
    zones: Mapping[str, ZoneDraft] = field(default_factory=dict)

    @cached_property
    def micros(self) -> list[str]:
        """The codes of the micro-grids, in order."""
        return sorted(code for code in self.drafts if len(code) == MICRO)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """A search tree of the micro-grids in the order of `micros`."""
        return shapely.STRtree([self.drafts[code].shape for code in self.micros])

    def covers(self, place: shapely.Point) -> bool:
        """Whether a place lies in any of the micro-grids."""
        return len(self.near(place)) > 0

    def near(self, place: BaseGeometry) -> list[MultiPolygon]:
        """The micro-grids that touch a place."""
        return list(self.tree.geometries[self.tree.query(place, predicate="intersects")])


@dataclass(frozen=True)
class Delta:
    """What one step changes.

    Attributes:
        drafts: grids as they are after it, by code; None: it ends.
        sources: for codes that are new or took in others, the codes of the base they stem from.
        zones: special zones as they are after it, by code; None: it ends.
    """

    drafts: Mapping[str, GridDraft | None]
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zones: Mapping[str, ZoneDraft | None] = field(default_factory=dict)

    @property
    def codes(self) -> list[str]:
        """What it touches, in order."""
        return sorted(self.drafts)


def together(*deltas: Delta) -> Delta:
    """Several steps as one."""
    whole = Delta({})
    for delta in deltas:
        whole = Delta({**whole.drafts, **delta.drafts}, {**whole.sources, **delta.sources}, {**whole.zones, **delta.zones})
    return whole


@dataclass(frozen=True)
class State:
    """The grids at one moment of a plan.

    Attributes:
        base: what the plan began with.
        ground: the code of the grid whose ground the plan may draw; the grid itself and all below it.
        changed: what differs from the base, by code; None: it ended.
        sources: for changed codes the codes of the base they stem from, where that is not just themselves.
        zoned: special zones that differ from the base, by code; None: it ended.
    """

    base: Base
    ground: str
    changed: Mapping[str, GridDraft | None] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zoned: Mapping[str, ZoneDraft | None] = field(default_factory=dict)

    @cached_property
    def zones(self) -> dict[str, ZoneDraft]:
        """The special zones as they are, by code."""
        now = {**self.base.zones, **self.zoned}
        return {code: zone for code, zone in sorted(now.items()) if zone is not None}

    def touched_zones(self) -> list[str]:
        """The codes of the zones that differ from the base, in order."""
        return sorted(code for code in self.zoned if self.zones.get(code) != self.base.zones.get(code))

    def find(self, code: str) -> GridDraft | None:
        """The grid as it is, or None where there is none."""
        return self.changed[code] if code in self.changed else self.base.drafts.get(code)

    def grid(self, code: str) -> GridDraft:
        """The grid as it is; `NotFound` where there is none."""
        found = self.find(code)
        if found is None:
            raise NotFound(msg("This plan has no grid with the code '%(code)s'"), field="code", code=code[:40])
        return found

    def shape(self, code: str) -> MultiPolygon:
        """A micro-grid's shape; `NotFound` where there is none."""
        found = self.grid(code).shape
        if found is None:
            raise NotFound(msg("'%(code)s' is no micro-grid: only they are drawn"), field="code", code=code[:40])
        return as_multipolygon(found)

    def shapes(self, codes: Iterable[str]) -> dict[str, MultiPolygon]:
        """The shapes of those that are there."""
        return {code: as_multipolygon(found.shape) for code in codes if (found := self.find(code)) and found.shape is not None}

    def near(self, place: BaseGeometry, within_deg: float = 1e-7) -> dict[str, MultiPolygon]:
        """The micro-grids that touch `place` or come within `within_deg` degrees of it, by code."""
        if place.is_empty:
            return {}
        found = (self.base.micros[i] for i in self.base.tree.query(place, predicate="dwithin", distance=within_deg))
        there = self.shapes(code for code in found if code not in self.changed)
        there |= self._changed_near(place, within_deg)
        return dict(sorted(there.items()))

    def _changed_near(self, place: BaseGeometry, within_deg: float) -> dict[str, MultiPolygon]:
        codes, tree = self._drawn
        found = tree.query(place, predicate="dwithin", distance=within_deg)
        return {codes[i]: tree.geometries[i] for i in found.tolist()}

    @cached_property
    def _drawn(self) -> tuple[list[str], shapely.STRtree]:
        """The changed micro-grids that are there, and a search tree of them in this order."""
        drawn = self.shapes(self.changed)
        return list(drawn), shapely.STRtree(list(drawn.values()))

    def around(self, codes: Iterable[str]) -> dict[str, MultiPolygon]:
        """The micro-grids with these codes and all that touch them, by code."""
        return self.near(shapely.GeometryCollection(list(self.shapes(codes).values())))

    def children(self, code: str) -> dict[str, MultiPolygon]:
        """The micro-grids below a grid, by code."""
        codes = {c for c in (*self.base.micros, *self.changed) if len(c) == MICRO and c.startswith(code)}
        return self.shapes(sorted(codes))

    def then(self, delta: Delta) -> "State":
        """The state after a step."""
        grids = {**self.changed, **delta.drafts}, {**self.sources, **delta.sources}
        return State(self.base, self.ground, *grids, {**self.zoned, **delta.zones})

    def origin(self, code: str) -> tuple[str, ...]:
        """The codes of the base a grid stems from."""
        return self.sources.get(code, (code,) if code in self.base.drafts else ())

    def touched(self) -> list[str]:
        """The codes that differ from the base, in order; what came and went again does not."""
        return sorted(code for code in self.changed if self.find(code) != self.base.drafts.get(code))

    def change(self) -> Change:
        """What a publish of this state would change; villages that are left without a micro-grid end."""
        now = {code: self.find(code) for code in self.touched()}
        ended = {code for code, found in now.items() if found is None}
        above = {parent for code in ended if (parent := parent_of(code)) and not self.children(parent)}
        grids = {code: found for code, found in now.items() if found is not None and code not in above}
        return Change(
            self.base.publication,
            grids,
            frozenset(ended | above),
            {code: self.sources[code] for code in grids if code in self.sources and code not in self.base.drafts},
            {code: self.zones.get(code) for code in self.touched_zones()},
        )
