"""What can be wrong with a plan, what is merely unfinished, and what mends it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gridmap.config import Settings
from gridmap.errors import msg
from gridmap.grids.found import Found


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
    ZONE_OVERLAP = "zone_overlap"
    ZONE_TARGET = "zone_target"


UNFINISHED = frozenset({Flaw.UNHEADED})  # Somebody has yet to say; everything else is wrong.

_SENTENCES: Mapping[StrEnum, str] = {
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
    Flaw.ZONE_OVERLAP: msg("The zones %(codes)s take the same cases on %(area)s m² at %(place)s"),
    Flaw.ZONE_TARGET: msg("A zone sends its cases to a grid that is no more: %(codes)s"),
}


@dataclass(frozen=True)
class Limits:
    """How small, how large and how thin a grid or a zone may be; 0: no limit.

    Attributes:
        least_m2, most_m2: areas in square metres.
        width_m: least mean width in metres: twice the area by the perimeter.
        zone_m2: least area of a special zone in square metres.
    """

    least_m2: float = 0.0
    most_m2: float = 0.0
    width_m: float = 0.0
    zone_m2: float = 0.0

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Those that are set."""
        return cls(settings.plan_least_area, settings.plan_most_area, settings.plan_least_width, settings.plan_least_zone)


@dataclass(frozen=True)
class Repair:
    """A deed that would mend a problem: its name, what it takes, and the grids it is about for the page to name."""

    deed: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Problem(Found):
    """One problem of a plan.

    Attributes:
        limit: the limit it breaks, where it breaks one.
        repairs: what would mend it, the likeliest first.
    """

    sentences = _SENTENCES

    flaw: Flaw
    limit: float = 0.0
    repairs: tuple[Repair, ...] = field(default=())

    @property
    def unfinished(self) -> bool:
        """Whether it is no mistake, only something left to do."""
        return self.flaw in UNFINISHED

    @property
    def values(self) -> dict[str, object]:
        """What goes into the sentence's places."""
        return super().values | {"limit": f"{self.limit:,.0f}"}
