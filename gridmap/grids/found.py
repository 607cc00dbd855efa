"""What was found wrong with boundaries: which grids, where, how large, and the sentence about it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Found:
    """Something wrong, in a place.

    Attributes:
        flaw: what kind.
        codes: the grids concerned, in order.
        lon, lat: a place on it, degrees WGS-84.
        length_m: its longest extent in metres.
        area_m2: its area in square metres, or the grid's where the grid itself is the problem; 0 for a line.
        geometry: it, in degrees.

    Each kind of finding has its `sentences`, and in `more` the names of its further attributes that they tell.
    """

    sentences: ClassVar[Mapping[StrEnum, str]]
    more: ClassVar[tuple[str, ...]] = ()

    flaw: StrEnum
    codes: tuple[str, ...]
    lon: float
    lat: float
    length_m: float
    area_m2: float
    geometry: BaseGeometry

    @property
    def text(self) -> str:
        """The sentence about it, with places for `values`."""
        return self.sentences[self.flaw]

    @property
    def values(self) -> dict[str, object]:
        """What goes into the sentence's places."""
        return {
            "codes": ", ".join(self.codes),
            "place": f"{self.lon:.6f}, {self.lat:.6f}",
            "length": _readable(self.length_m),
            "area": _readable(self.area_m2),
            **{name: getattr(self, name) for name in self.more},
        }

    def __str__(self) -> str:
        return self.text % self.values


def _readable(size: float) -> str:
    return f"{size:,.1f}" if size >= 0.1 else f"{size:.4f}"
