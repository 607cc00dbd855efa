"""The tiny town: 3 × 3 square micro-grids in 3 villages (its columns), and mothers of everything that stands in it.

y=3  ┌────┬────┬────┐
     │ 13 │ 23 │ 33 │      village 310151999201, …202, …203 from west to east;
y=2  ├────┼────┼────┤      micro-grid 001, 002, 003 from south to north, so that `micro(2, 3)` is the top middle
     │ 12 │ 22 │ 32 │      one. A cell is a hundredth of a degree: 948 m by 1,109 m.
y=1  ├────┼────┼────┤
     │ 11 │ 21 │ 31 │
y=0  └────┴────┴────┘
    x=0   1    2    3
"""

from datetime import UTC, datetime
from typing import Any

from shapely.geometry import Point, Polygon
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.cases.models import Category, SourceCode, TimeLimit
from gridmap.cases.states import ENDED_STATES, State
from gridmap.grids.change import GridDraft
from gridmap.grids.publishing import Published, publish
from gridmap.places.models import Camera, CameraState, ServicePoint
from gridmap.places.views import sector

TOWN = "310151999"
WEST, SOUTH, CELL = 121.40, 31.60, 0.01
FOUNDED = datetime(2026, 1, 1, tzinfo=UTC)
STANDARD = "GB/T 47678.5-2026"


def village(x: int) -> str:
    """Code of the village in column x (1 to 3)."""
    return f"{TOWN}20{x}"


def micro(x: int, y: int) -> str:
    """Code of the micro-grid in column x, row y (1 to 3)."""
    return f"{village(x)}00{y}"


def spot(x: float, y: float) -> tuple[float, float]:
    """Degrees (lon, lat) of a place in cells: spot(0.5, 0.5) is the middle of the south-western cell."""
    return round(WEST + x * CELL, 8), round(SOUTH + y * CELL, 8)


def square(x: float, y: float, *, width: float = 1, height: float = 1) -> Polygon:
    """A rectangle in cells, its south-western corner at (x, y), in degrees."""
    return Polygon([spot(x, y), spot(x + width, y), spot(x + width, y + height), spot(x, y + height)])


def drafts(**shapes: Polygon) -> list[GridDraft]:
    """The whole town as drafts; `m23=polygon` gives the micro-grid in column 2, row 3 another shape."""
    made = [GridDraft(TOWN, "演示镇", "Demo Town", head_name="示例总网格长")]
    made += [GridDraft(village(x), f"演示村{x}", f"Demo Village {x}") for x in (1, 2, 3)]
    for x in (1, 2, 3):
        for y in (1, 2, 3):
            shape = shapes.pop(f"m{x}{y}", square(x - 1, y - 1))
            made.append(GridDraft(micro(x, y), f"演示村{x}第{y}微网格", f"Demo Village {x} Micro-grid {y}", shape=shape))
    assert not shapes, f"no such cells: {shapes}"
    return made


def found(session: Session, *, at: datetime = FOUNDED, **shapes: Polygon) -> Published:
    """Put the town in force."""
    return publish(session, drafts(**shapes), actor="test", at=at)


def camera(session: Session, number: int = 1, *, at: tuple[float, float] = (0.5, 0.5), **facts: Any) -> Camera:
    """A camera that looks north 60° wide and 100 m far; `bearing_deg=None` and so on leave it without a view."""
    lon, lat = spot(*at)
    looks: dict[str, float | None] = {"bearing_deg": 0.0, "view_angle_deg": 60.0, "view_range_m": 100.0}
    looks |= {key: facts.pop(key) for key in list(looks) if key in facts}
    bearing, angle, reach = looks.values()
    view = None if bearing is None or angle is None or reach is None else sector(lon, lat, bearing, angle, reach)
    made = Camera(
        id=f"31015100081326{number:06d}",
        location=Point(lon, lat),
        view=view,
        **(
            looks
            | {"name": f"探头{number}", "name_en": f"Camera {number}", "vendor": "dahua", "state": CameraState.ONLINE}
            | facts
        ),
    )
    session.add(made)
    session.flush()
    return made


def service_point(session: Session, number: int = 1, *, at: tuple[float, float] = (0.5, 0.5), **facts: Any) -> ServicePoint:
    """A service point, open on weekdays."""
    made = ServicePoint(
        code=f"SP-{number:03d}",
        location=Point(spot(*at)),
        **({"name": f"服务点{number}", "name_en": f"Service point {number}", "opening_hours": "Mo-Fr 08:30-17:00"} | facts),
    )
    session.add(made)
    session.flush()
    return made


def category(
    session: Session, code: str = "06010", *, hours: float | None = 4, vendor_code: str | None = None, **facts: Any
) -> Category:
    """A matter of the current standard: exposed rubbish, to be gone within four hours; `dahua` calls it `vendor_code`."""
    given = {"standard_ref": STANDARD, "kind": "matter", "group_zh": "市容环境类", "group_en": "City appearance"}
    made = Category(code=code, **(given | {"name_zh": f"类别{code}", "name_en": f"Category {code}"} | facts))
    session.add(made)
    session.flush()
    if hours is not None:
        session.add(TimeLimit(category_id=made.id, city="演示", value=hours, unit="urgent_hour", is_default=True))
    if vendor_code is not None:
        session.add(SourceCode(vendor="dahua", vendor_code=vendor_code, vendor_name="大华", category_id=made.id))
    session.flush()
    return made


WAYS: dict[State, tuple[State, ...]] = {
    State.DISCOVERED: (),
    State.CONSULTING: (State.CONSULTING,),
    State.DISPATCHED: (State.DISPATCHED,),
    State.HANDLING: (State.HANDLING,),
    State.SUSPENDED: (State.HANDLING, State.SUSPENDED),
    State.VERIFYING: (State.VERIFYING,),
    State.RATING: (State.VERIFYING, State.RATING),
    State.CLOSED: (State.VERIFYING, State.RATING, State.CLOSED),
    State.VOID: (State.VOID,),
}


def stand(session: Session, state: State, where: str = "true", **values: Any) -> None:
    """Bring cases just discovered (those that fit the SQL condition `where`) to `state`, by steps the database lets pass."""
    ids = list(session.execute(text(f"SELECT id FROM cases WHERE {where}"), values).scalars())
    for step in WAYS[state]:
        closed = "now()" if step in ENDED_STATES else "NULL"
        session.execute(
            text(f"UPDATE cases SET state = :step, closed_at = {closed} WHERE id = ANY(:ids)"), {"step": step.value, "ids": ids}
        )
