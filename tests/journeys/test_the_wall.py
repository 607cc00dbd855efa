"""The big screen: it turns its views, follows the events, says when it can't, and stays as large as it was."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.operator_desk import Desk
from tests.journeys.station import Station

WALL = {"width": 1920, "height": 1080}


@pytest.fixture
def wall(station: Station, sit_down: Callable[..., Desk]) -> Desk:
    """The tiny town's wall, live."""
    desk = sit_down(station, viewport=WALL)
    desk.page.goto(f"{station.origin}/wall?seconds=5")
    desk.expect_connection("live")
    expect(desk.see("wall-open").locator("b")).to_have_text(re.compile(r"\d"))
    return desk


def shown(desk: Desk) -> str:
    found: str = desk.on_page("() => document.querySelector('.wall-view.is-shown').dataset.view")
    return found


def test_it_turns_its_views_and_an_alert_appears_live(station: Station, wall: Desk) -> None:
    wall.page.wait_for_function("() => document.querySelector('.wall-view.is-shown').dataset.view === 'what'")
    wall.page.keyboard.press("ArrowLeft")
    assert shown(wall) == "when"
    before = int(wall.see("wall-filed").locator("b").inner_text())
    number = station.send(at=(0.5, 1.5), text="演示：大屏")["case"]["properties"]["number"]
    expect(wall.see("wall-filed").locator("b")).to_have_text(str(before + 1))
    expect(wall.see("wall-latest").locator(f'[data-case="{number}"]')).to_contain_text("演示村1第2微网格")
    expect(wall.see("wall-map")).to_have_attribute("aria-label", re.compile(rf"{before + 1} 件"))
    wall.expect_quiet()


def test_it_holds_still_when_told_to_and_goes_on(wall: Desk) -> None:
    wall.page.clock.install()
    wall.page.reload()
    wall.expect_connection("live")
    wall.see("wall-hold").click()
    held = shown(wall)
    for _ in range(3):
        wall.page.clock.fast_forward(6000)
        assert shown(wall) == held
    wall.see("wall-hold").click()
    wall.page.clock.fast_forward(6000)
    assert shown(wall) != held


def test_it_says_when_the_line_is_down_and_catches_up(station: Station, wall: Desk) -> None:
    station.kill("web")
    expect(wall.see("wall-lost")).to_contain_text("未连接，画面停在")
    station.start()
    station.send(at=(1.5, 1.5))
    wall.expect_connection("live")
    expect(wall.see("wall-lost")).to_be_hidden(timeout=40_000)


def test_it_does_not_grow(station: Station, wall: Desk) -> None:
    size = """() => ({nodes: document.querySelectorAll('*').length, canvases: document.querySelectorAll('canvas').length})"""
    expect(wall.see("wall-map")).to_have_attribute("aria-label", re.compile(r"\d 件"))
    station.take({"at": (2.5, 0.25)})  # Where nothing has been filed today a chart has nothing to paint, and so no canvas.
    filed = int(wall.see("wall-filed").locator("b").inner_text())
    expect(wall.see("wall-latest").locator("[data-case]").first).to_be_visible()
    drawn = "() => [...document.querySelectorAll('.wall-chart')].every((box) => box.querySelector('canvas'))"
    wall.see("wall-hold").click()
    for view in ("when", "what", "grids", "week"):  # Each view is drawn when it is first shown, in a frame that may be late.
        wall.page.locator(f'[data-turn="{view}"]').click()
        expect(wall.page.locator(f'.wall-view.is-shown[data-view="{view}"] .wall-chart:not(:has(canvas))')).to_have_count(0)
    wall.page.wait_for_function(drawn)
    before = wall.on_page(size)
    for _ in range(40):
        wall.page.keyboard.press("ArrowRight")
    station.take(*({"at": (2.5, 0.5 + step / 100)} for step in range(30)))
    expect(wall.see("wall-filed").locator("b")).to_have_text(re.compile(rf"^{filed + 30}$|^{filed + 31}$"))
    after = wall.on_page(size)
    assert after["canvases"] == before["canvases"]
    assert after["nodes"] <= before["nodes"] + 60  # the rows of the grids and of the newest cases; not one a turn or a case


def test_a_report_fits_a_phone_and_says_nothing_in_the_console(demo_station: Station, sit_down: Callable[..., Desk]) -> None:
    desk = sit_down(demo_station, viewport={"width": 360, "height": 740})
    desk.page.goto(f"{demo_station.origin}/reports/month")
    expect(desk.see("report-title")).to_contain_text("月报")
    assert desk.on_page("() => document.documentElement.scrollWidth") <= 360
    desk.expect_quiet()
