"""Reads of the grids."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import shapely
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.db import run
from gridmap.errors import NotFound, msg
from gridmap.grids import zones
from gridmap.grids.change import ZoneDraft
from gridmap.grids.codes import Level
from gridmap.grids.models import Boundary, Grid

Bounds = tuple[float, float, float, float]


class Name(NamedTuple):
    """A grid's code and what people call it."""

    code: str
    name: str
    name_en: str


class Span(NamedTuple):
    """A boundary's id, the publication it came with, and its period of validity (open-ended: None)."""

    id: int
    publication: int
    valid_from: datetime
    valid_until: datetime | None


@dataclass(frozen=True)
class InForce:
    """The micro-grids in force under one publication, by code; geometries in degrees; names of all grids there are; the zones."""

    publication: int
    at: datetime
    codes: list[str]
    spans: list[Span]
    shapes: list[shapely.MultiPolygon]
    names: dict[str, Name]
    zones: list[ZoneDraft] = field(default_factory=list)


NOTHING_YET = InForce(0, datetime.min.replace(tzinfo=UTC), [], [], [], {})


_PUBLICATION = "SELECT id, at FROM publication WHERE at <= %(at)s ORDER BY at DESC LIMIT 1"


def publication_at(session: Session, at: datetime | None = None) -> tuple[int, datetime] | None:
    """The publication in force at `at` (default: now): its id and moment; None before the first."""
    rows = run(session, _PUBLICATION, {"at": at or clock.now()})
    return (rows[0][0], rows[0][1]) if rows else None


def micro_grids(session: Session, publication: int, at: datetime) -> InForce:
    """The micro-grids of a publication whose moment is `at`, in the order of their codes (bytewise)."""
    rows = session.execute(
        select(Boundary.grid_code, Boundary.id, Boundary.publication_id, Boundary.valid, Boundary.geom)
        .where(Boundary.level == Level.MICRO, Boundary.valid.contains(at))
        .order_by(Boundary.grid_code.collate("C"))
    ).all()
    spans = [Span(row.id, row.publication_id, row.valid.lower, row.valid.upper) for row in rows]
    called = {row.code: Name(*row) for row in session.execute(select(Grid.code, Grid.name, Grid.name_en))}
    there = [zone.draft for zone in zones.at(session, at)]
    return InForce(publication, at, [row.grid_code for row in rows], spans, [row.geom for row in rows], called, there)


def names(session: Session, codes: Sequence[str]) -> dict[str, Name]:
    """The names of the grids with these codes; unknown codes are left out."""
    rows = session.execute(select(Grid.code, Grid.name, Grid.name_en).where(Grid.code.in_(set(codes))))
    return {row.code: Name(*row) for row in rows}


def boundary_span(session: Session, boundary_id: int) -> Span | None:
    """A boundary's period of validity and its publication."""
    row = session.execute(select(Boundary.valid, Boundary.publication_id).where(Boundary.id == boundary_id)).one_or_none()
    return Span(boundary_id, row.publication_id, row.valid.lower, row.valid.upper) if row else None


def name_then(column: str) -> str:
    """In SQL: what the grid `g` was called at :at, by one of its columns of names; the next renaming after it tells."""
    return f"""coalesce((SELECT r.{column} FROM renaming r JOIN publication p ON p.id = r.publication_id
                         WHERE r.grid_code = g.code AND p.at > :at ORDER BY p.at LIMIT 1), g.{column})"""


_NAMES = ("name", "name_en", "head_name", "head_phone")
_FEATURES = """
    SELECT g.code, {names}, g.level, g.parent_code, b.id AS boundary_id,
           b.area_m2, ST_X(b.label) AS label_lon, ST_Y(b.label) AS label_lat,
           CASE WHEN :shapes THEN ST_AsGeoJSON(b.geom, 15) END AS geometry,
           lower(b.valid) AS valid_from, b.publication_id
    FROM boundary b JOIN grid g ON g.code = b.grid_code
    WHERE b.valid @> CAST(:at AS timestamptz)
      AND (CAST(:level AS text) IS NULL OR b.level = :level)
      AND (CAST(:west AS float8) IS NULL OR b.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326))
    ORDER BY length(g.code), g.code COLLATE "C"
"""
_NOW = text(_FEATURES.format(names=", ".join(f"g.{column}" for column in _NAMES)))
_THEN = text(_FEATURES.format(names=", ".join(f"{name_then(column)} AS {column}" for column in _NAMES)))


