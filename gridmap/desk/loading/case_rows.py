"""A row of a file of cases: what it says, whether that can be, and the case it becomes in the grid of its day."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from shapely.geometry import Point
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.cases import past, taking
from gridmap.cases.categories import Catalogue, CategoryKey, KnownCategory, catalogue
from gridmap.cases.deadlines import Calendar, due_at
from gridmap.cases.states import OPEN_STATES, State
from gridmap.desk.loading.cells import Cells, Firsts
from gridmap.desk.loading.job import Terms
from gridmap.desk.loading.upserting import chunks
from gridmap.errors import msg
from gridmap.grids.models import Publication
from gridmap.places.lookup import KnownCamera, cameras
from gridmap.routing.ask import Place, route_all
from gridmap.routing.route import Basis, Route

STATES = {
    "待处理": "discovered",
    "会商中": "consulting",
    "待接单": "dispatched",
    "处置中": "handling",
    "挂账": "suspended",
    "待核实": "verifying",
    "待评价": "rating",
    "已结案": "closed",
    "已作废": "void",
} | {str(state): str(state) for state in State}
KINDS = {"部件": "component", "事件": "matter", "事项": "matter", "component": "component", "matter": "matter"}
_BY_CAMERA = (Basis.CAMERA_VIEW, Basis.CAMERA_POLE)
BASES = {"上报坐标": "location", "探头视野": "camera_view", "探头立杆": "camera_pole", "没有位置": "none"} | {
    str(basis): str(basis) for basis in Basis
}
MOST = {"source": 100, "source_id": 200, "source_code": 100, "address": 1000, "text": 20_000, "camera_id": 40}  # Letters.
MOST_ACCURACY_M = 100_000
_SAME_DEG = 1e-8  # About a millimetre.


@dataclass(frozen=True)
class CaseRow:
    """A row that made sense."""

    source: str
    source_id: str
    occurred_at: datetime
    received_at: datetime
    category: CategoryKey | None
    source_code: str | None
    point: Point | None
    accuracy_m: float | None
    address: str
    text: str
    camera_id: str | None
    basis: str | None
    state: State
    closed_at: datetime | None
    media: list[Any]
    payload: str

    @property
    def key(self) -> tuple[str, str]:
        """By which it is told from others."""
        return self.source, self.source_id


def read_case(cells: Cells, properties: dict[str, Any], terms: Terms, firsts: Firsts) -> CaseRow | None:
    """The row's case; None where something is wrong with it, which `cells` then say."""
    source, source_id = (cells.text(name, needed=True, most=MOST[name]) for name in ("source", "source_id"))
    if source and source_id:
        firsts.check(cells, "source_id", (source, source_id))
    occurred_at = cells.moment("occurred_at", now=terms.now, ahead=terms.ahead, needed=True)
    received_at = cells.moment("received_at", now=terms.now, ahead=terms.ahead)
    state = State(cells.choice("state", STATES) or State.DISCOVERED)
    case = CaseRow(
        source=source,
        source_id=source_id,
        occurred_at=occurred_at or terms.now,  # Without one the row has a fault, and the case is not used.
        received_at=received_at or occurred_at or terms.now,
        category=_category(cells),
        source_code=cells.text("source_code", most=MOST["source_code"]) or None,
        point=cells.point(needed=False),
        accuracy_m=cells.number_of("accuracy_m", 0, MOST_ACCURACY_M),
        address=cells.text("address", most=MOST["address"]),
        text=cells.text("text", most=MOST["text"]),
        camera_id=cells.text("camera_id", most=MOST["camera_id"]) or None,
        basis=cells.choice("basis", BASES),
        state=state,
        closed_at=_closed_at(cells, state, occurred_at, terms),
        media=cells.listing("media"),
        payload=_payload(cells, properties),
    )
    return None if cells.faults else case


def _category(cells: Cells) -> CategoryKey | None:
    if not cells.text("code"):
        return None
    kind = cells.choice("kind", KINDS)
    if kind is None and not cells.text("kind"):
        cells.wrong("kind", msg("%(field)s is missing"))
    return CategoryKey(cells.text("standard_ref", needed=True), kind or "", cells.text("code"))


def _closed_at(cells: Cells, state: State, occurred_at: datetime | None, terms: Terms) -> datetime | None:
    closed_at = cells.moment("closed_at", now=terms.now, ahead=terms.ahead, needed=state not in OPEN_STATES)
    if closed_at is not None and state in OPEN_STATES:
        cells.wrong("closed_at", msg("A case in the state '%(state)s' has no %(field)s"), state=str(state))
    if closed_at is not None and occurred_at is not None and closed_at < occurred_at:
        cells.wrong("closed_at", msg("It can't be closed before it occurred"))
    return closed_at


def _payload(cells: Cells, properties: dict[str, Any]) -> str:
    """The alert as the file has it, for the record."""
    try:
        text = orjson.dumps(properties).decode()
    except (TypeError, ValueError):  # Lone surrogates, integers of more than 64 bits.
        cells.wrong("", msg("The row holds values that can't be kept"))
        return "{}"
    if "\\u0000" in text:
        cells.wrong("", msg("The row holds values that can't be kept"))
    return text


