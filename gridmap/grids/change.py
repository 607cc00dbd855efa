"""What a publish shall change, told by micro-grid: the seam between who draws boundaries and who puts them in force. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shapely.geometry import MultiPolygon, Polygon


@dataclass(frozen=True)
class GridDraft:
    """A grid as it shall be from the publish on.

    `shape` (degrees WGS-84, longitude first) is given for micro-grids only; villages and the town are the union of theirs.
    """

    code: str
    name: str
    name_en: str = ""
    head_name: str = ""
    head_phone: str = ""
    shape: Polygon | MultiPolygon | None = None


@dataclass(frozen=True)
class ZoneDraft:
    """A special zone as it shall be from the publish on (see `grids.zones`).

    `shape` in degrees WGS-84; `target` is the micro-grid that gets its cases; `takes` the paths of the categories, none: all.
    """

    code: str
    name: str
    kind: str
    target: str
    shape: MultiPolygon
    name_en: str = ""
    takes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """What differs from the boundaries in force; whatever is not named stays, and parents follow their children.

    Attributes:
        base: the publication it was drawn on; None: before the first.
        grids: what is new or changed, by code: micro-grids with their shape, villages and towns with their names alone.
        retired: codes that end.
        sources: for a new code the codes it was made from: a hint for lineage, the areas decide its shares.
        zones: special zones that are new or changed, by code; None: it ends.
    """

    base: int | None
    grids: Mapping[str, GridDraft] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zones: Mapping[str, ZoneDraft | None] = field(default_factory=dict)
