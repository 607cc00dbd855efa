"""The shapes tiles are cut from: borders simplified arc by arc, so that no two neighbours can come apart.

A polygon simplified alone loses the edge it shares. Here the arcs between the micro-grids' junctions are simplified, each once
(`simplifying`), by zoom band, and villages and towns are the unions of what came out; so a shared border, also one shared
across levels, is the same chain of vertices on every side, in every tile. What becomes of an arc is told by what lies beside it,
so that a publish makes only the shapes around what it changed. All in EPSG:3857 metres, the plane of the tiles.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.geo.shapes import united
from gridmap.grids.codes import Level, level_of, parent_of
from gridmap.grids.lookup import Bounds
from gridmap.grids.models import Boundary, TileShape
from gridmap.grids.simplifying import Borders

# Every second zoom: a band serves its own zoom and the one below it, where its shapes are finer than they need be by a
# factor of two. One band for each zoom would double the rows and save a quarter of the vertices.
BANDS = (8, 10, 12, 14, 16)
FULL = 24  # Above the last band every vertex counts, and a tile holds few grids.
_METRES_PER_PIXEL = 156543.03392804097  # EPSG:3857 at zoom 0, tiles of 256 pixels.

_MERCATOR = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)

Shapes = NDArray[np.object_]


def band_of(zoom: int) -> int:
    """The band whose shapes serve a zoom."""
    return next((band for band in BANDS if band >= zoom), FULL)


def tolerance_m(band: int) -> float:
    """Half a pixel of the band's zoom in EPSG:3857 metres; 0 for the full band."""
    return 0.0 if band == FULL else _METRES_PER_PIXEL / 2**band / 2


def to_mercator(shapes: Shapes) -> Shapes:
    """Degrees -> EPSG:3857. Equal vertices come out equal: PROJ takes them one by one, unlike numpy's vector loops."""
    return np.asarray(shapely.transform(shapes, lambda xy: np.column_stack(_MERCATOR.transform(xy[:, 0], xy[:, 1]))))


def simplified(micros: Shapes) -> Iterator[tuple[int, Shapes]]:
    """A coverage in EPSG:3857 as the tiles of each band show it: still a coverage, with the same junctions."""
    borders = Borders(micros)
    for band in BANDS:
        yield band, borders.simplified(tolerance_m(band))
    yield FULL, micros


Key = tuple[str, int]  # A grid's code and a band.


# An arc depends on those whose boxes meet its own. `own` may look different because of what changed within the boxes asked
# for; their arcs depend on those of `beside`, whose junctions show only where their own neighbours are there as well.
_AROUND = text(
    """
    WITH box AS (
        SELECT ST_MakeEnvelope(west, south, east, north, 4326) AS geom
        FROM unnest(CAST(:west AS float8[]), CAST(:south AS float8[]), CAST(:east AS float8[]), CAST(:north AS float8[]))
             AS asked (west, south, east, north)
    ), own AS MATERIALIZED (
        SELECT DISTINCT m.id FROM box JOIN boundary m ON m.geom && box.geom WHERE m.level = 'micro' AND upper_inf(m.valid)
    ), beside AS MATERIALIZED (
        SELECT DISTINCT m.id FROM own JOIN boundary o USING (id) JOIN boundary m ON m.geom && o.geom
        WHERE m.level = 'micro' AND upper_inf(m.valid)
    ), around AS MATERIALIZED (
        SELECT DISTINCT m.id FROM beside JOIN boundary o USING (id) JOIN boundary m ON m.geom && o.geom
        WHERE m.level = 'micro' AND upper_inf(m.valid)
    )
    SELECT b.grid_code, ST_AsBinary(b.geom) AS wkb, EXISTS (SELECT FROM own WHERE own.id = b.id) AS own
    FROM around JOIN boundary b USING (id) ORDER BY b.grid_code
    """
)
_STANDING = text(
    """
    SELECT b.grid_code AS code, b.id, t.zoom, encode(sha256(ST_AsBinary(t.geom, 'NDR')), 'hex') AS digest
    FROM boundary b LEFT JOIN tile_shape t ON t.boundary_id = b.id AND upper_inf(t.valid)
    WHERE upper_inf(b.valid) AND b.grid_code = ANY(CAST(:codes AS text[]))
    """
)
_END_OF = text(
    """
    UPDATE tile_shape SET valid = tstzrange(lower(valid), :at)
    WHERE boundary_id = ANY(CAST(:ids AS bigint[])) AND upper_inf(valid) RETURNING zoom
    """
)
_OLD = """
    unnest(CAST(:ids AS bigint[]), CAST(:zooms AS int[])) AS new (id, zoom)
    WHERE t.boundary_id = new.id AND t.zoom = new.zoom AND upper_inf(t.valid)
"""
_TAKE_BACK = text(f"DELETE FROM tile_shape t USING {_OLD} AND lower(t.valid) >= :at")
_END = text(f"UPDATE tile_shape t SET valid = tstzrange(lower(t.valid), :at) FROM {_OLD}")
_BEGIN = text(
    """
    INSERT INTO tile_shape (boundary_id, zoom, level, grid_code, geom, valid)
    SELECT b.id, new.zoom, b.level, b.grid_code, ST_GeomFromWKB(new.wkb, 3857),
           CASE WHEN lower(b.valid) < :at THEN tstzrange(:at, NULL) ELSE b.valid END
    FROM unnest(CAST(:ids AS bigint[]), CAST(:zooms AS int[]), CAST(:wkbs AS bytea[])) AS new (id, zoom, wkb)
    JOIN boundary b USING (id)
    """
)
# Two questions rather than one: right after a first load nobody has counted the tables, and one join over all took minutes.
_CHILDREN = text(
    """
    SELECT g.parent_code AS parent, b.id
    FROM grid g JOIN boundary b ON b.grid_code = g.code AND upper_inf(b.valid)
    WHERE g.parent_code = ANY(CAST(:parents AS text[])) AND g.retired_at IS NULL ORDER BY g.code COLLATE "C"
    """
)
_SHAPES = text(
    """
    SELECT t.boundary_id AS id, t.zoom, ST_AsBinary(t.geom) AS wkb
    FROM unnest(CAST(:ids AS bigint[]), CAST(:zooms AS int[])) AS asked (id, zoom)
    JOIN tile_shape t ON t.boundary_id = asked.id AND t.zoom = asked.zoom AND upper_inf(t.valid)
    """
)
_EVERYWHERE: Bounds = (-180.0, -90.0, 180.0, 90.0)
_ALL = (*BANDS, FULL)


