"""The repairs a set of micro-grids may need, by their names, and each one that was made. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from gridmap.errors import msg
from gridmap.geo.measure import area_m2
from gridmap.grids.found import Found
from gridmap.grids.pieces import extent_m


class Mend(StrEnum):
    """The named repairs, in the order they are made; each is a step of the plan that comes of it."""

    SNAP = "snap"
    UNTANGLE = "untangle"
    NODE = "node"
    OVERLAP = "overlap"
    OUTSIDE = "outside"
    GAP = "gap"
    SLIVER = "sliver"


_SENTENCES: Mapping[StrEnum, str] = {
    Mend.SNAP: msg("Corners of %(codes)s move onto the lattice of 8 decimals, by at most %(length)s m"),
    Mend.UNTANGLE: msg("The outline of %(codes)s crosses itself at %(place)s: the grid has what it encloses"),
    Mend.NODE: msg("%(codes)s gets the corners its neighbours have on its border, such as at %(place)s"),
    Mend.OVERLAP: msg("%(area)s m² at %(place)s belong to several grids (%(codes)s): %(to)s has them, being the largest"),
    Mend.OUTSIDE: msg("%(area)s m² of %(codes)s at %(place)s lie outside of the plan's ground: taken away"),
    Mend.GAP: msg("%(area)s m² at %(place)s belong to no grid: %(to)s has them, along whose border they lie longest"),
    Mend.SLIVER: msg("A loose piece of %(codes)s, %(area)s m² at %(place)s: %(to)s has it, along whose border it lies longest"),
}


@dataclass(frozen=True)
class Mended(Found):
    """One repair in its place; `to` is who has the ground afterwards, where it changes hands."""

    sentences = _SENTENCES
    more = ("to",)

    flaw: Mend
    to: str = ""


@dataclass(frozen=True)
class Round:
    """What one named repair did: where, and the shapes it changed, by code (degrees on the lattice of 1e-8)."""

    mend: Mend
    made: tuple[Mended, ...]
    shapes: Mapping[str, MultiPolygon]


def mended(mend: Mend, codes: Iterable[str], ground: BaseGeometry, to: str = "", length_m: float | None = None) -> Mended:
    """A repair measured: `ground` in degrees WGS-84, its extent in metres unless another length is what counts."""
    spot = ground.representative_point()
    length = extent_m(ground) if length_m is None else length_m
    return Mended(mend, tuple(codes), spot.x, spot.y, length, area_m2(ground), ground, to)
