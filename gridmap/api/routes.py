"""GET and POST /api/v1/route: where would this go, and why."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

import numpy as np
from apiflask import APIBlueprint
from flask import Response, request
from pydantic import BaseModel, Field, model_validator

from gridmap.api.alert_body import CategoryBody
from gridmap.api.fields import (
    DatumField,
    Name,
    Number,
    PastMoment,
    QueryLatitude,
    QueryLongitude,
    QueryNumber,
    QueryPastMoment,
    Strictly,
)
from gridmap.api.shapes import RouteAnswer, route_answer, route_told
from gridmap.errors import msg
from gridmap.geo.datum import to_wgs84
from gridmap.grids.zones import path
from gridmap.http.json import answer, only_json
from gridmap.http.state import db, settings
from gridmap.http.who import needs
from gridmap.routing.ask import Place, index_at, route_all, route_by

bp = APIBlueprint("route", __name__, url_prefix="/api/v1", tag="Routing")
MOST_POINTS = 100_000


class RouteQuery(Strictly):
    """A point, and optionally how exact it is and as of when."""

    lon: QueryLongitude
    lat: QueryLatitude
    datum: DatumField
    accuracy_m: Annotated[QueryNumber, Field(ge=0, le=50_000)] | None = None
    at: QueryPastMoment | None = None
    standard_ref: (
        Annotated[Name, Field(description="with `kind` and `code` the category, which special zones ask for")] | None
    ) = None
    kind: Literal["component", "matter"] | None = None
    code: Name | None = None

    @model_validator(mode="after")
    def _whole_category(self) -> Self:
        parts = {"standard_ref": self.standard_ref, "kind": self.kind, "code": self.code}
        missing = [name for name, part in parts.items() if part is None]
        if missing and len(missing) < len(parts):
            raise ValueError(msg("standard_ref, kind and code go together"), {}, missing[0])
        return self

    @property
    def category(self) -> str | None:
        """The category's path; None where none is asked for."""
        return path(self.standard_ref, self.kind, self.code) if self.standard_ref and self.kind and self.code else None


class RouteColumns(Strictly):
    """Up to 100,000 points as columns of equal length."""

    lon: Annotated[list[Number], Field(min_length=1, max_length=MOST_POINTS)]
    lat: Annotated[list[Number], Field(min_length=1, max_length=MOST_POINTS)]
    datum: DatumField
    accuracy_m: Annotated[list[Number], Field(max_length=MOST_POINTS)] | None = None
    category: Annotated[CategoryBody | None, Field(description="of all the points; special zones ask for it")] = None
    at: PastMoment | None = None

    @model_validator(mode="after")
    def _equal_and_on_earth(self) -> Self:
        for name, column in (("lat", self.lat), ("accuracy_m", self.accuracy_m)):
            if column is not None and len(column) != len(self.lon):
                raise ValueError(msg("lon, lat and accuracy_m must be equally long"), {}, name)
        for name, column, least, most in (
            ("lon", self.lon, -180, 180),
            ("lat", self.lat, -90, 90),
            ("accuracy_m", self.accuracy_m or [], 0, 50_000),
        ):
            values = np.array(column, dtype=float)
            wrong = np.flatnonzero((values < least) | (values > most))
            if len(wrong):
                value = float(values[wrong[0]])
                text = msg("This lies between %(least)s and %(most)s, got %(value)s")
                if name == "lat" and abs(value) <= 180:
                    text = msg("A latitude lies between -90 and 90, got %(value)s: are lon and lat swapped?")
                raise ValueError(text, {"least": least, "most": most, "value": value}, f"{name}.{wrong[0]}")
        return self


class RouteColumnsAnswer(BaseModel):
    """Columns in the order of the points; null where there is none."""

    grid: list[str | None]
    rule: list[str]
    distance_to_border_m: list[float | None]
    runner_up: list[str | None]
    runner_up_distance_m: list[float | None]
    ambiguous: list[bool]
    zone: list[str | None] = Field(description="the special zone that sends such cases to `grid`")
    publication: int | None


@bp.get("/route")
@needs("route.ask")
@bp.input(RouteQuery, location="query", arg_name="query")
@bp.output(RouteAnswer)
@bp.doc(summary="Route one point", description="`at` asks by the boundaries in force at any past moment.")
def get_route(query: RouteQuery) -> Response:
    """Route one point, with the whole reason."""
    lon, lat = to_wgs84(query.datum, query.lon, query.lat)
    place = Place(float(lon), float(lat), query.accuracy_m, category=query.category)
    index = index_at(db(), query.at)
    (route,) = route_by(index, [place], limit_m=settings().nearest_limit_m)
    if query.at is not None:  # What has ended since, and what is called otherwise by now, only the database knows.
        return answer(route_answer(db(), route.facts()))
    return answer(route_told(route.facts(), index.names, route.boundary))


@bp.before_request
def _many_points_are_large() -> None:
    request.max_content_length = settings().batch_max_bytes


bp.before_request(only_json)


@bp.post("/route")
@needs("route.ask")
@bp.input(RouteColumns, arg_name="body")
@bp.output(RouteColumnsAnswer)
@bp.doc(
    summary="Route many points",
    description="Up to 100,000 points as columns; answers columns.",
    responses={
        413: "Too large",
        415: "Not JSON",
        422: "A field is wrong",
    },
)
def post_route(body: RouteColumns) -> Response:
    """Route many points at once."""
    lon, lat = to_wgs84(body.datum, np.array(body.lon), np.array(body.lat))
    accuracy: Sequence[float | None] = body.accuracy_m if body.accuracy_m is not None else [None] * len(body.lon)
    asked = body.category
    category = None if asked is None else path(asked.standard_ref, asked.kind, asked.code)
    places = [Place(x, y, a, category=category) for x, y, a in zip(lon.tolist(), lat.tolist(), accuracy, strict=True)]
    routes = route_all(db(), places, limit_m=settings().nearest_limit_m, at=body.at)
    columns: dict[str, Any] = {
        "grid": [route.grid for route in routes],
        "rule": [route.rule.value for route in routes],
        "distance_to_border_m": [_cm(route.distance_to_border_m) for route in routes],
        "runner_up": [route.runner_up.code if route.runner_up else None for route in routes],
        "runner_up_distance_m": [_cm(route.runner_up.distance_m) if route.runner_up else None for route in routes],
        "ambiguous": [route.ambiguous for route in routes],
        "zone": [route.sent.zone.code if route.sent else None for route in routes],
        "publication": routes[0].publication,
    }
    return answer(columns)


def _cm(metres: float | None) -> float | None:
    return None if metres is None else round(metres, 2)
