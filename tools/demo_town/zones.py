"""Invented special zones, each across a border of micro-grids: the features of zones.geojson."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from shapely import Point, Polygon

from tools.demo_town.boundaries import DECIMALS, Town
from tools.demo_town.frame import Plane, to_degrees
from tools.demo_town.gazetteer import TOWN_CODE
from tools.demo_town.roads import Road
from tools.demo_town.writing import feature

_MATTERS: Final = "GB/T 47678.5-2026/matter/"


@dataclass(frozen=True, slots=True)
class _Zone:
    """A zone; it lies on the border nearest to `near`, `along` by `across` metres; `takes` codes of classes, large or small."""

    name: str
    name_en: str
    kind: str
    takes: tuple[str, ...]
    near: Plane
    along: float
    across: float


_ZONES: Final = (
    _Zone("示例菜市场", "Example Food Market", "market", ("06010", "06011", "09"), (0.0, -550.0), 140.0, 90.0),
    _Zone("示例小学", "Example Primary School", "school", ("09001", "09009", "09010"), (-1500.0, 300.0), 160.0, 120.0),
    _Zone("示例工地", "Example Building Site", "site", ("08",), (1600.0, 900.0), 200.0, 150.0),
)


def lines(town: Town, streets: Sequence[Road]) -> Iterator[str]:
    """The zones in the order of their codes; the micro-grid that has most of a zone gets its cases."""
    borders = [road for road in streets if road.border]
    for number, zone in enumerate(_ZONES, start=1):
        ground = _ground(zone, min(borders, key=lambda road: road.line.distance(Point(zone.near))))
        target = max(town.micros, key=lambda micro: micro.plane.intersection(ground).area)
        yield feature(
            Polygon(to_degrees(np.array(ground.exterior.coords), DECIMALS)), _properties(zone, number, target.code), DECIMALS
        )


def _ground(zone: _Zone, road: Road) -> Polygon:
    """A rectangle along a road, a third of it on the left, turned anticlockwise."""
    (x, y), turn = road.beside(road.line.project(Point(zone.near), normalized=True), -zone.across / 6)
    cos, sin = math.cos(turn), math.sin(turn)
    corners = [(sx * zone.along / 2, sy * zone.across / 2) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return Polygon([(x + u * cos - v * sin, y + u * sin + v * cos) for u, v in corners])


def _properties(zone: _Zone, number: int, target: str) -> dict[str, object]:
    return {
        "code": f"{TOWN_CODE}Z{number:03d}",
        "name": zone.name,
        "name_en": zone.name_en,
        "kind": zone.kind,
        "target": target,
        "takes": [f"{_MATTERS}{code}" for code in zone.takes],
    }
