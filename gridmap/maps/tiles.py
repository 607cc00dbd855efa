"""Vector tiles (Mapbox Vector Tile 2.1) made in the database: EPSG:3857, tile scheme XYZ, 4096 units a side.

Grids are cut from shapes simplified as one coverage (grids.tiling), so two neighbours, two levels and two tiles agree
on every border vertex; the rest are points.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from gridmap.errors import Invalid, NotFound, msg
from gridmap.grids.codes import Level
from gridmap.grids.lookup import name_then
from gridmap.grids.tiling import band_of

MAX_ZOOM = 22
# Units beyond the tile's edge: room for a border's stroke (4 pixels) or a point's symbol (16), cut off by no seam.
_STROKE, _SYMBOL = 64, 256
# From which zoom a level can be told apart: about 25 pixels for a village, a little more for a micro-grid.
FROM_ZOOM = {Level.TOWN: 0, Level.VILLAGE: 10, Level.MICRO: 12}


def _grids(names: str, shapes: str) -> TextClause:
    return text(
        f"""
    SELECT coalesce(ST_AsMVT(cut, CAST(:level AS text), 4096, 'geom', 'id'), '')
    FROM (
        SELECT s.boundary_id AS id, g.code, {names}, g.level, g.parent_code AS parent,
               ST_AsMVTGeom(s.geom, ST_TileEnvelope(:z, :x, :y), 4096, {_STROKE}) AS geom
        FROM {shapes} s
        JOIN grid g ON g.code = s.grid_code
        WHERE s.zoom = :band AND s.level = :level
          AND s.geom && ST_TileEnvelope(:z, :x, :y, margin => {_STROKE / 4096})
        ORDER BY s.boundary_id
    ) cut
    """
    )


_GRIDS = _grids("g.name, g.name_en", "(SELECT * FROM tile_shape WHERE upper_inf(valid))")
# Two halves, each with an index of its own.
_GRIDS_THEN = _grids(
    f"{name_then('name')} AS name, {name_then('name_en')} AS name_en",
    """(SELECT * FROM tile_shape WHERE upper_inf(valid) AND lower(valid) <= :at
        UNION ALL SELECT * FROM tile_shape WHERE NOT upper_inf(valid) AND valid @> CAST(:at AS timestamptz))""",
)


def _points(layer: str, columns: str, table: str, *, order: str) -> TextClause:
    return text(
        f"""
        WITH tile AS (
            SELECT ST_TileEnvelope(:z, :x, :y) AS bounds,
                   ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => {_SYMBOL / 4096}), 4326) AS reach
        ), found AS (
            SELECT {columns}, ST_AsMVTGeom(ST_Transform(location, 3857), tile.bounds, 4096, {_SYMBOL}) AS geom
            FROM tile, {table}
            WHERE location && tile.reach
            ORDER BY {order}
        )
        SELECT coalesce(ST_AsMVT(found, '{layer}', 4096, 'geom'), '') FROM found
        """
    )


# A layer's name is also the journal topic whose version its tiles bear. Those of cases are made by `crowds`.
LAYERS: Mapping[str, TextClause] = {
    "grids": _GRIDS,
    "cameras": _points("cameras", "id, name, name_en, vendor, state, bearing_deg", "camera", order="id"),
    "service-points": _points("service-points", "code, name, name_en", "service_point", order="code"),
}
CASES = "cases"


def check_layer(name: str) -> None:
    """Whether there is a layer of this name.

    Raises:
        NotFound: there is none; says which there are.
    """
    if name not in LAYERS:
        raise NotFound(
            msg("There is no tile layer '%(name)s'; there are: %(layers)s"), name=name[:40], layers=", ".join((*LAYERS, CASES))
        )


def check_place(z: int, x: int, y: int) -> None:
    """Whether there is a tile z/x/y at all.

    Raises:
        Invalid: the zoom is above 22, or the row or column beyond the zoom's last.
    """
    if z > MAX_ZOOM:
        raise Invalid(msg("Tiles exist for zooms 0 to %(most)s, got %(value)s"), field="z", most=MAX_ZOOM, value=z)
    for field, value in (("x", x), ("y", y)):
        if value >= 2**z:
            raise Invalid(
                msg("At zoom %(z)s tiles run from 0 to %(most)s, got %(value)s"), field=field, z=z, most=2**z - 1, value=value
            )


def levels_at(zoom: int) -> list[Level]:
    """The levels of grids a tile of this zoom holds when nobody asks for a certain one."""
    return [level for level, first in FROM_ZOOM.items() if zoom >= first]


def tile(
    session: Session, name: str, z: int, x: int, y: int, *, levels: Sequence[Level] | None = None, at: datetime | None = None
) -> bytes:
    """One tile, encoded; empty where the layer has nothing.

    For grids only, `levels` overrides the choice by zoom, and `at` asks for the boundaries and names of a past moment.

    Raises:
        NotFound: no such layer.
        Invalid: no such tile.
    """
    check_layer(name)
    check_place(z, x, y)
    place = {"z": z, "x": x, "y": y}
    if name != "grids":
        return bytes(session.execute(LAYERS[name], place).scalar_one())
    place["band"] = band_of(z)
    chosen = levels_at(z) if levels is None else levels
    statement, when = (_GRIDS, {}) if at is None else (_GRIDS_THEN, {"at": at})
    return b"".join(session.execute(statement, {**place, **when, "level": str(level)}).scalar_one() for level in chosen)
