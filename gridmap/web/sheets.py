"""The map sheet of a village, to be printed: its micro-grids as they are, were, or would be by a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import shapely
from apiflask import APIBlueprint
from flask import Response, make_response, render_template, request
from shapely.geometry.base import BaseGeometry

from gridmap import clock
from gridmap.accounts.rights import Scope
from gridmap.clock import local
from gridmap.errors import Invalid, NotFound, msg
from gridmap.geo.measure import area_m2
from gridmap.grids import lookup as grids
from gridmap.grids import zones
from gridmap.grids.change import ZoneDraft
from gridmap.grids.codes import LENGTHS, Level
from gridmap.grids.lookup import Name
from gridmap.http.state import db
from gridmap.http.who import check, needs
from gridmap.maps.sheet import around, room_for, sheet
from gridmap.people import lookup as people
from gridmap.people.published import published
from gridmap.plans import lookup as plans
from gridmap.plans.models import Plan
from gridmap.web import language, paper, typed
from gridmap.web.staff import path_to

bp = APIBlueprint("sheets", __name__, enable_openapi=False)
bp.before_request(language.switch)


@dataclass(frozen=True)
class _Shown:
    """A village, its micro-grids by code, those beside them, the zones on them, and what all grids named are called."""

    village: Name
    own: Mapping[str, BaseGeometry]
    beside: Mapping[str, BaseGeometry]
    names: Mapping[str, Name]
    zones: Sequence[ZoneDraft]


@bp.get("/sheets/<code>")
@needs("map.read")
def sheet_page(code: str) -> Response:
    """A village with its micro-grids, names, codes and heads. Published fields only, so every account may make it; a plan's sheet
    is for those who may read the plan."""
    size = paper.asked_size()
    if len(code) != LENGTHS[Level.VILLAGE]:
        raise _no_village(code)
    at = typed.moment_of(request.args.get("at", "").strip(), "at")
    plan = _plan(request.args.get("plan", "").strip(), code)
    return make_response(_page(_planned(plan, code) if plan else _in_force(code, at), plan, at, size))


def _page(shown: _Shown, plan: Plan | None, at: datetime | None, size: str) -> str:
    moment, code = at or clock.now(), shown.village.code
    room = room_for(shown.own.values(), len(shown.zones))
    picture = sheet(shown.own, shown.beside, room, {zone.code: zone.shape for zone in shown.zones})
    heads = people.teams_of(db(), [code, *shown.own], moment)
    return render_template(
        "sheet.html",
        village=shown.village,
        above=path_to(code[: LENGTHS[Level.TOWN]]),
        plan=plan,
        at=at,
        size=size,
        sizes=paper.addresses("sheets.sheet_page", code=code, at=at and at.isoformat(), plan=plan and plan.id),
        wide=room.wide,
        picture=picture,
        names=shown.names,
        zones=shown.zones,
        heads={one: published(there.head) for one, there in heads.items() if there.head is not None},
        areas={one: area_m2(shape) for one, shape in shown.own.items()},
        publication=grids.publication_at(db(), at),
        printed=local(clock.now()),
    )


def _plan(number: str, code: str) -> Plan | None:
    if not number:
        return None
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Invalid(msg("A plan is named by its number"), field="plan")
    plan = plans.plan(db(), int(number))
    check("plan.read", Scope(plan.ground))
    if not code.startswith(plan.ground):
        raise Invalid(
            msg("This plan draws within %(ground)s; %(code)s lies outside"), field="plan", ground=plan.ground, code=code
        )
    return plan


def _no_village(code: str) -> NotFound:
    return NotFound(msg("There is no village with the code '%(code)s'"), code=code[:40])


def _in_force(code: str, at: datetime | None) -> _Shown:
    ground = grids.shape_at(db(), code, at)
    if ground is None:
        raise _no_village(code)
    rows = grids.features(db(), at=at, bounds=around([ground]))
    names = {row["code"]: Name(row["code"], row["name"], row["name_en"]) for row in rows}
    shapes = {row["code"]: shapely.from_geojson(row["geometry"]) for row in rows if row["level"] == Level.MICRO}
    own = {one: shape for one, shape in shapes.items() if one.startswith(code)}
    there = [zone.draft for zone in zones.at(db(), at or clock.now())]
    on_it = zones.lying_on(there, own.values())
    names |= grids.names(db(), sorted({zone.target for zone in on_it} - names.keys()))
    return _Shown(names[code], own, {one: shape for one, shape in shapes.items() if one not in own}, names, on_it)


def _planned(plan: Plan, code: str) -> _Shown:
    state = plans.state(db(), plan)
    own, village = state.children(code), state.find(code)
    if not own or village is None:
        raise _no_village(code)
    near = state.near(shapely.box(*around(own.values())))
    on_it = zones.lying_on(state.zones.values(), own.values())
    called = {*own, *(zone.target for zone in on_it)}
    names = {one: Name(one, draft.name, draft.name_en) for one in called if (draft := state.find(one)) is not None}
    beside = {one: shape for one, shape in near.items() if one not in own}
    return _Shown(Name(code, village.name, village.name_en), own, beside, names, on_it)
