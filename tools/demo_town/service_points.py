"""One invented service point in every micro-grid: the features of service-points.geojson."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random
from typing import Final

import numpy as np
import shapely
from shapely import Point

from tools.demo_town.boundaries import Micro, Town
from tools.demo_town.frame import Plane, to_degrees
from tools.demo_town.roads import Finder
from tools.demo_town.writing import feature

SERVICES: Final = (
    "consultation", "errands", "mediation", "tools", "medicine_box", "drinking_water",
    "charging", "reading", "umbrella", "meals", "rest",
)  # fmt: skip
_HOURS: Final = (
    "Mo-Fr 08:30-17:00",
    "Mo-Fr 08:30-17:00; Sa 08:30-11:30",
    "Mo-Su 08:00-18:00",
    "Mo-Su 07:30-20:00",
)


def lines(town: Town, finder: Finder, rng: Random) -> Iterator[str]:
    """One feature per micro-grid, in the order of the codes."""
    for person, micro in enumerate(town.micros, start=1):
        at = place_in(micro, rng)
        yield feature(Point(to_degrees(np.array([at]), 7)[0]), _properties(micro, person, finder.road(at).name, rng), 7)


def place_in(micro: Micro, rng: Random) -> Plane:
    """A place well inside the grid: in the inner half of its largest inscribed circle."""
    radius_line = shapely.maximum_inscribed_circle(micro.plane)
    (x, y), _ = radius_line.coords
    reach, turn = radius_line.length * 0.5 * rng.random(), rng.uniform(0, 2 * math.pi)
    return x + reach * math.cos(turn), y + reach * math.sin(turn)


def _properties(micro: Micro, person: int, street: str, rng: Random) -> dict[str, object]:
    place = micro.place
    wanted = set(rng.sample(SERVICES, rng.randint(4, 8))) | {"consultation"}
    return {
        "code": f"{micro.code}-01",
        "name": f"{place.full_name}第{micro.number}微网格党群服务点",
        "name_en": f"{place.name_en} Service Point {micro.number}",
        "address": f"城桥镇{place.full_name}{street}{rng.randint(1, 300)}号（虚构地址）",
        "opening_hours": rng.choice(_HOURS),
        "keeper": f"示例管理员{person:03d}",
        "phone": f"021-5550-0{person:03d}",
        "services": [key for key in SERVICES if key in wanted],
    }
