"""600 invented cases over 90 days: the features of cases.geojson."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

import numpy as np
from shapely import Point

from tools.demo_town import moments, texts
from tools.demo_town.boundaries import Town
from tools.demo_town.cameras import Camera
from tools.demo_town.frame import Plane, to_degrees
from tools.demo_town.roads import Finder, Road, scattered, weights
from tools.demo_town.service_points import place_in
from tools.demo_town.writing import feature

COUNT: Final = 600
_MARKETS: Final = ("001", "005", "009", "011", "016", "026", "204", "208")
_APART_METRES, _APART = 65.0, timedelta(hours=30)


@dataclass(frozen=True, slots=True)
class Case:
    """One case before it is written; `at` None means that nobody said where."""

    at: Plane | None
    text: str
    source: str
    occurred: datetime
    code: str | None
    ref: str = texts.NEW
    source_code: str | None = None
    camera: Camera | None = None
    accuracy: float | None = None
    address: str | None = None
    hours: float = 6.0


class Scene:
    """The town in which cases happen."""

    def __init__(self, town: Town, roads: Sequence[Road], cameras: Sequence[Camera], finder: Finder, rng: Random) -> None:
        self.roads, self.cameras, self.finder, self.rng = roads, cameras, finder, rng
        self._pull = weights(roads, 900.0)
        self._borders = [road for road in roads if road.border]
        self._markets = [place_in(next(m for m in town.micros if m.place.tail == tail), rng) for tail in _MARKETS]

    def somewhere(self) -> Plane:
        """A place of a case: often near a market, else beside a road."""
        while True:
            if self.rng.random() < 0.38:
                at = scattered(self.rng.choice(self._markets), 75.0, self.rng)
            else:
                road = self.rng.choices(self.roads, self._pull)[0]
                at, _ = road.beside(self.rng.random(), self.rng.uniform(-25.0, 25.0))
            if self.finder.micro(at) is not None:
                return at

    def by_border(self) -> Plane:
        """A place within 25 m of a border between micro-grids."""
        while True:
            road = self.rng.choices(self._borders, weights(self._borders, 900.0))[0]
            at, _ = road.beside(self.rng.uniform(0.1, 0.9), self.rng.uniform(-25.0, 25.0))
            if self.finder.micro(at) is not None:
                return at

    def outside(self, *, far: bool) -> Plane:
        """A place in the river: hundreds of metres out, or just over the river wall."""
        u, v = self.rng.uniform(-3500.0, 3500.0), -1500.0
        while self.finder.micro((u, v)) is not None:
            v -= 8.0
        return u, v - (self.rng.uniform(300.0, 1300.0) if far else 6.0)

    def address(self, at: Plane) -> str:
        micro = self.finder.micro(at)
        where = micro.place.full_name if micro else ""
        return f"城桥镇{where}{self.finder.road(at).name}{self.rng.randint(1, 400)}号附近"


def lines(scene: Scene, reference: datetime) -> Iterator[str]:
    """One feature per case, oldest first."""
    rng = scene.rng
    cases: list[Case] = []
    occurred = moments.drawn(reference, COUNT, rng)
    still_open = moments.still_open(occurred, reference, rng)
    for index, moment in enumerate(occurred):
        waits = index in still_open and moments.long_ago(moment, reference) and rng.random() < 0.72
        case = _apart(scene, moment, cases, texts.PATIENT if waits else texts.KINDS)
        cases.append(_special(index, case, scene))
    for number, case in enumerate(cases, start=1):
        state = "discovered" if number - 1 in still_open else "void" if rng.random() < 0.025 else "closed"
        yield _line(case, number, state, reference, rng)


def _apart(scene: Scene, occurred: datetime, others: Sequence[Case], kinds: Sequence[texts.Kind]) -> Case:
    """A case that is no duplicate of another: not the same class near by in place and time."""
    for _ in range(60):
        case = _usual(scene, occurred, kinds)
        if not any(_near(case, other) for other in others[-60:]):
            return case
    raise RuntimeError("No room for one more case")


def _near(one: Case, other: Case) -> bool:
    if one.at is None or other.at is None or one.code is None or one.occurred - other.occurred > _APART:
        return False
    return one.code == other.code and math.dist(one.at, other.at) < _APART_METRES


def _usual(scene: Scene, occurred: datetime, kinds: Sequence[texts.Kind]) -> Case:
    rng = scene.rng
    kind = rng.choices(kinds, [k.share for k in kinds])[0]
    source = rng.choices(texts.SOURCES, kind.sources)[0]
    camera = _camera_for(kind, scene) if source == "camera-ai" else None
    at = camera.seen(rng) if camera else scene.somewhere()
    if scene.finder.micro(at) is None:
        at = scene.somewhere()
        camera, source = None, "patrol"
    old = kind.old_code is not None and source == "city-terminal" and rng.random() < 0.15
    return Case(
        at=at,
        text=texts.told(rng.choice(kind.texts), scene.finder.road(at).name, rng),
        source=source,
        occurred=occurred,
        code=kind.old_code if old else kind.code,
        ref=texts.OLD if old else texts.NEW,
        source_code=texts.VENDOR_CODES.get((camera.vendor, kind.code)) if camera else None,
        camera=camera,
        accuracy=_accuracy(source, rng),
        address=scene.address(at),
        hours=kind.hours,
    )


def _camera_for(kind: texts.Kind, scene: Scene) -> Camera:
    able = [c for c in scene.cameras if (c.vendor, kind.code) in texts.VENDOR_CODES or c.vendor == "hikvision"]
    return scene.rng.choice(able)


def _accuracy(source: str, rng: Random) -> float | None:
    low, high = {"camera-ai": (5, 20), "city-terminal": (3, 12), "patrol": (3, 15)}.get(source, (15, 60))
    return None if rng.random() < 0.2 else float(rng.randint(low, high))


def _special(index: int, case: Case, scene: Scene) -> Case:
    """The awkward ones: no category, no place, outside the town, or a wide circle near a border; some in the last day."""
    if index % 60 == 7 or index in {584, 594}:
        return _unclassified(index, case, scene)
    if index % 75 == 30 or index == 588:
        return replace(case, at=None, source="hotline-12345", camera=None, source_code=None, accuracy=None)
    if index % 150 == 90 or index in {586, 596}:
        river = replace(case, source="resident", camera=None, source_code=None, accuracy=40.0)
        moved = _moved(river, scene.outside(far=index in {90, 390, 586}), scene)
        return replace(moved, address="城桥镇江边（定位在镇外）")
    if index % 20 == 13 and case.camera is None:
        wide = float(scene.rng.randint(40, 120))
        return _moved(replace(case, accuracy=wide), scene.by_border(), scene)
    if case.camera is not None and case.camera.view is not None and index % 9 == 4:
        return replace(case, at=None, accuracy=None)
    return case


def _unclassified(index: int, case: Case, scene: Scene) -> Case:
    vendor, code, template = texts.UNMAPPED[index // 10 % len(texts.UNMAPPED)]
    camera = scene.rng.choice([c for c in scene.cameras if c.vendor == vendor])
    at = camera.seen(scene.rng)
    text = texts.told(template, scene.finder.road(at).name, scene.rng)
    sent = replace(case, source="camera-ai", code=None, source_code=code, camera=camera, accuracy=None, hours=20.0)
    return replace(sent, at=at, text=text, address=scene.address(at))


def _moved(case: Case, at: Plane, scene: Scene) -> Case:
    """The same case at another place, its street in the text and the address with it."""
    text = case.text
    if case.at is not None:
        text = text.replace(scene.finder.road(case.at).name, scene.finder.road(at).name)
    return replace(case, at=at, text=text, address=scene.address(at))


def _line(case: Case, number: int, state: str, reference: datetime, rng: Random) -> str:
    received = min(reference, case.occurred + moments.delay(case.source, rng))
    closed = None
    if state in ("closed", "void"):
        closed = min(reference, received + moments.handling(case.hours, state, rng))
    point = None if case.at is None else Point(to_degrees(np.array([case.at]), 7)[0])
    properties: dict[str, object] = {
        "source": case.source,
        "source_id": f"demo-{case.source}-{number:05d}",
        "occurred_at": case.occurred.isoformat(),
        "received_at": received.isoformat(),
        "standard_ref": case.ref if case.code else None,
        "kind": "matter" if case.code else None,
        "code": case.code,
        "source_code": case.source_code,
        "address": case.address,
        "text": case.text,
        "accuracy_m": case.accuracy,
        "camera_id": case.camera.id if case.camera else None,
        "state": state,
        "closed_at": closed.isoformat() if closed else None,
        "media": [],
    }
    return feature(point, properties, 7)
