"""Where open cases are looked for: nothing that lies within reach is left out, and the database asks its index."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.cases import taking
from gridmap.cases.ground import STRIPS, Rules, Spot, in_box_sql, strips
from gridmap.db import run
from gridmap.geo.measure import WGS84, half_box
from tests import town
from tests.desk.incoming import NOW

lon = st.floats(-179, 179, allow_nan=False)
edges = st.integers(-179 * STRIPS, 179 * STRIPS).map(lambda n: n / STRIPS)


@given(lon=lon | edges, lat=st.floats(-80, 80), radius=st.floats(0.1, 1000), azimuth=st.floats(0, 360), share=st.floats(0, 1))
def test_the_strips_of_a_circle_hold_all_of_it(lon: float, lat: float, radius: float, azimuth: float, share: float) -> None:
    wide, high = half_box(lat, radius)
    there_lon, there_lat, _ = WGS84.fwd(lon, lat, azimuth, radius * share)
    assert math.floor(there_lon * STRIPS) in strips(lon - wide, lon + wide)
    assert lat - high <= there_lat <= lat + high


@pytest.fixture
def crowd(tiny_town: Session) -> Session:
    """Some thousand open cases of one category, where boxes begin and end and between."""
    category_id = town.category(tiny_town).id
    tiny_town.execute(
        text(
            """
            INSERT INTO cases (source, source_id, category_id, occurred_at, route, location)
            SELECT 's', x || '/' || y, :category_id, :at, '{}', ST_SetSRID(ST_MakePoint(121 + x / 1000.0, 31 + y / 1000.0), 4326)
            FROM generate_series(0, 40) AS x, generate_series(0, 40) AS y
            """
        ),
        {"category_id": category_id, "at": NOW},
    )
    tiny_town.execute(text("ANALYZE cases"))
    return tiny_town


@pytest.mark.parametrize(
    "box",
    [
        (121.0, 31.0, 121.04, 31.04),
        (121.002, 31.01, 121.002, 31.03),
        (121.0011, 31.0, 121.0139, 31.02),
        (120.0, 30.0, 121.001, 31.0),
    ],
)
def test_a_box_holds_what_lies_in_it_and_on_its_border(crowd: Session, box: tuple[float, float, float, float]) -> None:
    west, south, east, north = box
    inside = in_box_sql("location", *(f"CAST({side!r} AS float8)" for side in box))
    found = set(crowd.scalars(text(f"SELECT source_id FROM cases WHERE {inside}")))
    points = {f"{x}/{y}": (121 + x / 1000.0, 31 + y / 1000.0) for x in range(41) for y in range(41)}
    assert found == {key for key, (x, y) in points.items() if west <= x <= east and south <= y <= north}
    assert found


def test_what_an_alert_may_join_is_asked_of_the_index(crowd: Session) -> None:
    category_id = crowd.execute(text("SELECT max(category_id) FROM cases")).scalar_one()
    spots = {i: Spot(121.0005 + i / 1000, 31.02, category_id, NOW) for i in range(30)}
    [*_, (statement, values)] = taking.ask([("s", str(i)) for i in spots], spots, list(spots), Rules(50.0, 24.0))
    plan = " ".join(line for (line,) in run(crowd, f"EXPLAIN {statement}", values))
    assert "Index Scan using ix_cases_open_place" in plan
