"""Load cases: those not on record (by source and source id) are opened as the file says they stand; the others stay as they are.

Each is routed by the boundaries that were in force when it occurred, or by the first ones when it is older than all.
One journal row tells of the whole file: a hundred thousand old cases are one happening, not as many.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from shapely.geometry import Point
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.cases import taking, working
from gridmap.cases.categories import Catalogue, CategoryKey, KnownCategory, catalogue
from gridmap.cases.deadlines import Calendar, due_at
from gridmap.cases.opening import Kept, NewCase, keep_alerts, open_cases
from gridmap.cases.states import OPEN_STATES, State
from gridmap.cases.taking import Taken
from gridmap.desk.loading import surroundings
from gridmap.desk.loading.cells import Cells, Firsts
from gridmap.desk.loading.job import MOST_IDS, Job
from gridmap.desk.loading.upserting import CHUNK, chunks
from gridmap.errors import msg
from gridmap.grids.models import Publication
from gridmap.grids.publishing import hold
from gridmap.journal.write import Event, write
from gridmap.places.lookup import KnownCamera, cameras
from gridmap.routing.ask import Place, route_all
from gridmap.routing.route import Basis, Route

_STATES = {
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
_KINDS = {"部件": "component", "事件": "matter", "事项": "matter", "component": "component", "matter": "matter"}
_CATEGORY = ("standard_ref", "kind", "code")
_BY_CAMERA = (Basis.CAMERA_VIEW, Basis.CAMERA_POLE)
_BASES = {"上报坐标": "location", "探头视野": "camera_view", "探头立杆": "camera_pole", "没有位置": "none"} | {
    str(basis): str(basis) for basis in Basis
}
_SAME_DEG = 1e-8  # About a millimetre.


@dataclass(frozen=True)
class _Case:
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
        return self.source, self.source_id


def load(job: Job) -> None:
    """Bring the job's rows in; its report tells how it went."""
    rows = _read(job)
    known = _known(job.session, [case.key for _, case in rows if case])
    fresh = [(cells, case) for cells, case in rows if case is None or case.key not in known]
    seen = cameras(job.session, (case.camera_id for _, case in fresh if case and case.camera_id))
    categories = _categories(job.session, [case for _, case in fresh if case], seen)
    for cells, case in fresh:
        if case is not None:
            _check_known(cells, case, seen, categories, keep_outside=job.terms.keep_outside)
    strangers = sum(case is not None and _unknown(case, seen) for _, case in fresh)
    if strangers and job.terms.keep_outside:
        job.warn("camera_id", msg("%(count)s cases name cameras that are not on record"), count=strangers)
    places = [(cells, case.point) for cells, case in fresh if case and case.point]
    surroundings.check(job, places, {}, keep_outside=job.terms.keep_outside)
    job.collect(cells for cells, _ in rows)
    if job.report.refuses:
        return
    cases = [case for _, case in fresh if case]
    job.report.new, job.report.unchanged = len(cases), len(rows) - len(cases)
    _write(job, cases, seen, categories)


def _read(job: Job) -> list[tuple[Cells, _Case | None]]:
    firsts = Firsts()
    rows: list[tuple[Cells, _Case | None]] = []
    for cells, row in zip(job.cells("cases"), job.rows, strict=True):
        rows.append((cells, _case(cells, row.properties, job, firsts)))
        if len(rows) % CHUNK == 0:
            job.terms.progress("check", len(rows), len(job.rows))
    return rows


def _case(cells: Cells, properties: dict[str, Any], job: Job, firsts: Firsts) -> _Case | None:
    source, source_id = cells.text("source", needed=True, most=100), cells.text("source_id", needed=True, most=200)
    if source and source_id:
        firsts.check(cells, "source_id", (source, source_id))
    now, ahead = job.terms.now, job.terms.ahead
    occurred_at = cells.moment("occurred_at", now=now, ahead=ahead, needed=True)
    received_at = cells.moment("received_at", now=now, ahead=ahead)
    state = State(cells.choice("state", _STATES) or State.DISCOVERED)
    case = _Case(
        source=source,
        source_id=source_id,
        occurred_at=occurred_at or now,  # Without one the row has a fault, and the case is not used.
        received_at=received_at or occurred_at or now,
        category=_category(cells),
        source_code=cells.text("source_code", most=100) or None,
        point=cells.point(needed=False),
        accuracy_m=cells.number_of("accuracy_m", 0, 100_000),
        address=cells.text("address", most=1000),
        text=cells.text("text", most=20_000),
        camera_id=cells.text("camera_id", most=40) or None,
        basis=cells.choice("basis", _BASES),
        state=state,
        closed_at=_closed_at(cells, state, occurred_at, job),
        media=cells.listing("media"),
        payload=_payload(cells, properties),
    )
    return None if cells.faults else case


def _category(cells: Cells) -> CategoryKey | None:
    if not cells.text("code"):
        return None
    kind = cells.choice("kind", _KINDS)
    if kind is None and not cells.text("kind"):
        cells.wrong("kind", msg("%(field)s is missing"))
    return CategoryKey(cells.text("standard_ref", needed=True), kind or "", cells.text("code"))


