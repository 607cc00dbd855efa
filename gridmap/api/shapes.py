"""What answers look like: schemas for the OpenAPI document, and the few renderings that several calls share."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from gridmap.cases.lookup import Detail
from gridmap.desk.alerts import Fresh
from gridmap.grids.lookup import Name, Span, boundary_span, names
from gridmap.routing.words import explain, mentioned

Json = dict[str, Any]
Responses = dict[int | str, Any]  # as APIFlask's `doc` takes them


class GridName(BaseModel):
    """A grid's code and names."""

    code: str
    name: str
    name_en: str


class OtherGrid(GridName):
    """Another grid that comes into question."""

    distance_m: float
    share: float | None = Field(default=None, description="of the camera's view, 0 to 1")


class ZoneStep(BaseModel):
    """The special zone that sends such cases to `grid`, and the micro-grid the place lies in."""

    code: str
    name: str
    name_en: str
    kind: str
    lies_in: GridName | None


class RouteAnswer(BaseModel):
    """Where something goes, and why."""

    rule: Literal["covers", "tie", "nearest", "unrouted"]
    basis: Literal["location", "camera_view", "camera_pole", "none"]
    grid: str | None
    levels: dict[str, GridName | None]
    boundary: Json | None
    distance_to_border_m: float | None
    runner_up: OtherGrid | None
    ambiguous: bool
    candidates: list[OtherGrid]
    accuracy_m: float | None
    limit_m: float | None
    point: dict[str, float] | None
    zone: ZoneStep | None
    words: dict[str, str]


class Feature(BaseModel):
    """A GeoJSON Feature (RFC 7946), EPSG:4326, lon/lat."""

    type: Literal["Feature"]
    id: str | int | None = None
    geometry: Json | None
    properties: Json


class AlertAnswer(BaseModel):
    """What became of an alert."""

    relation: Literal["opened", "joined", "known"]
    case: Feature
    route: RouteAnswer


class FeatureCollection(BaseModel):
    """A GeoJSON FeatureCollection (RFC 7946), EPSG:4326, lon/lat."""

    type: Literal["FeatureCollection"]
    features: list[Feature]


def route_answer(session: Session, facts: Json) -> Json:
    """A stored route told with today's names and its boundary's period."""
    code = facts["grid"]
    codes = [*mentioned(facts), *(code[:n] for n in _DIGITS.values() if code)]
    span = boundary_span(session, facts["boundary"]) if facts["boundary"] is not None else None
    return route_told(facts, names(session, codes) if codes else {}, span)


def route_told(facts: Json, called: Mapping[str, Name], boundary: Span | None) -> Json:
    """A route's facts with names, the boundary's period and the reason in words."""
    code = facts["grid"]
    words = explain(facts, {c: (name.name, name.name_en) for c in mentioned(facts) if (name := called.get(c))})
    return {
        **{key: facts[key] for key in ("rule", "basis", "grid", "ambiguous", "distance_to_border_m", "accuracy_m", "limit_m")},
        "levels": {level: _name(called, code[:n] if code else None) for level, n in _DIGITS.items()},
        "boundary": boundary._asdict() if boundary else None,
        "runner_up": _other(facts["runner_up"], called) if facts["runner_up"] else None,
        "candidates": [_other(other, called) for other in facts["candidates"]],
        "point": dict(zip(("lon", "lat"), facts["point"], strict=True)) if facts["point"] else None,
        "zone": facts["zone"] | {"lies_in": _name(called, facts["zone"]["lies_in"])} if "zone" in facts else None,
        "unknown_camera": facts.get("unknown_camera"),
        "words": words,
    }


_DIGITS = {"town": 9, "village": 12, "micro": 15}


def _name(called: Mapping[str, Name], code: str | None) -> Json | None:
    name = called.get(code) if code else None
    return name._asdict() if name else None


def _other(other: Json, called: Mapping[str, Name]) -> Json:
    name = called.get(other["code"])
    return {**other, "name": name.name if name else "", "name_en": name.name_en if name else ""}


def case_answer(session: Session, detail: Detail) -> Json:
    """A case as it stands on record, and its route."""
    return {"case": detail.feature, "route": route_answer(session, detail.route)}


def fresh_answer(fresh: Fresh) -> Json:
    """A case just opened, and its route, told without asking the database again."""
    return {"case": fresh.feature, "route": route_told(fresh.route, fresh.names, fresh.boundary)}


def collection(features: list[Json], **members: Any) -> Json:
    """A FeatureCollection with foreign members."""
    return {"type": "FeatureCollection", "features": features, **members}


def raw(mimetype: str, description: str) -> Json:
    """An answer that is no JSON, as APIFlask's `doc` takes it."""
    return {"description": description, "content": {mimetype: {"schema": {"type": "string"}}}}


def point(lon: float, lat: float) -> Json:
    """A GeoJSON Point."""
    return {"type": "Point", "coordinates": [lon, lat]}
