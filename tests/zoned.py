"""Special zones in the tiny town, for the tests."""

from typing import Any

from shapely.geometry import Polygon
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.geo.shapes import as_multipolygon
from gridmap.grids.change import Change, ZoneDraft
from gridmap.grids.models import Publication
from gridmap.grids.zones import path
from tests import town

RUBBISH, PAPER = (path(town.STANDARD, "matter", code) for code in ("06010", "06011"))
LARGE = path(town.STANDARD, "matter", "06")


def zone(number: int = 1, shape: Polygon | None = None, **facts: Any) -> ZoneDraft:
    """A market in the middle of the town, across four grids, whose rubbish the grid (3, 3) gets."""
    usual: dict[str, Any] = {"name": "示例菜市场", "name_en": "Example market", "kind": "market", "takes": (RUBBISH,)}
    ground = as_multipolygon(town.square(0.75, 0.75, width=0.5, height=0.5) if shape is None else shape)
    return ZoneDraft(**{**usual, "code": f"{town.TOWN}Z{number:03d}", "target": town.micro(3, 3), "shape": ground, **facts})


def change(session: Session, *zones: ZoneDraft, ended: tuple[str, ...] = (), base: int | None = None) -> Change:
    """What draws these zones, and ends others."""
    newest = base or session.execute(select(func.max(Publication.id))).scalar_one()
    return Change(newest, zones={**dict.fromkeys(ended), **{one.code: one for one in zones}})