class Settled(NamedTuple):
    """A case's route, and its columns as `cases.opening` takes them."""

    route: Route
    columns: dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What is on record of the cameras and categories that some cases name."""

    cameras: dict[str, KnownCamera]
    categories: Catalogue

    @classmethod
    def of(cls, session: Session, cases: Sequence[CaseRow]) -> "Known":
        """For these cases."""
        known = cls(cameras(session, (case.camera_id for case in cases if case.camera_id)), Catalogue({}, {}))
        codes = {(vendor, case.source_code) for case in cases if case.source_code for vendor in known._vendors(case)}
        return cls(known.cameras, catalogue(session, {case.category for case in cases if case.category}, codes))

    def _vendors(self, case: CaseRow) -> list[str]:
        """Whose vocabulary a source code may belong to: the source itself, then the maker of the camera."""
        camera = self.cameras.get(case.camera_id or "")
        return [case.source, *([camera.vendor] if camera else [])]

    def category(self, case: CaseRow) -> KnownCategory | None:
        """What the case is about, if that is known."""
        if case.category is not None:
            return self.categories.by_key.get(case.category)
        codes = ((vendor, case.source_code or "") for vendor in self._vendors(case))
        return next((known for code in codes if (known := self.categories.by_source_code.get(code))), None)

    def strange(self, case: CaseRow) -> bool:
        """Whether it names a camera that is not on record."""
        return case.camera_id is not None and case.camera_id not in self.cameras

    def check(self, cells: Cells, case: CaseRow, *, keep_outside: bool) -> None:
        """Note cameras and categories that are not on record."""
        # The API takes alerts of unknown cameras, so an export holds them, and must find its way back.
        if self.strange(case) and not keep_outside:
            cells.wrong("camera_id", msg("There is no camera %(camera)s on record"), camera=case.camera_id)
        if case.category is not None and case.category not in self.categories.by_key:
            cells.wrong("code", msg("There is no category %(category)s"), category=" ".join(case.category))

    def settle(self, session: Session, cases: Sequence[CaseRow], calendar: Calendar, *, limit_m: float) -> list[Settled]:
        """Route each by the boundaries of its day, and make its columns."""
        meant = [self.category(case) for case in cases]
        routes = self._routes(session, cases, meant, limit_m)
        rows = [_columns(case, route, known, calendar) for case, route, known in zip(cases, routes, meant, strict=True)]
        for case, row in zip(cases, rows, strict=True):
            if self.strange(case):
                row["route"]["unknown_camera"] = case.camera_id
        return [Settled(*found) for found in zip(routes, rows, strict=True)]

    def _routes(
        self, session: Session, cases: Sequence[CaseRow], meant: Sequence[KnownCategory | None], limit_m: float
    ) -> list[Route]:
        moments = publications(session)
        by_moment: dict[datetime | None, list[int]] = {}
        for i, case in enumerate(cases):
            by_moment.setdefault(in_force(moments, case.occurred_at), []).append(i)
        routes: dict[int, Route] = {}
        for moment, members in by_moment.items():
            places = [self._place(cases[i])._replace(category=known.path if (known := meant[i]) else None) for i in members]
            routes |= dict(zip(members, route_all(session, places, limit_m=limit_m, at=moment), strict=True))
        return [routes[i] for i in range(len(cases))]

    def _place(self, case: CaseRow) -> Place:
        camera = self.cameras.get(case.camera_id or "")
        by_camera = Place(camera_pole=camera and camera.pole, camera_view=camera and camera.view)
        if case.point is None or (case.basis in _BY_CAMERA and _is_at(by_camera.point, case.point)):
            return by_camera
        return Place(case.point.x, case.point.y, case.accuracy_m, by_camera.camera_pole, by_camera.camera_view)


def on_record(session: Session, keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these keys (source, source_id) whose alert or past case is on record."""
    found: set[tuple[str, str]] = set()
    for chunk in chunks(keys):
        found |= taking.known(session, chunk).keys() | past.known(session, chunk)
    return found


def publications(session: Session) -> list[datetime]:
    """The moments from which boundaries were in force, in order."""
    return list(session.scalars(select(Publication.at).order_by(Publication.at)))


def in_force(moments: Sequence[datetime], at: datetime) -> datetime | None:
    """Since when the boundaries were in force by which a case of that moment is routed: the first ones, if it is older."""
    return moments[max(bisect_right(moments, at) - 1, 0)] if moments else None


def _is_at(place: tuple[float, float] | None, point: Point) -> bool:
    """Whether the camera still puts its case there; once it has been turned, the place on record stands."""
    return place is not None and point.distance(Point(place)) < _SAME_DEG


def _columns(case: CaseRow, route: Route, category: KnownCategory | None, calendar: Calendar) -> dict[str, Any]:
    limit = category.limit if category else None
    return {
        "source": case.source,
        "source_id": case.source_id,
        "category_id": category.id if category else None,
        "source_code": case.source_code,
        "lon": route.point[0] if route.point else None,
        "lat": route.point[1] if route.point else None,
        "accuracy_m": case.accuracy_m,
        "address": case.address,
        "text": case.text,
        "camera_id": case.camera_id,
        "media": case.media,
        "occurred_at": case.occurred_at,
        "received_at": case.received_at,
        "state": case.state.value,
        "due_at": due_at(case.received_at, limit, calendar=calendar) if limit else None,
        "limit_value": limit.value if limit else None,
        "limit_unit": limit.unit.value if limit else None,
        "closed_at": case.closed_at,
        "grid_code": route.grid,
        "ambiguous": route.ambiguous,
        "route": route.facts(),
    }
