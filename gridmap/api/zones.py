"""Special zones: ground on top of the grids whose cases of some categories go to a micro-grid that is named."""

from collections.abc import Iterable
from typing import Annotated, Any

import shapely
from apiflask import APIBlueprint
from flask import Response
from pydantic import Field
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.api.alert_body import CategoryBody
from gridmap.api.fields import Bbox, QueryPastMoment, Strictly, bounds
from gridmap.api.shapes import FeatureCollection, Json, collection
from gridmap.cases.categories import zone_paths
from gridmap.errors import Invalid, msg
from gridmap.geo.measure import area_m2
from gridmap.grids import lookup, zones
from gridmap.grids.change import GridDraft, ZoneDraft
from gridmap.grids.lookup import Name
from gridmap.http.etag import while_unchanged
from gridmap.http.json import GEOJSON, Verbatim, answer
from gridmap.http.state import db
from gridmap.http.who import needs

bp = APIBlueprint("zones", __name__, url_prefix="/api/v1", tag="Zones")


class ZonesQuery(Strictly):
    """Which zones; all of them when nothing is said."""

    at: Annotated[QueryPastMoment | None, Field(description="those in force at this past moment; default now")] = None
    bbox: Bbox = None


@bp.get("/zones.geojson")
@needs("map.read")
@bp.input(ZonesQuery, location="query", arg_name="query")
@bp.output(FeatureCollection, content_type=GEOJSON)
@bp.doc(
    summary="Special zones",
    description="With the categories each takes (none: all), the micro-grid that gets their cases, and since when it says so. "
    "ETag: the data's version.",
)
def get_zones(query: ZonesQuery) -> Response:
    """The zones in force."""

    def made() -> Response:
        there = zones.at(db(), query.at or clock.now(), bounds(query.bbox))
        called = lookup.names(db(), [zone.target_code for zone in there])
        told = [zone_feature(one.draft, called.get(one.target_code), valid_from=one.valid.lower) for one in there]
        return answer(collection(told), mimetype=GEOJSON)

    return while_unchanged(("grids",), made)


def zone_feature(zone: ZoneDraft, target: Name | GridDraft | None, **more: Any) -> Json:
    """A zone as GeoJSON, digit for digit, with the names of its target (None: that grid is no more) and a place for its label."""
    properties: Json = {"code": zone.code, "name": zone.name, "name_en": zone.name_en, "kind": zone.kind, "target": zone.target}
    properties |= {"target_name": target.name if target else "", "target_name_en": target.name_en if target else ""}
    inside = zone.shape.representative_point()
    properties |= {"takes": [_category(path) for path in zone.takes], "area_m2": round(area_m2(zone.shape), 1)}
    properties |= {"label": [round(inside.x, 8), round(inside.y, 8)], **more}
    geometry = Verbatim.of(shapely.to_geojson(zone.shape))
    return {"type": "Feature", "id": zone.code, "geometry": geometry, "properties": properties}


def _category(path: str) -> Json:
    return dict(zip(("standard_ref", "kind", "code"), path.rsplit("/", 2), strict=True))


def check_categories(session: Session, asked: Iterable[CategoryBody]) -> None:
    """`Invalid` where one is neither a category on record nor the two digits of a large class of them."""
    known = zone_paths(session)
    for one in asked:
        if zones.path(one.standard_ref, one.kind, one.code) not in known:
            text = msg("There is no category %(code)s in %(standard)s")
            raise Invalid(text, field="takes", code=one.code, standard=one.standard_ref)
