"""The map sheet of a village: as it is, as it was, as a plan would have it; with nothing that is not published."""

import re
from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.accounts.rights import Role
from gridmap.grids.publishing import redraw
from gridmap.maps.sheet import TINTS, sheet, tinted
from tests import callers, town, zoned
from tests.patchwork import patches
from tests.town import micro, square, village

COLUMN = {micro(2, y): square(1, y - 1) for y in (1, 2, 3)}
BESIDE = {micro(x, y): square(x - 1, y - 1) for x in (1, 3) for y in (1, 2, 3)}


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_the_scale_bar_tells_the_truth() -> None:
    picture = sheet(COLUMN, BESIDE)
    assert (picture.bar_m, picture.height) == (200, 1000.0)
    metres_high = 3 * 1109 * 1.12  # Three cells, and what lies around them.
    assert picture.bar == pytest.approx(200 * (1000 - 40) / metres_high, rel=0.01)


def test_marks_stand_in_their_grids() -> None:
    picture = sheet(COLUMN, BESIDE)
    ys = [picture.marks[code].y for code in sorted(COLUMN)]
    assert ys == sorted(ys, reverse=True), "north is up"
    assert picture.marks.keys() == picture.own.keys() == COLUMN.keys()
    assert picture.around.keys() == BESIDE.keys()


def test_neighbours_have_other_tints() -> None:
    cells = dict(zip("abcdefghijklmnopqrstuvwxyz", patches(3, 26), strict=True))
    tints = tinted(cells)
    alike = [(a, b) for a in cells for b in cells if a < b and tints[a] == tints[b]]
    assert set(tints.values()) <= set(range(TINTS))
    assert not [pair for pair in alike if cells[pair[0]].relate_pattern(cells[pair[1]], "****1****")]


def test_a_village_with_its_grids(planner: FlaskClient) -> None:
    html = page(planner, f"/sheets/{village(2)}?size=a3")
    assert "@page { size: A3 portrait" in html
    assert re.findall(r'mark-number">(\d+)<', html) == ["001", "002", "003"]
    assert all(code in html for code in COLUMN)
    assert "Publication 1, in force since 2026-01-01 08:00" in html
    assert f"/sheets/{village(2)}" in page(planner, f"/grids/{village(2)}/people")


def test_special_zones_are_on_it(planner: FlaskClient, committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        done = redraw(session, zoned.change(session, zoned.zone()), actor="test")
    html = page(planner, f"/sheets/{village(2)}")
    assert re.findall(r'data-zone="(\w+)"', html) == [f"{town.TOWN}Z001"]
    assert 'class="mark mark-zone"' in html
    assert "Demo Village 3 Micro-grid 3" in html, "the grid that gets its cases, of another village"
    assert "data-zone" not in page(planner, f"/sheets/{village(3)}")
    assert "data-zone" not in page(
        planner, f"/sheets/{village(2)}?at={(done.at - timedelta(seconds=1)).isoformat()}".replace("+", "%2B")
    )
    made = planner.post("/api/v1/plans", json={"name": "无", "ground": town.TOWN}).get_json()["id"]
    assert "data-zone" in page(planner, f"/sheets/{village(2)}?plan={made}")
    ended = planner.post(f"/api/v1/plans/{made}/ops/unzone", json={"code": f"{town.TOWN}Z001"}, headers={"If-Match": "*"})
    assert ended.status_code == 200
    assert "data-zone" not in page(planner, f"/sheets/{village(2)}?plan={made}")
    link = planner.post(f"/api/v1/plans/{made}/links", json={}).get_json()["url"].removeprefix("http://localhost")
    assert page(planner, link).count('class="zone"') == 1, "as it is in force, not as the plan would have it"


def test_only_what_is_published_is_on_it(app: APIFlask, planner: FlaskClient) -> None:
    html = page(callers.signed_in(app, Role.AUDITOR), f"/sheets/{village(2)}")
    assert "示例总网格长" not in html, "who heads a grid by its record is no published post"


def test_a_draft_says_that_it_is_none_in_force(app: APIFlask, planner: FlaskClient) -> None:
    made = planner.post("/api/v1/plans", json={"name": "两分", "ground": village(2)}).get_json()["id"]
    body = {"code": micro(2, 2), "line": [town.spot(0.9, 1.5), town.spot(2.1, 1.5)]}
    assert planner.post(f"/api/v1/plans/{made}/ops/split", json=body, headers={"If-Match": "*"}).status_code == 200
    html = page(planner, f"/sheets/{village(2)}?plan={made}")
    assert "Draft, not in force" in html
    assert len(re.findall('mark-number">', html)) == 4
    assert "By plan 1, “两分”, step 1" in html
    page(planner, f"/sheets/{village(1)}?plan={made}", 422)
    page(callers.signed_in(app, Role.MEMBER), f"/sheets/{village(2)}?plan={made}", 403)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{village(2)}?at=2026-06-01T00:00:00%2B08:00", 200),
        (f"{village(2)}?at=2025-06-01T00:00:00%2B08:00", 404),
        (f"{village(2)}?size=a5", 422),
        (f"{village(2)}?plan=x", 422),
        (f"{village(2)}?plan=9", 404),
        (micro(2, 2), 404),
        (f"{town.TOWN}209", 404),
    ],
)
def test_what_there_is_no_sheet_of(planner: FlaskClient, address: str, status: int) -> None:
    page(planner, f"/sheets/{address}", status)