def features(
    session: Session,
    *,
    level: Level | None = None,
    at: datetime | None = None,
    bounds: Bounds | None = None,
    shapes: bool = True,
) -> list[dict[str, Any]]:
    """Rows of the grids in force at `at` (default now), called as they were then, `geometry` as exact GeoJSON text."""
    west, south, east, north = bounds or (None, None, None, None)
    values = {
        "level": level,
        "at": at or clock.now(),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "shapes": shapes,
    }
    return [dict(row) for row in session.execute(_NOW if at is None else _THEN, values).mappings()]


def grid(session: Session, code: str) -> Grid:
    """The grid with this code, in force or retired; `NotFound` when there never was one."""
    found = session.get(Grid, code)
    if found is None:
        raise NotFound(msg("There is no grid with the code '%(code)s'"), code=code[:40])
    return found


def children(session: Session, code: str) -> list[Grid]:
    """The grids directly below, retired ones left out."""
    query = select(Grid).where(Grid.parent_code == code, Grid.retired_at.is_(None))
    return list(session.scalars(query.order_by(Grid.code)))


def latest_boundary(session: Session, code: str) -> Boundary | None:
    """The boundary in force now or, for a retired grid, its last one."""
    query = select(Boundary).where(Boundary.grid_code == code).order_by(func.lower(Boundary.valid).desc()).limit(1)
    return session.scalars(query.where(func.lower(Boundary.valid) <= clock.now())).one_or_none()


def boundary_at(session: Session, code: str, at: datetime) -> Boundary:
    """The boundary in force at `at`; `NotFound` where the grid was not there then."""
    found = session.scalars(select(Boundary).where(Boundary.grid_code == code, Boundary.valid.contains(at))).one_or_none()
    if found is None:
        raise NotFound(msg("The grid %(code)s was not there at that moment"), code=code)
    return found


def shape_at(session: Session, code: str, at: datetime | None = None) -> shapely.MultiPolygon | None:
    """A grid's ground at `at` (default: now), in degrees; None where it was not there."""
    query = select(Boundary.geom).where(Boundary.grid_code == code, Boundary.valid.contains(at or clock.now()))
    return session.scalars(query).one_or_none()


def town_outline(session: Session, at: datetime | None = None) -> shapely.MultiPolygon | None:
    """The union of the towns in force, in degrees; None when there is none."""
    in_force = Boundary.valid.contains(at or clock.now())
    shapes = session.scalars(select(Boundary.geom).where(Boundary.level == Level.TOWN, in_force)).all()
    if not shapes:
        return None
    union = shapely.union_all(shapes)
    return union if isinstance(union, shapely.MultiPolygon) else shapely.MultiPolygon([union])


_SEARCH = text(
    """
    SELECT g.code, g.name, g.name_en, g.retired_at, ST_X(b.label) AS lon, ST_Y(b.label) AS lat,
           ST_XMin(b.geom) AS west, ST_YMin(b.geom) AS south, ST_XMax(b.geom) AS east, ST_YMax(b.geom) AS north
    FROM grid g JOIN LATERAL (
        SELECT label, geom FROM boundary WHERE grid_code = g.code ORDER BY lower(valid) DESC LIMIT 1
    ) AS b ON true
    WHERE g.code LIKE :prefix OR g.name ILIKE :part OR g.name_en ILIKE :part
    ORDER BY g.retired_at IS NOT NULL, length(g.code), g.code LIMIT :most
    """
)


def search(session: Session, *, prefix: str, part: str, most: int) -> list[dict[str, Any]]:
    """Grids whose code begins with, or whose name holds, the LIKE patterns given; larger levels first, ended ones last."""
    return [dict(row) for row in session.execute(_SEARCH, {"prefix": prefix, "part": part, "most": most}).mappings()]
