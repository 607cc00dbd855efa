"""Without a mouse, and without eyes: the whole desk is there all the same."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.axe import violations
from tests.journeys.operator_desk import Desk
from tests.journeys.station import Station

FOCUSED = """() => {
    const one = document.activeElement;
    // The search's ring is drawn around its box.
    const style = getComputedStyle(one.closest('.search-box') ?? one);
    return {name: one.dataset.case || one.id || one.dataset.testid || one.className, shown: style.outlineStyle !== 'none' || style.boxShadow !== 'none', page: one === document.body};
}"""


def focused(desk: Desk) -> str:
    return str(desk.on_page(FOCUSED)["name"])


@pytest.mark.parametrize(("scheme", "locale"), [("light", "zh-CN"), ("dark", "en-GB")])
def test_nothing_serious_for_screen_readers(
    demo_station: Station, sit_down: Callable[..., Desk], scheme: str, locale: str
) -> None:
    """Of what opens in the map's page; how pages come, test_every_page hears."""
    desk = sit_down(demo_station, color_scheme=scheme, locale=locale, reduced_motion="reduce").open()
    desk.rows.first.click()
    expect(desk.see("card").get_by_test_id("route-reason")).to_be_visible()
    desk.see("button-layers").click()
    assert violations(desk) == []
    desk.see("card").get_by_test_id("path-grid").last.click()
    expect(desk.see("card").get_by_test_id("circle-share")).to_be_visible()
    desk.search("121.40, 31.63")
    assert violations(desk) == []


def test_the_whole_desk_by_keyboard(demo_desk: Desk) -> None:
    desk = demo_desk.open()
    keyboard = desk.page.keyboard
    keyboard.press("Tab")
    assert desk.on_page("() => document.activeElement.matches('.skip')"), "the first stop leads past the bar"
    keyboard.press("Enter")
    assert focused(desk) == "list"
    # Down the list, and into a case and back to its row.
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    number = desk.numbers()[1]
    assert desk.on_page("() => document.activeElement.dataset.case") == number
    keyboard.press("Enter")
    desk.card(number)
    expect(desk.see("card")).to_be_focused()
    keyboard.press("Escape")
    expect(desk.see("card")).to_be_hidden()
    assert desk.on_page("() => document.activeElement.dataset.case") == number
    # j and k walk too; "/" searches, arrows choose, Enter opens.
    keyboard.press("j")
    assert desk.on_page("() => document.activeElement.dataset.case") == desk.numbers()[2]
    keyboard.press("k")
    keyboard.press("/")
    expect(desk.see("search-input")).to_be_focused()
    keyboard.type("31015110")
    results = desk.see("search-results").get_by_test_id("search-result")
    expect(results.nth(1)).to_be_visible()
    expect(results.first).to_have_attribute("aria-selected", "true")
    keyboard.press("ArrowDown")
    expect(results.nth(1)).to_have_attribute("aria-selected", "true")
    expect(desk.see("search-input")).to_have_attribute("aria-activedescendant", "result-1")
    code = results.nth(1).locator("small").inner_text()
    keyboard.press("Enter")
    desk.card(code)
    keyboard.press("Escape")
    expect(desk.see("card")).to_be_hidden()
    desk.expect_quiet()


def test_every_stop_of_the_tab_key_is_seen_and_none_is_a_trap(demo_desk: Desk) -> None:
    desk = demo_desk.open()
    stops, unseen = [], []
    for _ in range(45):
        desk.page.keyboard.press("Tab")
        stop = desk.on_page(FOCUSED)
        stops.append(stop["name"])
        if not stop["shown"] and not stop["page"]:
            unseen.append(stop["name"])
    assert unseen == []
    order = [
        stops.index(name)
        for name in ("count-open", "search-input", "theme-switch", "language-switch", "tray-all", "filter-overdue", "list-order")
    ]
    assert order == sorted(order)
    assert len(set(stops)) > 35


def test_the_map_itself_by_keyboard(demo_desk: Desk) -> None:
    desk = demo_desk.open()
    desk.see("button-layers").focus()
    desk.page.keyboard.press("Enter")
    expect(desk.see("layer-tree")).to_be_visible()
    expect(desk.see("button-layers")).to_have_attribute("aria-expanded", "true")
    desk.page.keyboard.press("Escape")
    expect(desk.see("layer-tree")).to_be_hidden()
    expect(desk.see("button-layers")).to_be_focused()
    mark = desk.page.locator(".leaflet-cases-pane .spot:has(.case-mark)").first
    mark.focus()
    assert mark.get_attribute("aria-label")
    assert mark.get_attribute("role") == "button"
    number = mark.locator(".case-mark").get_attribute("data-case")
    assert number
    desk.page.keyboard.press("Enter")
    desk.card(number)
