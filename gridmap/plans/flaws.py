"""What can be wrong with a plan, what is merely unfinished, and what mends it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shapely.geometry.base import BaseGeometry

from gridmap.errors import msg


class Flaw(StrEnum):
    """The kinds of problems a plan can have."""

    CROSSING = "crossing"
    GAP = "gap"
    OVERLAP = "overlap"
    UNNODED = "unnoded"
    OUTSIDE = "outside"
    SCATTERED = "scattered"
    HOLE = "hole"
    SLIVER = "sliver"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    CODE_USED = "code_used"
    UNHEADED = "unheaded"


UNFINISHED = frozenset({Flaw.UNHEADED})  # Somebody has yet to say; everything else is wrong.

_SENTENCES: Mapping[Flaw, str] = {
    Flaw.CROSSING: msg("The outline of %(codes)s crosses itself at %(place)s"),
    Flaw.GAP: msg("%(area)s m² at %(place)s belong to no grid any more (%(length)s m long)"),
    Flaw.OVERLAP: msg("%(area)s m² at %(place)s belong to several grids: %(codes)s (%(length)s m long)"),
    Flaw.UNNODED: msg("Along %(length)s m of border at %(place)s %(codes)s do not have the same corners"),
    Flaw.OUTSIDE: msg("%(area)s m² of %(codes)s at %(place)s lie outside of what the grids covered (%(length)s m long)"),
    Flaw.SCATTERED: msg("%(codes)s is in more pieces than before; one of %(area)s m² lies at %(place)s"),
    Flaw.HOLE: msg("%(codes)s surrounds another grid of %(area)s m² at %(place)s"),
    Flaw.SLIVER: msg("%(codes)s is less than %(limit)s m wide on average: %(length)s m long, %(area)s m²"),
    Flaw.TOO_SMALL: msg("%(codes)s has %(area)s m²; less than %(limit)s m² is too small"),
    Flaw.TOO_LARGE: msg("%(codes)s has %(area)s m²; more than %(limit)s m² is too large"),
    Flaw.CODE_USED: msg("The code %(codes)s was used before: codes are never used again"),
    Flaw.UNHEADED: msg("Nobody heads the new grid %(codes)s yet"),
}


@dataclass(frozen=True)
class Limits:
    """How small, how large and how thin a grid may be; 0: no limit.

    Attributes:
        least_m2, most_m2: areas in square metres.
        width_m: least mean width in metres: twice the area by the perimeter.
    """

    least_m2: float = 0.0
    most_m2: float = 0.0
    width_m: float = 0.0


@dataclass(frozen=True)
class Repair:
    """A deed that would mend a problem: its name, what it takes, and the grids it is about for the page to name."""

    deed: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """One problem.

    Attributes:
        flaw: what kind.
        codes: the grids concerned, in order.
        lon, lat: a place on it, degrees WGS-84.
        length_m: its longest extent in metres.
        area_m2: its area, or the grid's where the grid itself is the problem; 0 for a line.
        geometry: it, in degrees.
        limit: the limit it breaks, where it breaks one.
        repairs: what would mend it, the likeliest first.
    """

    flaw: Flaw
    codes: tuple[str, ...]
    lon: float
    lat: float
    length_m: float
    area_m2: float
    geometry: BaseGeometry
    limit: float = 0.0
    repairs: tuple[Repair, ...] = field(default=())

    @property
    def unfinished(self) -> bool:
        """Whether it is no mistake, only something left to do."""
        return self.flaw in UNFINISHED

    @property
    def text(self) -> str:
        """The sentence about it, with places for `values`."""
        return _SENTENCES[self.flaw]

    @property
    def values(self) -> dict[str, object]:
        """What goes into the sentence's places."""
        return {
            "codes": ", ".join(self.codes),
            "place": f"{self.lon:.6f}, {self.lat:.6f}",
            "length": f"{self.length_m:,.1f}",
            "area": f"{self.area_m2:,.1f}",
            "limit": f"{self.limit:,.0f}",
        }

    def __str__(self) -> str:
        return self.text % self.values
