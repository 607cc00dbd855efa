"""What stands before and after a publish, for the tests."""

from datetime import UTC, datetime
from typing import Any

from shapely.geometry import MultiPolygon, Polygon
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gridmap.grids.models import Boundary
from tests import town

LATER = datetime(2026, 3, 1, 12, tzinfo=UTC)


def in_force(session: Session) -> dict[str, MultiPolygon]:
    rows = session.execute(select(Boundary.grid_code, Boundary.geom).where(func.upper_inf(Boundary.valid)))
    return {row.grid_code: row.geom for row in rows}


def everything(session: Session) -> dict[str, list[Any]]:
    """All that a publish writes."""
    tables = ("grid", "boundary", "publication", "tile_shape", "journal")
    return {table: sorted(map(str, session.execute(text(f"SELECT * FROM {table}")))) for table in tables}


def redrawn() -> dict[str, Polygon]:
    """The border between (1,1) and (2,1), of two villages, turned."""
    south, north = town.spot(1.5, 0), town.spot(1, 1)
    return {
        "m11": Polygon([town.spot(0, 0), south, north, town.spot(0, 1)]),
        "m21": Polygon([south, town.spot(2, 0), town.spot(2, 1), north]),
    }