def rebuild(session: Session) -> int:
    """Bring all tile shapes in line with the boundaries in force; answers how many rows were written or ended.

    Rows that would not change are left alone. The caller commits.
    """
    in_force = func.upper_inf(Boundary.valid)
    ended = select(TileShape.boundary_id).join(Boundary, Boundary.id == TileShape.boundary_id)
    ended = ended.where(~in_force, func.upper_inf(TileShape.valid)).distinct()
    parents = select(Boundary.grid_code).where(in_force, Boundary.level != Level.MICRO)
    opened, closed = session.scalars(parents).all(), session.scalars(ended).all()
    return redraw(session, [_EVERYWHERE], opened=opened, closed=closed, at=clock.now())


def redraw(session: Session, boxes: Sequence[Bounds], *, opened: Iterable[str], closed: Sequence[int], at: datetime) -> int:
    """Bring the tile shapes in line where boundaries changed at `at`; answers how many rows were written or ended.

    What was there is kept, for tiles of the past. The caller commits.

    Args:
        boxes: around the micro-grids' boundaries that were closed and opened, degrees.
        opened: codes whose boundary is new; parents among them get shapes of their own whatever became of their children.
        closed: ids of the boundaries no longer in force.
    """
    ended = len(session.execute(_END_OF, {"ids": list(closed), "at": at}).all()) if closed else 0
    fresh = {level: {(code, band) for code in opened if level_of(code) is level for band in _ALL} for level in Level}
    written = _write(session, _micros(session, boxes), at)
    changed = len(written)
    for level in (Level.VILLAGE, Level.TOWN):
        above = {(parent, band) for code, band in written if (parent := parent_of(code)) is not None}
        written = _write(session, _unions(session, above | fresh[level]), at)
        changed += len(written)
    return ended + changed


def _micros(session: Session, boxes: Sequence[Bounds]) -> dict[Key, bytes]:
    """The micro-grids that may look different, by band, as WKB."""
    west, south, east, north = (list(side) for side in zip(*boxes, strict=True)) if boxes else ([], [], [], [])
    rows = session.execute(_AROUND, {"west": west, "south": south, "east": east, "north": north}).all()
    if not rows:
        return {}
    micros = to_mercator(shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object)))
    own = np.array([row.own for row in rows])
    codes = [row.grid_code for row in rows if row.own]
    return {
        (code, band): wkb
        for band, shapes in simplified(micros)
        for code, wkb in zip(codes, shapely.to_wkb(shapes[own], byte_order=1), strict=True)
    }


def _unions(session: Session, asked: Collection[Key]) -> dict[Key, bytes]:
    """Villages and towns as the unions of their children's tile shapes."""
    below: dict[str, list[int]] = defaultdict(list)
    for row in session.execute(_CHILDREN, {"parents": sorted({code for code, _ in asked})}):
        below[row.parent].append(row.id)
    wanted = [(child, band) for code, band in asked for child in below[code]]
    given = {"ids": [child for child, _ in wanted], "zooms": [band for _, band in wanted]}
    shapes = {(row.id, row.zoom): bytes(row.wkb) for row in session.execute(_SHAPES, given)}
    return {(code, band): _union([shapes[child, band] for child in below[code]]) for code, band in asked if below[code]}


def _union(parts: list[bytes]) -> bytes:
    return bytes(shapely.to_wkb(united(shapely.from_wkb(parts)), byte_order=1))


def _write(session: Session, made: Mapping[Key, bytes], at: datetime) -> list[Key]:
    """Write the shapes that differ from what stands; answers which."""
    standing = session.execute(_STANDING, {"codes": sorted({code for code, _ in made})}).all()
    bearers = {row.code: row.id for row in standing}
    there = {(row.code, row.zoom): row.digest for row in standing}
    new = [key for key, wkb in made.items() if there.get(key) != hashlib.sha256(wkb).hexdigest()]
    if new:
        old = {"ids": [bearers[code] for code, _ in new], "zooms": [band for _, band in new], "at": at}
        session.execute(_TAKE_BACK, old)
        session.execute(_END, old)
        session.execute(_BEGIN, {**old, "wkbs": [made[key] for key in new]})
    return new
