"""Invented street names for the borders and the streets inside the grids, and places beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import shapely
from shapely import LineString, Point

from tools.demo_town.boundaries import Micro, Town
from tools.demo_town.frame import Plane

_FIRST: Final = (
    "听Ting", "白Bai", "芦Lu", "橘Ju", "渔Yu", "晚Wan", "稻Dao", "柳Liu", "望Wang", "荷He",
    "云Yun", "竹Zhu", "桂Gui", "杏Xing", "海Hai", "杉Shan", "晨Chen", "棠Tang", "鹤He", "麦Mai",
)  # fmt: skip
_SECOND: Final = (
    "潮chao", "鹭lu", "花hua", "香xiang", "歌ge", "枫feng", "浪lang", "堤di", "帆fan", "溪xi",
    "栖qi", "影ying", "塘tang", "光guang", "林lin", "泉quan", "石shi", "园yuan", "桥qiao", "风feng",
)  # fmt: skip
_KINDS: Final = (("路", "Road"), ("街", "Street"), ("支路", "Branch Road"), ("横路", "Cross Road"))
_CENTRE: Final = Point(0.0, -550.0)


@dataclass(frozen=True, slots=True)
class Road:
    """A street with an invented name; `line` in metres; `border` when micro-grids meet along it."""

    name: str
    name_en: str
    line: LineString
    border: bool

    def beside(self, share: float, offset: float) -> tuple[Plane, float]:
        """A place `share` (0..1) along the road and `offset` metres to its left, and the road's direction there."""
        at = self.line.interpolate(share, normalized=True)
        ahead = self.line.interpolate(min(1.0, share + 0.02), normalized=True)
        behind = self.line.interpolate(max(0.0, share - 0.02), normalized=True)
        direction = math.atan2(ahead.y - behind.y, ahead.x - behind.x)
        return (at.x - offset * math.sin(direction), at.y + offset * math.cos(direction)), direction


def named(town: Town) -> list[Road]:
    """The borders, then the streets inside the grids, each with a name of its own."""
    lines = [*town.borders, *town.streets]
    return [Road(*_name(index), line, border=index < len(town.borders)) for index, line in enumerate(lines)]


def weights(roads: Sequence[Road], pull: float) -> list[float]:
    """How often each road is picked: by its length, and more the nearer the centre (`pull` in metres)."""
    return [road.line.length * (0.06 + math.exp(-road.line.distance(_CENTRE) / pull)) for road in roads]


def _name(index: int) -> tuple[str, str]:
    first, second = _FIRST[index % 20], _SECOND[(index // 20 + index) % 20]
    kind, kind_en = _KINDS[index // 400]
    return f"{first[0]}{second[0]}{kind}", f"{first[1:]}{second[1:]} {kind_en}"


class Finder:
    """Answers which micro-grid and which road a place (metres) belongs to."""

    def __init__(self, micros: Sequence[Micro], roads: Sequence[Road]) -> None:
        self._micros = micros
        self._roads = roads
        self._faces = shapely.STRtree([m.plane for m in micros])
        self._lines = shapely.STRtree([r.line for r in roads])

    def micro(self, at: Plane) -> Micro | None:
        """The micro-grid with the place inside it, if any."""
        hits = self._faces.query(Point(at), predicate="within")
        return self._micros[int(hits[0])] if len(hits) else None

    def road(self, at: Plane) -> Road:
        """The nearest road."""
        nearest = self._lines.nearest(Point(at))
        return self._roads[int(nearest)]


def scattered(at: Plane, spread: float, rng: Random) -> Plane:
    """A place around another one, normally distributed with `spread` metres."""
    return at[0] + rng.gauss(0.0, spread), at[1] + rng.gauss(0.0, spread)
