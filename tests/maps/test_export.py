import base64
import hashlib
import json
import re
from datetime import UTC, datetime

import pytest
import shapely
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.desk.alerts import Incoming, Policy, receive
from gridmap.grids.publishing import redraw
from gridmap.maps import export
from tests import town, zoned
from tests.maps.test_shell import PAYLOADS

AT = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)


def hostile(payload: str) -> export.Town:
    facts = {"number": "20261122-000001", "state": "discovered", "text": payload, "address": payload, "trays": []}
    return {
        "exported_at": AT.isoformat(),
        "radius_m": 564.19,
        "grids": [],
        "zones": [],
        "points": [],
        "cases": [{"type": "Feature", "geometry": None, "properties": facts}],
        "cases_left": 0,
    }


def test_the_file_holds_the_town(tiny_town: Session) -> None:
    town = export.gather(tiny_town, at=AT)
    text = export.page(town, language="zh")
    found = json.loads(re.search(r'<script id="town" type="application/json">(.*?)</script>', text, re.DOTALL)[1])  # type: ignore[index]  # or the test fails

    assert {grid["properties"]["level"] for grid in found["grids"]} == {"town", "village", "micro"}
    assert sum(grid["properties"]["level"] == "micro" for grid in found["grids"]) == 9
    assert found["exported_at"] == AT.isoformat()


def test_it_says_why_a_case_stands_where_it_stands_and_what_grids_are_called(tiny_town: Session) -> None:
    lon, lat = town.spot(1.5, 2.5)
    alert = Incoming("terminal", "A-1", AT, "{}", lon=lon, lat=lat)
    receive(tiny_town, [alert], actor="test", policy=Policy(30, 50, 24))
    held = export.gather(tiny_town, at=AT)

    (case,) = held["cases"]
    assert case["properties"]["reason"]["zh"].startswith("按上报坐标定位；位于演示村2第3微网格范围内")
    assert "inside" in case["properties"]["reason"]["en"]
    west, south, east, north = shapely.from_geojson(json.dumps(held["grids"][-1]["geometry"])).bounds
    lon, lat = held["grids"][-1]["properties"]["label"]
    assert west < lon < east
    assert south < lat < north


def test_it_has_the_special_zones_of_its_moment(tiny_town: Session) -> None:
    redraw(tiny_town, zoned.change(tiny_town, zoned.zone()), actor="test")
    (held,) = export.gather(tiny_town, at=clock.now())["zones"]
    assert (held["properties"]["code"], held["properties"]["target_name_en"]) == (
        f"{town.TOWN}Z001",
        "Demo Village 3 Micro-grid 3",
    )
    assert shapely.from_geojson(json.dumps(held["geometry"])).area == pytest.approx(town.CELL**2 / 4)
    assert export.gather(tiny_town, at=AT)["zones"] == []


def test_it_asks_nobody_for_anything() -> None:
    text = export.page(hostile("x"), language="en")

    assert not re.search(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=", text)
    assert not re.search(r"@import|url\(", text[text.index("<style>") : text.index("</style>")])
    assert "default-src &#39;none&#39;" in text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_from_data_stays_text(payload: str) -> None:
    text = export.page(hostile(payload), language="zh")
    town = re.search(r'<script id="town" type="application/json">(.*?)</script>', text, re.DOTALL)

    assert town is not None
    assert json.loads(town[1])["cases"][0]["properties"]["text"] == payload
    assert "<" not in town[1]


def test_its_policy_lets_exactly_its_own_scripts_run() -> None:
    text = export.page(hostile("x"), language="zh")
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    allowed = re.findall(r"sha256-([A-Za-z0-9+/=]+)", text)

    assert [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts] == allowed


def test_line_separators_do_not_break_the_data() -> None:
    assert export.embedded("\u2028\u2029</script>&") == '"\\u2028\\u2029\\u003c/script\\u003e\\u0026"'
