"""The shapes tiles are cut from: the whole coverage simplified at once, so that no two neighbours can come apart.

A polygon simplified alone loses the edge it shares. Here the micro-grids of the whole city are simplified together, by
zoom band, and villages and towns are the unions of what came out; so a shared border, also one shared across levels, is
the same chain of vertices on every side, in every tile. All in EPSG:3857 metres, the plane of the tiles.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gridmap.geo.shapes import as_multipolygon
from gridmap.grids.codes import LENGTHS, PARENTS, Level
from gridmap.grids.models import Boundary, TileShape

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


def simplified(micros: Shapes, band: int) -> Shapes:
    """A coverage in EPSG:3857 as the tiles of a band show it: still a coverage, with the same junctions."""
    tolerance = tolerance_m(band)
    return np.asarray(shapely.coverage_simplify(micros, tolerance)) if tolerance else micros


def with_parents(codes: Sequence[str], shapes: Shapes) -> dict[str, shapely.MultiPolygon]:
    """The micro-grids by code, and the villages and towns that are their unions, by theirs."""
    found = {code: as_multipolygon(shape) for code, shape in zip(codes, shapes, strict=True)}
    level = Level.MICRO
    while level in PARENTS:
        children = defaultdict(list)
        for code, shape in found.items():
            if len(code) == LENGTHS[level]:
                children[code[: LENGTHS[PARENTS[level]]]].append(shape)
        found |= {code: as_multipolygon(shapely.coverage_union_all(parts)) for code, parts in children.items()}
        level = PARENTS[level]
    return found


class _Row(NamedTuple):
    boundary_id: int
    zoom: int
    level: str
    grid_code: str
    wkb: bytes


_SAME = func.encode(func.sha256(func.ST_AsBinary(TileShape.geom, "NDR")), "hex")
_WRITE = text(
    """
    INSERT INTO tile_shape (boundary_id, zoom, level, grid_code, geom)
    SELECT id, zoom, level, code, ST_GeomFromWKB(wkb, 3857)
    FROM unnest(CAST(:ids AS bigint[]), CAST(:zooms AS int[]), CAST(:levels AS text[]),
                CAST(:codes AS text[]), CAST(:wkbs AS bytea[])) AS new (id, zoom, level, code, wkb)
    ON CONFLICT (boundary_id, zoom) DO UPDATE SET geom = excluded.geom
    """
)
_REMOVE = text(
    """
    DELETE FROM tile_shape t
    USING unnest(CAST(:ids AS bigint[]), CAST(:zooms AS int[])) AS gone (id, zoom)
    WHERE t.boundary_id = gone.id AND t.zoom = gone.zoom
    """
)


def rebuild(session: Session) -> int:
    """Bring the tile shapes in line with the boundaries in force; answers how many rows were written or removed.

    Rows that would not change are left alone. The caller commits.
    """
    there = {
        (boundary_id, zoom): digest
        for boundary_id, zoom, digest in session.execute(select(TileShape.boundary_id, TileShape.zoom, _SAME))
    }
    wanted = {(row.boundary_id, row.zoom): row for row in _wanted(session)}
    gone = sorted(there.keys() - wanted.keys())
    new = [row for key, row in wanted.items() if there.get(key) != hashlib.sha256(row.wkb).hexdigest()]
    if gone:
        session.execute(_REMOVE, {"ids": [key for key, _ in gone], "zooms": [zoom for _, zoom in gone]})
    if new:
        ids, zooms, levels, codes, wkbs = map(list, zip(*new, strict=True))
        session.execute(_WRITE, {"ids": ids, "zooms": zooms, "levels": levels, "codes": codes, "wkbs": wkbs})
    return len(gone) + len(new)


def _wanted(session: Session) -> Iterator[_Row]:
    in_force = func.upper_inf(Boundary.valid)
    bearers = {
        code: (boundary_id, level)
        for boundary_id, code, level in session.execute(select(Boundary.id, Boundary.grid_code, Boundary.level).where(in_force))
    }
    micros = session.execute(
        select(Boundary.grid_code, Boundary.geom).where(in_force, Boundary.level == Level.MICRO).order_by(Boundary.grid_code)
    ).all()
    if not micros:
        return
    codes, shapes = [row[0] for row in micros], to_mercator(np.array([row[1] for row in micros], dtype=object))
    for band in (*BANDS, FULL):
        for code, shape in with_parents(codes, simplified(shapes, band)).items():
            if code in bearers:
                boundary_id, level = bearers[code]
                yield _Row(boundary_id, band, str(level), code, shapely.to_wkb(shape, byte_order=1))