def _closed_at(cells: Cells, state: State, occurred_at: datetime | None, job: Job) -> datetime | None:
    closed_at = cells.moment("closed_at", now=job.terms.now, ahead=job.terms.ahead, needed=state not in OPEN_STATES)
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


def _known(session: Session, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Taken]:
    found: dict[tuple[str, str], Taken] = {}
    for chunk in chunks(keys):
        found |= taking.known(session, chunk)
    return found


def _vendors(case: _Case, seen: dict[str, KnownCamera]) -> list[str]:
    """Whose vocabulary a source code may belong to: the source itself, then the maker of the camera."""
    camera = seen.get(case.camera_id or "")
    return [case.source, *([camera.vendor] if camera else [])]


def _categories(session: Session, cases: Sequence[_Case], seen: dict[str, KnownCamera]) -> Catalogue:
    codes = {(vendor, case.source_code) for case in cases if case.source_code for vendor in _vendors(case, seen)}
    return catalogue(session, {case.category for case in cases if case.category}, codes)


def _known_category(case: _Case, seen: dict[str, KnownCamera], categories: Catalogue) -> KnownCategory | None:
    if case.category is not None:
        return categories.by_key.get(case.category)
    codes = ((vendor, case.source_code or "") for vendor in _vendors(case, seen))
    return next((known for code in codes if (known := categories.by_source_code.get(code))), None)


def _unknown(case: _Case, seen: dict[str, KnownCamera]) -> bool:
    return case.camera_id is not None and case.camera_id not in seen


def _check_known(cells: Cells, case: _Case, seen: dict[str, KnownCamera], categories: Catalogue, *, keep_outside: bool) -> None:
    # The API takes alerts of unknown cameras, so an export holds them, and must find its way back.
    if _unknown(case, seen) and not keep_outside:
        cells.wrong("camera_id", msg("There is no camera %(camera)s on record"), camera=case.camera_id)
    if case.category is not None and case.category not in categories.by_key:
        cells.wrong("code", msg("There is no category %(category)s"), category=" ".join(case.category))


def _write(job: Job, cases: Sequence[_Case], seen: dict[str, KnownCamera], categories: Catalogue) -> None:
    if not cases:
        return
    numbers: list[str] = []
    hold(job.session)
    calendar = working.calendar(job.session)
    for start, chunk in zip(range(0, len(cases), CHUNK), chunks(cases), strict=True):
        meant = [_known_category(case, seen, categories) for case in chunk]
        routes = _routes(job, chunk, meant, seen)
        rows = [_row(case, route, known, calendar) for case, route, known in zip(chunk, routes, meant, strict=True)]
        for case, row in zip(chunk, rows, strict=True):
            if _unknown(case, seen):
                row["route"]["unknown_camera"] = case.camera_id
        made: dict[tuple[str, str], Taken] = {}
        new = [NewCase(case.key, row, row, None) for case, row in zip(chunk, rows, strict=True)]
        open_cases(job.session, new, made.__setitem__)
        numbers.extend(made[case.key].number for case in chunk[: max(0, MOST_IDS - start)])
        kept = [Kept(*case.key, case.payload, made[case.key].case_id, "opened") for case in chunk]
        keep_alerts(job.session, kept, actor=job.terms.actor, received_at=job.terms.now)
        job.terms.progress("write", start + len(chunk), len(cases))
    data = {"new": job.report.new, "unchanged": job.report.unchanged, "ids": numbers[:MOST_IDS]}
    write(job.session, [Event("cases", "cases.loaded", "cases", job.terms.actor, data)])


def _routes(job: Job, cases: Sequence[_Case], meant: Sequence[KnownCategory | None], seen: dict[str, KnownCamera]) -> list[Route]:
    moments = list(job.session.scalars(select(Publication.at).order_by(Publication.at)))
    by_moment: dict[datetime | None, list[int]] = {}
    for i, case in enumerate(cases):
        after = bisect_right(moments, case.occurred_at)
        by_moment.setdefault(moments[max(after - 1, 0)] if moments else None, []).append(i)
    routes: dict[int, Route] = {}
    for moment, members in by_moment.items():
        places = [_place(cases[i], seen)._replace(category=known.path if (known := meant[i]) else None) for i in members]
        found = route_all(job.session, places, limit_m=job.terms.nearest_limit_m, at=moment)
        routes |= dict(zip(members, found, strict=True))
    return [routes[i] for i in range(len(cases))]


def _place(case: _Case, seen: dict[str, KnownCamera]) -> Place:
    camera = seen.get(case.camera_id or "")
    by_camera = Place(camera_pole=camera and camera.pole, camera_view=camera and camera.view)
    if case.point is None or (case.basis in _BY_CAMERA and _is_at(by_camera.point, case.point)):
        return by_camera
    return Place(case.point.x, case.point.y, case.accuracy_m, by_camera.camera_pole, by_camera.camera_view)


def _is_at(place: tuple[float, float] | None, point: Point) -> bool:
    """Whether the camera still puts its case there; once it has been turned, the place on record stands."""
    return place is not None and point.distance(Point(place)) < _SAME_DEG


def _row(case: _Case, route: Route, category: KnownCategory | None, calendar: Calendar) -> dict[str, Any]:
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
