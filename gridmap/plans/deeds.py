"""The deeds by their names, as steps keep them and doors take them: a name, and a JSON body. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from gridmap.errors import NotFound, msg
from gridmap.grids import zones
from gridmap.plans.operations import balancing, merging, moving, naming, numbering, proposing, redrawing, splitting, zoning
from gridmap.plans.operations.moving import Move
from gridmap.plans.state import Delta, State

Body = Mapping[str, Any]


def _place(given: Any) -> tuple[float, float]:
    return float(given[0]), float(given[1])


def _places(given: Any) -> list[tuple[float, float]]:
    return [_place(one) for one in given]


def _move(state: State, body: Body) -> Delta:
    return moving.move(state, [Move(_place(one["from"]), _place(one["to"])) for one in body["moves"]])


def _add_vertex(state: State, body: Body) -> Delta:
    one, other = _places(body["between"])
    return moving.add_vertex(state, (one, other), _place(body["at"]))


def _split(state: State, body: Body) -> Delta:
    return splitting.split(state, body["code"], _places(body["line"]), _keep(body))


def _divide(state: State, body: Body) -> Delta:
    points, lines = _weights(body), [_places(line) for line in body.get("lines", ())]
    return balancing.divide(state, body["code"], body["parts"], points=points, lines=lines, keep=_keep(body))


def _propose(state: State, body: Body) -> Delta:
    lines = [_places(line) for line in body.get("lines", ())]
    return proposing.propose(state, body["village"], body["parts"], points=_weights(body), lines=lines)


def _zone(state: State, body: Body) -> Delta:
    facts = {name: body[name] for name in ("name", "name_en", "kind", "target") if name in body}
    if "outline" in body:
        facts["outline"] = _places(body["outline"])
    if "takes" in body:
        facts["takes"] = tuple(sorted(zones.path(one["standard_ref"], one["kind"], one["code"]) for one in body["takes"]))
    return zoning.zone(state, body.get("code"), facts)


def _weights(body: Body) -> list[tuple[float, float, float]]:
    return [(float(x), float(y), float(weight)) for x, y, weight in body.get("points", ())]


def _keep(body: Body) -> splitting.Keep:
    return splitting.Keep(body.get("keep", splitting.Keep.LARGEST))


DEEDS: Mapping[str, Callable[[State, Body], Delta]] = {
    "move": _move,
    "add_vertex": _add_vertex,
    "remove_vertex": lambda state, body: moving.remove_vertex(state, _place(body["at"])),
    "reshape": lambda state, body: moving.reshape(state, body["arc"], _places(body["line"])),
    "split": _split,
    "divide": _divide,
    "propose": _propose,
    "merge": lambda state, body: merging.merge(state, body["codes"], body.get("into")),
    "redraw": lambda state, body: redrawing.redraw(state, body["code"], _places(body["outline"])),
    "assign": lambda state, body: redrawing.assign(state, _places(body["piece"]), body["code"], body["to"]),
    "absorb": lambda state, body: redrawing.absorb(state, body["code"], _places(body["outline"])),
    "trim": lambda state, body: redrawing.trim(state, body["code"]),
    "node": lambda state, body: redrawing.node(state, body["codes"]),
    "untangle": lambda state, body: redrawing.untangle(state, body["code"]),
    "zone": _zone,
    "unzone": lambda state, body: zoning.unzone(state, body["code"]),
    "rename": lambda state, body: naming.rename(state, body["code"], body["name"], body.get("name_en", "")),
    "head": lambda state, body: naming.head(state, body["code"], body["head_name"], body.get("head_phone", "")),
    "renumber": lambda state, body: numbering.renumber(state, body["village"], body.get("codes", ())),
    "rehome": lambda state, body: numbering.rehome(state, body["code"], body["village"]),
}


def apply(state: State, deed: str, body: Body) -> Delta:
    """What a deed comes to in a state; places in degrees WGS-84, longitude first.

    Raises:
        NotFound: there is no such deed, or no such grid.
        Invalid: it makes no sense here.
    """
    if deed not in DEEDS:
        raise NotFound(msg("There is no deed '%(deed)s'"), deed=deed[:40])
    return DEEDS[deed](state, body)
