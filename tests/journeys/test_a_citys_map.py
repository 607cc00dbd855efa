"""A city with more open cases than a screen holds: the server counts its map, exactly, and the live feed goes on."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests import town
from tests.journeys.conftest import Serve, tiny
from tests.journeys.operator_desk import Desk
from tests.journeys.station import Station
from tests.journeys.test_an_alert_appears import NOTE

MANY = 5100
LATE = MANY // 10
FLASH = ".leaflet-cases-pane .fresh"
_CASES = text(
    """
    INSERT INTO cases (source, source_id, location, category_id, occurred_at, received_at, due_at, grid_code, route)
    SELECT CASE WHEN n <= 40 THEN 'hotline' ELSE 'patrol' END, CAST(n AS text),
           ST_SetSRID(ST_MakePoint(:west + n % 71 / 71.0 * 0.03, :south + n / 71 / 72.0 * 0.03), 4326), k.id,
           now() - interval '3 days', now() - interval '3 days' + n * interval '1 second',
           CASE WHEN n % 10 = 0 THEN now() - interval '1 day' ELSE now() + interval '30 days' END, :grid, '{"rule": "covers"}'
    FROM generate_series(1, :many) AS n CROSS JOIN (SELECT min(id) AS id FROM category) AS k
    """
)


def crowded(session: Session) -> None:
    """The tiny town with more cases than it should have, one in ten of them late."""
    tiny(session)
    where = {"west": town.WEST, "south": town.SOUTH, "grid": town.micro(2, 2)}
    session.execute(_CASES, {**where, "many": MANY})


@pytest.fixture(scope="module")
def city(serve: Serve) -> Iterator[Station]:
    with serve(crowded) as station:
        yield station


def test_crowds_are_exact_and_follow_the_feed(city: Station, sit_down: Callable[..., Desk]) -> None:
    many = city.ask("/api/v1/cases/counts")["total"]
    desk = sit_down(city).open()
    desk.expect_on_map(many)
    desk.expect_count("open", many)
    expect(desk.list_summary).to_contain_text(f"共 {many} 件，列出最新的 60 件")

    # The filters of the list are those of the map; and the list asks for what it lacks.
    desk.see("count-overdue").click()
    desk.expect_on_map(LATE)
    expect(desk.list_summary).to_contain_text(f"共 {LATE} 件，列出最新的 60 件")
    desk.see("filter-clear").click()
    desk.expect_on_map(many)
    desk.page.goto(f"{city.origin}/#source=hotline")
    desk.expect_on_map(40)
    desk.expect_listed(40)
    desk.see("filter-clear").click()
    desk.expect_on_map(many)

    # What comes in shows itself, and is counted.
    desk.page.evaluate(NOTE, [FLASH])
    number = city.send(at=(1.52, 1.48), text="演示：路口堆物")["case"]["properties"]["number"]
    desk.eventually(f"() => window.seen.has('{FLASH}')")
    desk.expect_count("open", many + 1)
    expect(desk.see("tray-all").locator("b")).to_have_text(str(many + 1))
    expect(desk.row(number)).to_be_visible()

    # A crowd leads closer, where cases stand by themselves.
    lon, lat = town.spot(1.52, 1.48)
    desk.on_page(f"() => {{ window.gridmapShell.map.setView([{lat}, {lon}], 18, {{animate: false}}) }}")
    desk.mark(number).click()
    desk.card(number)
    desk.expect_quiet()


def test_queues_count_all_and_the_list_comes_in_the_order_asked_for(city: Station, sit_down: Callable[..., Desk]) -> None:
    desk = sit_down(city).open("/#queue=overdue&order=pressing")
    expect(desk.see("tray-overdue").locator("b")).to_have_text(str(LATE))
    expect(desk.list_summary).to_contain_text(f"共 {LATE} 件，列出最紧迫的 60 件")
    expect(desk.rows).to_have_count(60)
    told = [
        feature["id"] for feature in city.ask("/api/v1/cases/queue.geojson?order=pressing&limit=200&urgency=overdue")["features"]
    ]
    assert desk.numbers() == told[:60]
    desk.page.locator("#list-more").click()
    expect(desk.rows).to_have_count(120)
    assert desk.numbers() == told[:120]
    desk.expect_quiet()


def test_a_wall_shows_what_presses_of_very_many(city: Station, sit_down: Callable[..., Desk]) -> None:
    wall = sit_down(city, viewport={"width": 1920, "height": 1080})
    wall.page.goto(f"{city.origin}/wall")
    wall.expect_connection("live")
    expect(wall.see("wall-overdue").locator("b")).to_have_text(str(LATE))
    expect(wall.see("wall-map")).to_have_attribute("aria-label", re.compile(rf"其中超时 {LATE} 件"))
    expect(wall.see("wall-some")).to_contain_text(f"最紧迫的 500 件，超时和有风险的共 {LATE} 件")
    expect(wall.see("wall-latest").locator("[data-case]")).to_have_count(5)
    number = city.send(at=(0.5, 1.5), text="演示：大屏")["case"]["properties"]["number"]
    expect(wall.see("wall-latest").locator(f'[data-case="{number}"]')).to_be_visible()
    assert not [url for url in wall.requests if "cases.geojson" in url]
    wall.expect_quiet()


def test_a_crowd_leads_closer(city: Station, sit_down: Callable[..., Desk]) -> None:
    desk = sit_down(city).open()
    expect(desk.page.locator(".leaflet-cases-pane .cluster").first).to_be_visible()
    before = desk.on_page("() => window.gridmapShell.map.getZoom()")
    desk.page.locator(".leaflet-cases-pane .cluster", has_text=re.compile(r"\d\d")).nth(3).click(force=True)
    desk.eventually(f"() => window.gridmapShell.map.getZoom() > {before}")
    desk.expect_quiet()
