"""Ask for routes: gathers the facts (boundaries in force, the camera's view) and lets `route` decide."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import NamedTuple

import numpy as np
from shapely.geometry import Point, Polygon
from sqlalchemy.orm import Session

from gridmap.db import engine_of
from gridmap.grids import lookup
from gridmap.grids.catching_up import catch_up
from gridmap.places.views import representative
from gridmap.routing.index import GridIndex
from gridmap.routing.route import NOWHERE, Basis, Other, Route, decide
from gridmap.routing.zones import Sent


class Place(NamedTuple):
    """Where something was seen: a point of its own, or what is known of the camera that saw it.

    Degrees WGS-84, (lon, lat); `accuracy_m` is the radius the sender vouches for; `category` the path
    (`grids.zones.path`) of what was seen, if that is known.
    """

    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    camera_pole: Point | None = None
    camera_view: Polygon | None = None
    category: str | None = None

    @property
    def basis(self) -> Basis:
        """Which of them is routed: the point before the view, the view before the pole."""
        if self.lon is not None:
            return Basis.LOCATION
        if self.camera_view is not None:
            return Basis.CAMERA_VIEW
        return Basis.CAMERA_POLE if self.camera_pole is not None else Basis.NONE

    @property
    def point(self) -> tuple[float, float] | None:
        """The point that is routed, (lon, lat)."""
        if self.lon is not None and self.lat is not None:
            return self.lon, self.lat
        stands_for = representative(self.camera_view) if self.camera_view is not None else self.camera_pole
        return (stands_for.x, stands_for.y) if stands_for is not None else None


class Indexes:
    """The newest few indexes, shared by the threads of a process; an index, once built, never changes.

    After a publish the one who asks first makes the next index from the last one, by reading what changed alone.
    """

    def __init__(self, keep: int = 4) -> None:
        self._keep = keep
        self._last: dict[str, GridIndex] = {}  # By database: what was in force at the last question.
        self._held: OrderedDict[tuple[str, int, datetime], _Slot] = OrderedDict()
        self._lock = Lock()

    def at(self, session: Session, at: datetime | None = None) -> GridIndex:
        """The index of the boundaries in force at `at` (default: now); an empty one before the first publish."""
        found = lookup.publication_at(session, at)
        if found is None:
            return GridIndex(lookup.NOTHING_YET)
        slot = self._slot((_database(session), *found))
        with slot.building:  # Who needs this index waits for the one who builds it; nobody else does.
            if slot.index is None:
                slot.index = self._made(session, *found)
        if at is None:
            self._last[_database(session)] = slot.index
        return slot.index

    def _made(self, session: Session, publication: int, at: datetime) -> GridIndex:
        """The index of a publication: what changed since the last one, where that is earlier, else all of it."""
        last = self._last.get(_database(session))
        if last is not None and last.published and last.at < at:
            redrawn = catch_up(session, last.held, publication, at)
            if redrawn is not None:
                return last.patched(redrawn)
        return GridIndex(lookup.micro_grids(session, publication, at))

    def last(self, session: Session) -> GridIndex:
        """The index that was in force when this process last asked; it asks only where it never has."""
        return self._last.get(_database(session)) or self.at(session)

    def _slot(self, key: tuple[str, int, datetime]) -> "_Slot":
        with self._lock:
            slot = self._held.setdefault(key, _Slot())
            self._held.move_to_end(key)
            while len(self._held) > self._keep:
                self._held.popitem(last=False)
            return slot


def _database(session: Session) -> str:
    return engine_of(session).url.render_as_string()


@dataclass
class _Slot:
    index: GridIndex | None = None
    building: Lock = field(default_factory=Lock)


_indexes = Indexes()


def index_at(session: Session, at: datetime | None = None) -> GridIndex:
    """The index of the boundaries in force at `at` (default: now), from memory when it is there."""
    return _indexes.at(session, at)


def last_index(session: Session) -> GridIndex:
    """The index in force when this process last asked: for who finds out later whether it still is."""
    return _indexes.last(session)


def route_all(session: Session, places: Sequence[Place], *, limit_m: float, at: datetime | None = None) -> list[Route]:
    """Route every place by the boundaries in force at `at` (default: now), in the order given."""
    return route_by(index_at(session, at), places, limit_m=limit_m)


def route_by(index: GridIndex, places: Sequence[Place], *, limit_m: float) -> list[Route]:
    """Route every place by one index, in the order given."""
    routes = [NOWHERE] * len(places)
    asked = [(i, place, place.basis, point) for i, place in enumerate(places) if (point := place.point) is not None]
    if not asked:
        return routes
    lon, lat = np.array([point for *_, point in asked], dtype=float).T
    # Only a place of its own has an accuracy, and only within that do other grids matter.
    accuracies = [place.accuracy_m if basis is Basis.LOCATION else None for _, place, basis, _ in asked]
    reach = np.array([accuracy or 0.0 for accuracy in accuracies])
    found = index.facts(lon, lat, reach, limit_m)
    for (i, place, basis, point), accuracy, facts in zip(asked, accuracies, found, strict=True):
        route = decide(facts, index, point=point, basis=basis, accuracy_m=accuracy, limit_m=limit_m)
        if basis is Basis.CAMERA_VIEW and place.camera_view is not None:
            route = _seen(route, place.camera_view, index, point)
        routes[i] = route
    if index.zones:
        zones = index.zones.taking(lon, lat, [place.category for _, place, *_ in asked])
        for n, zone in zones.items():
            i = asked[n][0]
            if (lies_in := routes[i].grid) is not None:
                routes[i] = routes[i]._replace(grid=zone.target, sent=Sent(zone, lies_in))
    return routes


def route_one(session: Session, place: Place, *, limit_m: float, at: datetime | None = None) -> Route:
    """Route one place."""
    return route_all(session, [place], limit_m=limit_m, at=at)[0]


def _seen(route: Route, view: Polygon, index: GridIndex, point: tuple[float, float]) -> Route:
    """A view that spans several grids makes the route ambiguous; each candidate tells its share of the view."""
    rest = [(g, share) for g, share in index.touching(view) if index.codes[g] != route.grid]
    return route._replace(candidates=tuple(Other(index.codes[g], index.metres(point, g), share) for g, share in rest))
