"""120 invented cameras: the features of cameras.geojson.

Most stand along roads near the centre. Some stand beside a border and look across it, so that the
pole and the view lie in different micro-grids; some have no known view; some are offline.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

import numpy as np
from shapely import Point

from tools.demo_town.frame import Plane, bearing_of, direction_of, to_degrees
from tools.demo_town.roads import Finder, Road, weights
from tools.demo_town.writing import feature

COUNT: Final = 120
ACROSS: Final = 22
_VENDORS: Final = ("dahua",) * 5 + ("ai-box",) * 3 + ("hikvision",) * 2
_BLIND: Final = frozenset({17, 41, 66, 88, 103, 119})
_OFFLINE: Final = frozenset({9, 34, 58, 77, 101})
_UNKNOWN: Final = frozenset({22, 66, 95})


@dataclass(frozen=True, slots=True)
class View:
    bearing: float
    angle: float
    metres: float


@dataclass(frozen=True, slots=True)
class Camera:
    number: int
    at: Plane
    vendor: str
    road: Road
    view: View | None

    @property
    def id(self) -> str:
        """GB/T 28181: centre 31015100, city management (08), network camera (132), e-government network (6)."""
        return f"31015100081326{self.number:06d}"

    def seen(self, rng: Random) -> Plane:
        """A place in the view, or by the pole when the view is unknown."""
        if self.view is None:
            return self.at[0] + rng.gauss(0, 8), self.at[1] + rng.gauss(0, 8)
        half = 0.4 * self.view.angle
        direction = direction_of(self.view.bearing + rng.uniform(-half, half))
        metres = self.view.metres * rng.uniform(0.25, 0.85)
        return self.at[0] + metres * math.cos(direction), self.at[1] + metres * math.sin(direction)


def placed(roads: Sequence[Road], finder: Finder, rng: Random) -> list[Camera]:
    """All cameras, numbered from 1."""
    borders = [road for road in roads if road.border]
    cameras: list[Camera] = []
    while len(cameras) < COUNT:
        number = len(cameras) + 1
        across = len(cameras) < ACROSS
        among = borders if across else roads
        camera = _beside_road(number, rng.choices(among, weights(among, 1100.0))[0], rng, across=across)
        if _fits(camera, cameras, finder, across=across):
            cameras.append(camera)
    return cameras


def lines(cameras: Sequence[Camera], reference: datetime, rng: Random) -> Iterator[str]:
    """One feature per camera."""
    for camera in cameras:
        lon_lat = to_degrees(np.array([camera.at]), 7)[0]
        yield feature(Point(lon_lat), _properties(camera, reference, rng), 7)


def _beside_road(number: int, road: Road, rng: Random, *, across: bool) -> Camera:
    side = rng.choice((-1.0, 1.0))
    offset = side * (rng.uniform(6.0, 14.0) if across else rng.uniform(3.0, 30.0))
    at, direction = road.beside(rng.uniform(0.08, 0.92), offset)
    if across:
        look = direction - side * math.pi / 2 + rng.uniform(-0.3, 0.3)
        view = View(bearing_of(look), float(rng.randint(30, 70)), float(rng.randint(90, 180)))
    else:
        look = direction + rng.choice((0.0, math.pi)) + rng.uniform(-0.5, 0.5)
        view = View(bearing_of(look), float(rng.randint(35, 120)), float(rng.randint(40, 160)))
    view = View(round(view.bearing, 1) % 360.0, view.angle, view.metres)
    return Camera(number, at, _VENDORS[number % len(_VENDORS)], road, None if number in _BLIND else view)


def _fits(camera: Camera, others: Sequence[Camera], finder: Finder, *, across: bool) -> bool:
    here = finder.micro(camera.at)
    if here is None or any(math.dist(camera.at, other.at) < 60.0 for other in others):
        return False
    if not across or camera.view is None:
        return True
    direction = direction_of(camera.view.bearing)
    middle = 0.55 * camera.view.metres
    there = finder.micro((camera.at[0] + middle * math.cos(direction), camera.at[1] + middle * math.sin(direction)))
    return there is not None and there.code != here.code


def _properties(camera: Camera, reference: datetime, rng: Random) -> dict[str, object]:
    state, heard = _state(camera.number, reference, rng)
    view = camera.view
    return {
        "id": camera.id,
        "name": f"演示探头{camera.number:03d} {camera.road.name}",
        "name_en": f"Demo camera {camera.number:03d} {camera.road.name_en}",
        "bearing_deg": view.bearing if view else None,
        "view_angle_deg": view.angle if view else None,
        "view_range_m": view.metres if view else None,
        "stream_url": f"rtsp://camera.invalid/{camera.id}",
        "snapshot_url": None,
        "vendor": camera.vendor,
        "state": state,
        "last_heard_at": heard.isoformat() if heard else None,
    }


def _state(number: int, reference: datetime, rng: Random) -> tuple[str, datetime | None]:
    if number in _UNKNOWN:
        return "unknown", None
    if number in _OFFLINE:
        return "offline", reference - timedelta(hours=rng.randint(7, 300), seconds=rng.randint(0, 3599))
    return "online", reference - timedelta(seconds=rng.randint(1, 55))
