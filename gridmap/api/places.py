"""Cameras, service points and their circles, and what is near a place."""

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap.accounts.rights import Scope
from gridmap.api.fields import Bbox, QueryLatitude, QueryLongitude, QueryNumber, Strictly, bounds
from gridmap.api.shapes import FeatureCollection, Json, collection, point
from gridmap.geo.datum import Datum, to_wgs84
from gridmap.geo.measure import SERVICE_CIRCLE_M2, SERVICE_RADIUS_M, circle
from gridmap.http.etag import while_unchanged
from gridmap.http.json import GEOJSON, Verbatim, answer
from gridmap.http.state import db
from gridmap.http.who import may, needs, sees
from gridmap.places import gb28181, lookup

bp = APIBlueprint("places", __name__, url_prefix="/api/v1", tag="Places")


class PlacesQuery(Strictly):
    """Where; everywhere when nothing is said."""

    bbox: Bbox = None


class NearbyQuery(Strictly):
    """Around which place, and how far."""

    lon: QueryLongitude
    lat: QueryLatitude
    radius_m: Annotated[QueryNumber, Field(gt=0, le=5000)] = 500.0
    datum: Datum = Datum.WGS84


class NearbyAnswer(BaseModel):
    """Cameras whose view covers the place first, then by distance; service points by distance."""

    cameras: list[Json]
    service_points: list[Json]


@bp.get("/cameras.geojson")
@needs("map.read")
@bp.input(PlacesQuery, location="query", arg_name="query")
@bp.output(FeatureCollection, content_type=GEOJSON)
@bp.doc(summary="Cameras", description="Points of the poles; `view` is the ground each sees. ETag: the data's version.")
def get_cameras(query: PlacesQuery) -> Response:
    """Cameras as features."""

    def make() -> Response:
        rows = lookup.camera_rows(db(), bounds=bounds(query.bbox))
        return answer(collection([_camera(row) for row in rows]), mimetype=GEOJSON)

    return while_unchanged(("cameras", "grids"), make)


def _camera(row: dict[str, Any]) -> Json:
    facts = {key: value for key, value in row.items() if key not in ("lon", "lat", "view")}
    parts = gb28181.parse(row["id"])
    named = {"industry": parts.industry, "device_type": parts.device_type, "network": parts.network}
    id_parts = {"centre": parts.centre, "sequence": parts.sequence} | {k: {"zh": zh, "en": en} for k, (zh, en) in named.items()}
    properties = {**facts, "view": Verbatim.of(row["view"]), "id_parts": id_parts}
    return {"type": "Feature", "id": row["id"], "geometry": point(row["lon"], row["lat"]), "properties": properties}


@bp.get("/service-points.geojson")
@needs("map.read")
@bp.input(PlacesQuery, location="query", arg_name="query")
@bp.output(FeatureCollection, content_type=GEOJSON)
@bp.doc(summary="Service points")
def get_service_points(query: PlacesQuery) -> Response:
    """Service points as features."""

    def make() -> Response:
        rows = lookup.service_point_rows(db(), bounds=bounds(query.bbox))
        return answer(collection([_service_point(row) for row in rows]), mimetype=GEOJSON)

    return while_unchanged(("service-points", "grids"), make, variant=sees("people.read"))


def _service_point(row: dict[str, Any]) -> Json:
    properties = _discreet({key: value for key, value in row.items() if key not in ("lon", "lat")}, row["grid"])
    return {"type": "Feature", "id": row["code"], "geometry": point(row["lon"], row["lat"]), "properties": properties}


def _discreet(facts: Json, grid: str | None) -> Json:
    """A service point without its keeper's name and phone, unless it lies in the asker's scope."""
    return facts if may("people.read", Scope(grid)) else {**facts, "keeper": "", "phone": ""}


@bp.get("/service-circles.geojson")
@needs("map.read")
@bp.input(PlacesQuery, location="query", arg_name="query")
@bp.output(FeatureCollection, content_type=GEOJSON)
@bp.doc(summary="Service circles", description="Geodesic circles of exactly one square kilometre, as polygons of that area.")
def get_service_circles(query: PlacesQuery) -> Response:
    """The one-square-kilometre circles around the service points."""

    def make() -> Response:
        rows = lookup.service_point_rows(db(), bounds=bounds(query.bbox))
        return answer(collection([_circle(row) for row in rows]), mimetype=GEOJSON)

    return while_unchanged(("service-points",), make)


def _circle(row: dict[str, Any]) -> Json:
    shape = circle(row["lon"], row["lat"])
    ring = [[round(x, 8), round(y, 8)] for x, y in shape.exterior.coords]
    size = {"radius_m": round(SERVICE_RADIUS_M, 2), "area_m2": SERVICE_CIRCLE_M2}
    properties = {"code": row["code"], "name": row["name"], "name_en": row["name_en"], **size}
    return {
        "type": "Feature",
        "id": row["code"],
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": properties,
    }


@bp.get("/nearby")
@needs("map.read")
@bp.input(NearbyQuery, location="query", arg_name="query")
@bp.output(NearbyAnswer)
@bp.doc(summary="Cameras and service points near a place")
def get_nearby(query: NearbyQuery) -> Response:
    """What is near."""
    lon, lat = to_wgs84(query.datum, query.lon, query.lat)
    found = lookup.near(db(), float(lon), float(lat), radius_m=query.radius_m)
    for one in found["service_points"]:
        one["within_circle"] = one["distance_m"] <= SERVICE_RADIUS_M
    for one in (*found["cameras"], *found["service_points"]):
        one["distance_m"] = round(one["distance_m"], 1)
    told = {**found, "service_points": [_discreet(one, None) for one in found["service_points"]]}
    return answer(told)
