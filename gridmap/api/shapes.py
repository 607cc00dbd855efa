"""What answers look like: schemas for the OpenAPI document, and the few renderings that several calls share."""

from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from gridmap.cases.lookup import Detail
from gridmap.grids.lookup import boundary_span, names
from gridmap.routing.words import explain

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
    """A route's facts with names, the boundary's period and the reason in words."""
    code = facts["grid"]
    others = [*facts["candidates"], *([facts["runner_up"]] if facts["runner_up"] else [])]
    codes = [other["code"] for other in others] + ([code[:n] for n in (9, 12, 15)] if code else [])
    called = names(session, codes) if codes else {}

    def named(other: Json) -> Json:
        name = called.get(other["code"])
        return {**other, "name": name.name if name else "", "name_en": name.name_en if name else ""}

    levels = {level: called[code[:n]]._asdict() if code and code[:n] in called else None for level, n in _DIGITS.items()}
    words = explain(facts, {c: (name.name, name.name_en) for c, name in called.items()})
    return {
        **{key: facts[key] for key in ("rule", "basis", "grid", "ambiguous", "distance_to_border_m", "accuracy_m", "limit_m")},
        "levels": levels,
        "boundary": _boundary(session, facts),
        "runner_up": named(facts["runner_up"]) if facts["runner_up"] else None,
        "candidates": [named(other) for other in facts["candidates"]],
        "point": dict(zip(("lon", "lat"), facts["point"], strict=True)) if facts["point"] else None,
        "unknown_camera": facts.get("unknown_camera"),
        "words": words,
    }


_DIGITS = {"town": 9, "village": 12, "micro": 15}


def _boundary(session: Session, facts: Json) -> Json | None:
    span = boundary_span(session, facts["boundary"]) if facts["boundary"] is not None else None
    if span is None:
        return None
    valid_from, valid_until, publication = span
    return {"id": facts["boundary"], "publication": publication, "valid_from": valid_from, "valid_until": valid_until}


def case_answer(session: Session, detail: Detail) -> Json:
    """A case and its route."""
    return {"case": detail.feature, "route": route_answer(session, detail.route)}


def collection(features: list[Json], **members: Any) -> Json:
    """A FeatureCollection with foreign members."""
    return {"type": "FeatureCollection", "features": features, **members}


def point(lon: float, lat: float) -> Json:
    """A GeoJSON Point."""
    return {"type": "Point", "coordinates": [lon, lat]}
