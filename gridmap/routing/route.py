"""The decision: which micro-grid, by which rule, how sure. Pure."""

from enum import StrEnum
from typing import Any, NamedTuple

from gridmap.grids.lookup import Span
from gridmap.routing.index import Facts, GridIndex
from gridmap.routing.zones import Sent


class Rule(StrEnum):
    """Why this grid."""

    COVERS = "covers"  # The grid covers the point (DE-9IM covers: interior or border).
    TIE = "tie"  # Several cover it, on a shared border: the lowest code wins.
    NEAREST = "nearest"  # None covers it: the nearest within the limit.
    UNROUTED = "unrouted"  # None, and none near enough.


class Basis(StrEnum):
    """Which place was routed."""

    LOCATION = "location"
    CAMERA_VIEW = "camera_view"
    CAMERA_POLE = "camera_pole"
    NONE = "none"


class Other(NamedTuple):
    """Another grid that comes into question, its distance in metres, and its share of a camera's view."""

    code: str
    distance_m: float
    share: float | None = None


class Route(NamedTuple):
    """A routing decision with its whole reason. Distances in metres, `point` in degrees (lon, lat) WGS-84.

    Where a special zone `sent` it on, `grid` is the one that gets it; boundary, distance and rule are of the one it lies in.
    """

    rule: Rule
    basis: Basis
    grid: str | None
    point: tuple[float, float] | None
    publication: int | None = None
    boundary: Span | None = None
    distance_to_border_m: float | None = None
    runner_up: Other | None = None
    candidates: tuple[Other, ...] = ()
    accuracy_m: float | None = None
    limit_m: float | None = None
    sent: Sent | None = None

    @property
    def ambiguous(self) -> bool:
        """Whether another grid may be the right one."""
        return bool(self.candidates)

    def facts(self) -> dict[str, Any]:
        """The decision as JSON-ready facts, distances to the centimetre."""
        rule, basis, grid, point, publication, boundary, border_m, runner_up, candidates, accuracy_m, limit_m, sent = self
        facts: dict[str, Any] = {
            "rule": rule._value_,  # As `value`, which looks it up by way of the class.
            "basis": basis._value_,
            "grid": grid,
            "point": list(point) if point else None,
            "publication": publication,
            "boundary": boundary.id if boundary else None,
            "distance_to_border_m": _cm(border_m),
            "runner_up": _other(runner_up) if runner_up else None,
            "ambiguous": bool(candidates),
            "candidates": [_other(other) for other in candidates] if candidates else [],
            "accuracy_m": accuracy_m,
            "limit_m": limit_m,
        }
        if sent is not None:
            facts["zone"] = sent.facts()
        return facts


def _cm(metres: float | None) -> float | None:
    return None if metres is None else round(metres, 2)


def _other(other: Other) -> dict[str, Any]:
    code, distance_m, share = other
    facts: dict[str, Any] = {"code": code, "distance_m": _cm(distance_m)}
    if share is not None:
        facts["share"] = round(share, 4)
    return facts


NOWHERE = Route(Rule.UNROUTED, Basis.NONE, None, None)


def decide(
    facts: Facts, index: GridIndex, *, point: tuple[float, float], basis: Basis, accuracy_m: float | None, limit_m: float
) -> Route:
    """Route one point: covers; among several the lowest code; else the nearest within `limit_m`; else unrouted.

    Ambiguous when the circle of `accuracy_m` around the point touches grids other than the chosen one.
    """
    chosen, rule = _choose(facts, limit_m)
    codes = index.codes
    rest = [Other(codes[g], d) for g, d in facts.others if g != chosen]
    within = () if accuracy_m is None else tuple(other for other in rest if other.distance_m <= accuracy_m)
    return Route(
        rule,
        basis,
        None if chosen is None else codes[chosen],
        point,
        publication=index.publication or None,
        boundary=None if chosen is None else index.spans[chosen],
        distance_to_border_m=facts.border_m,
        runner_up=rest[0] if rest else None,
        candidates=within,
        accuracy_m=accuracy_m,
        limit_m=limit_m,
    )


def _choose(facts: Facts, limit_m: float) -> tuple[int | None, Rule]:
    if facts.covering:
        return facts.covering[0], Rule.TIE if len(facts.covering) > 1 else Rule.COVERS
    if facts.others and facts.others[0][1] <= limit_m:
        return facts.others[0][0], Rule.NEAREST
    return None, Rule.UNROUTED
