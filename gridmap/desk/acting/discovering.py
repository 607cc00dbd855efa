"""发现: give a case its category and its place, take it, or settle it on the spot."""

from shapely.geometry import Point
from sqlalchemy import select

from gridmap.cases.categories import CategoryKey, catalogue, category_path
from gridmap.cases.deadlines import Limit, Unit
from gridmap.cases.models import TimeLimit
from gridmap.cases.states import State
from gridmap.cases.tasks import Addressee, TaskState
from gridmap.desk.acting.doing import Doing, limit_of
from gridmap.desk.acting.proving import attached
from gridmap.errors import Invalid, msg
from gridmap.routing.ask import Place, route_one


def classify(doing: Doing) -> State:
    """Give the case its category; its limit, under the condition told, runs from receipt as if it had always been so."""
    key = doing.told.category or CategoryKey("", "", "")
    known = catalogue(doing.session, [key]).by_key.get(key)
    if known is None:
        raise Invalid(
            msg("There is no category %(code)s in %(standard)s"), field="category", code=key.code, standard=key.standard_ref
        )
    limit = known.limit if doing.told.condition is None else _limit_under(doing, known.id, doing.told.condition)
    doing.case.category_id = known.id
    if limit != limit_of(doing.case):
        doing.case.clock_round += 1
    doing.case.limit_value, doing.case.limit_unit = (limit.value, limit.unit) if limit else (None, None)
    doing.facts |= {"category": key._asdict(), "limit": {"value": limit.value, "unit": limit.unit.value} if limit else None}
    _send(doing, known.path)
    doing.reckon()
    return State(doing.case.state)


def _send(doing: Doing, category: str) -> None:
    """Special zones take cases by their category: with another one it may go to another grid."""
    spot, kept = doing.case.location, doing.case.route
    if spot is None:
        return
    route = route_one(doing.session, Place(spot.x, spot.y, category=category), limit_m=doing.nearest_limit_m)
    if route.sent is None and "zone" not in kept:
        return
    before = doing.case.grid_code
    unsent = {key: value for key, value in kept.items() if key != "zone"}
    told = route.facts()
    doing.case.grid_code = route.grid
    doing.case.route = {**unsent, "grid": route.grid, **({"zone": told["zone"]} if route.sent else {})}
    doing.facts |= {"grid_before": before, "grid": route.grid}


def _limit_under(doing: Doing, category_id: int, condition: str) -> Limit:
    asked = select(TimeLimit).where(TimeLimit.category_id == category_id, TimeLimit.condition_zh == condition)
    found = doing.session.scalars(asked.order_by(TimeLimit.is_default.desc())).first()
    if found is None:
        raise Invalid(
            msg("This category has no limit under the condition '%(condition)s'"), field="condition", condition=condition
        )
    return Limit(found.value, Unit(found.unit))


def locate(doing: Doing) -> State:
    """Move the case to where it really is; it is routed anew, with the reason kept as for an alert."""
    spot = doing.told.location
    if spot is None:
        raise Invalid(msg("This field is required"), field="location")
    path = category_path(doing.session, doing.case.category_id)
    route = route_one(doing.session, Place(spot.lon, spot.lat, category=path), limit_m=doing.nearest_limit_m)
    before = doing.case.grid_code
    doing.case.location, doing.case.accuracy_m = Point(spot.lon, spot.lat), None
    doing.case.address = doing.case.address if spot.address is None else spot.address
    doing.case.grid_code, doing.case.ambiguous, doing.case.route = route.grid, route.ambiguous, route.facts()
    doing.facts |= {"location": [spot.lon, spot.lat], "grid_before": before, "grid": route.grid}
    return State(doing.case.state)


def accept(doing: Doing) -> State:
    """Take a task that waits; of a case just discovered, make one and take it."""
    just_discovered = State(doing.case.state) is State.DISCOVERED
    task = doing.give([_own(doing)])[0] if just_discovered else doing.mine(held=False)
    doing.take(task)
    doing.facts |= {"task": task.id}
    return State.HANDLING


def self_handle(doing: Doing) -> State:
    """Settle it on the spot (自行处置): taken and done in one step, with evidence."""
    attached(doing, needs_after=True)
    task = doing.give([_own(doing)])[0]
    doing.take(task)
    doing.end(task, TaskState.DONE, result=doing.told.result)
    doing.case.handled_by, doing.case.handled_at = doing.asker.name, doing.now
    doing.facts |= {"result": doing.told.result, "task": task.id}
    return State.VERIFYING


def _own(doing: Doing) -> Addressee:
    if doing.asker.person_id is None:
        raise Invalid(msg("Your account belongs to no person, so no task can be yours; an administrator can say who you are"))
    return Addressee(person_id=doing.asker.person_id)
