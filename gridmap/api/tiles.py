"""GET /tiles/{layer}/{z}/{x}/{y}.mvt: vector tiles."""

import gzip
from collections.abc import Callable
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import Field

from gridmap import clock
from gridmap.api.fields import QueryPastMoment, Strictly
from gridmap.api.queues import StandingCases, tones
from gridmap.api.shapes import Responses, raw
from gridmap.errors import Invalid, msg
from gridmap.geo.squares import Tile
from gridmap.grids.codes import Level
from gridmap.http.etag import while_unchanged
from gridmap.http.state import db
from gridmap.http.who import needs
from gridmap.maps import tiles
from gridmap.maps.crowds import tile as crowds

bp = APIBlueprint("tiles", __name__, url_prefix="/tiles", tag="Tiles")
MVT = "application/vnd.mapbox-vector-tile"
WORTH_PACKING = 1024  # Bytes; a smaller tile fits one packet as it is.

_RESPONSES: Responses = {
    200: raw(MVT, "The tile; empty where there is nothing"),
    304: "The tile of If-None-Match is still right",
    404: "There is no such layer",
    422: "There is no such tile",
}


class TileQuery(Strictly):
    """What to put into a tile of grids."""

    level: Level | None = Field(default=None, description="this level of grids only, whatever the zoom")
    at: Annotated[QueryPastMoment | None, Field(description="grids as they were, and were called, at this past moment")] = None


@bp.get("/<layer>/<int:z>/<int:x>/<int:y>.mvt")
@needs("map.read")
@bp.input(TileQuery, location="query", arg_name="query")
@bp.doc(
    summary="One vector tile",
    description=(
        "Layers: grids (with the MVT layers town, village from zoom 10, micro from zoom 12), cameras, service-points;"
        " and cases, see there. Tile scheme XYZ, EPSG:3857, zoom 0 to 22. The ETag is the version of the layer's data."
    ),
    responses=_RESPONSES,
)
def get_tile(layer: str, z: int, x: int, y: int, query: TileQuery) -> Response:
    """Answer 304 while the layer did not change, before any tile is made."""
    tiles.check_layer(layer)
    tiles.check_place(z, x, y)
    if query.at is not None and layer != "grids":
        raise Invalid(msg("Only grids are kept for past moments"), field="at")
    levels = None if query.level is None else [query.level]
    return _answered((layer,), lambda: tiles.tile(db(), layer, z, x, y, levels=levels, at=query.at))


@bp.get("/cases/<int:z>/<int:x>/<int:y>.mvt")
@needs("case.read")
@bp.input(StandingCases, location="query", arg_name="query")
@bp.doc(
    summary="One vector tile of cases",
    description=(
        "Every case that has a place is in one tile of each zoom. The MVT layer cases holds those that stand alone: number,"
        " state, urgency, grid, category, received_at, due_at, handled_at. The layer crowds holds the others, at the middle of"
        " each crowd: how many (n), and of these how many overdue, soon, intime, unlimited, and done (ended). From zoom 17 on a"
        " tile of up to 1,000 cases has no crowds. Urgency is that of the beginning of this minute. The ETag changes when what"
        " the tile shows changes."
    ),
    responses=_RESPONSES,
)
def get_case_tile(z: int, x: int, y: int, query: StandingCases) -> Response:
    """Answer 304 while what the tile shows stays the same; what that is, memory tells."""
    tiles.check_place(z, x, y)
    minute = clock.now().replace(second=0, microsecond=0)
    shown = crowds.look(db(), query.filter(), tones(query.urgency), Tile(z, x, y), at=minute)
    return _answered(("categories",), lambda: crowds.encoded(db(), shown), shown.fingerprint, here=True)


def _answered(topics: tuple[str, ...], make: Callable[[], bytes], *variant: str, here: bool = False) -> Response:
    """The tile that `make` gives, packed for who takes that; 304 as `while_unchanged`."""
    packed = request.accept_encodings.quality("gzip") > 0
    variants = [*variant, *(["gzip"] if packed else [])]
    response = while_unchanged(topics, lambda: _encoded(make(), packed=packed), variant="-".join(variants), here=here)
    response.vary.add("Accept-Encoding")
    return response


def _encoded(tile: bytes, *, packed: bool) -> Response:
    if not packed or len(tile) < WORTH_PACKING:
        return Response(tile, mimetype=MVT)
    # Level 1 makes a quarter of the size; level 6 takes four times as long for another tenth.
    response = Response(gzip.compress(tile, 1, mtime=0), mimetype=MVT)
    response.content_encoding = "gzip"
    return response
