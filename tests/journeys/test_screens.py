"""From a phone in the lane to the wall of the control room; by day and by night."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests import town
from tests.journeys.axe import violations
from tests.journeys.conftest import Serve, tiny
from tests.journeys.operator_desk import Desk
from tests.journeys.station import Station

SIZES = {"phone": (390, 844), "laptop": (1366, 768), "wall": (3840, 2160)}
# What sticks out of the window, or is cut off inside the bar: nothing.
OUTSIDE = """() => [...document.querySelectorAll('.bar > *, .bar button, .bar a, .bar input, .panel, .stage, .map-buttons button, .legend, .notice')]
    .filter((node) => node.checkVisibility()).map((node) => [node.id || node.className, node.getBoundingClientRect()])
    .filter(([, box]) => box.left < -1 || box.right > innerWidth + 1 || (box.width && box.width < 1)).map(([name]) => name)"""
# Whether two parts of the page lie over each other.
OVERLAP = """([one, other]) => { const [a, b] = [one, other].map((name) => document.querySelector(name).getBoundingClientRect());
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom; }"""
DARKNESS = (
    "() => getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).slice(0, 3).map(Number).reduce((a, b) => a + b)"
)


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_it_fits_every_screen(demo_station: Station, sit_down: Callable[..., Desk], language: str) -> None:
    desk = sit_down(demo_station, locale=language).open()
    for size, (width, height) in SIZES.items():
        desk.page.set_viewport_size({"width": width, "height": height})
        desk.eventually(f"() => window.gridmapShell.map.getSize().x >= {width} * 0.6")
        assert desk.on_page(
            "() => document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight"
        )
        assert desk.on_page(OUTSIDE) == [], size
        stage = desk.page.locator("#stage").bounding_box()
        assert stage is not None
        assert stage["width"] * stage["height"] > width * height * 0.6, "the map is what one looks at"
        letters = desk.on_page("() => parseFloat(getComputedStyle(document.querySelector('#list .what')).fontSize)")
        assert letters >= (22 if size == "wall" else 14), "too small to read from where one sits"
    desk.expect_quiet()


def test_a_phone_in_one_hand(demo_station: Station, sit_down: Callable[..., Desk]) -> None:
    width, height = SIZES["phone"]
    desk = sit_down(
        demo_station, viewport={"width": width, "height": height}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    ).open()
    handle = desk.page.locator("#panel-handle")
    handle.tap()
    expect(handle).to_have_attribute("aria-expanded", "true")
    assert violations(desk) == []
    desk.rows.nth(3).tap()
    card = desk.see("card")
    expect(card.get_by_test_id("route-reason")).not_to_be_empty()
    box = card.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height + 1
    expect(card.locator(".deed").first).to_be_visible()
    cut = "() => { const foot = document.querySelector('.card-deeds'); return foot.scrollHeight - foot.clientHeight; }"
    assert desk.on_page(cut) <= 1, "what can be done is seen whole"
    card.get_by_test_id("card-close").tap()
    expect(card).to_be_hidden()
    small = desk.on_page(
        "() => [...document.querySelectorAll('button, a, select, input')].filter((one) => one.checkVisibility() && !one.closest('.skip, .leaflet-container') && !one.matches('.skip'))"
        ".map((one) => [one.textContent || one.id, one.getBoundingClientRect()]).filter(([, box]) => box.width && Math.min(box.width, box.height) < 24).map(([name]) => name)"
    )
    assert small == [], "too small for a finger (WCAG 2.2, 2.5.8: 24 px)"
    desk.expect_quiet()


def test_dark_for_the_night_shift(demo_station: Station, sit_down: Callable[..., Desk]) -> None:
    night = sit_down(demo_station, color_scheme="dark").open()
    day = sit_down(demo_station, color_scheme="light").open()
    assert night.on_page(DARKNESS) < 150
    assert day.on_page(DARKNESS) > 600
    # The system's wish is followed while nobody chose, also in the middle of a shift.
    day.page.emulate_media(color_scheme="dark")
    expect(day.page.locator("html")).to_have_attribute("data-theme", "dark")
    # The switch wins, and is remembered.
    night.see("theme-switch").click()
    expect(night.page.locator("html")).to_have_attribute("data-theme", "light")
    night.page.reload()
    expect(night.page.locator("html")).to_have_attribute("data-theme", "light")
    assert night.on_page(DARKNESS) > 600
    night.expect_quiet()
    day.expect_quiet()


def test_nothing_on_the_map_hides_the_legend_or_the_layers(demo_station: Station, sit_down: Callable[..., Desk]) -> None:
    for size in ("phone", "laptop"):
        width, height = SIZES[size]
        desk = sit_down(demo_station, viewport={"width": width, "height": height}, locale="en-GB").open()
        legend = desk.see("legend")
        if not legend.is_visible():
            desk.see("button-legend").click()
        expect(legend).to_be_visible()
        assert not desk.page.evaluate(OVERLAP, ["#legend", "#map-buttons .button-stack:nth-of-type(3)"]), size
        if size == "phone":
            desk.see("button-legend").click()
        desk.see("button-layers").click()
        assert size == "phone" or not desk.page.evaluate(OVERLAP, ["#legend", "#layer-tree"]), size
        # The last of the layers can be reached and ticked.
        desk.see("layer-circles").check()
        assert not desk.page.evaluate(OVERLAP, ["#layer-tree", "#panel"]), size
        desk.expect_quiet()


def test_a_base_map_is_dimmed_at_night_and_says_whose_it_is(serve: Serve, sit_down: Callable[..., Desk]) -> None:
    tile = '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="#eee"/></svg>'
    url = "http://base-map.invalid/{z}/{x}/{y}.svg"
    bases = json.dumps([{"name_zh": "示例底图", "name_en": "Sample", "url": url, "datum": "wgs84", "attribution": "© 示例测绘"}])
    with serve(tiny, BASE_MAPS=bases) as station:
        desk = sit_down(station, color_scheme="dark")
        desk.page.route("http://base-map.invalid/**", lambda route: route.fulfill(body=tile, content_type="image/svg+xml"))
        desk.open()
        desk.see("button-layers").click()
        desk.see("layer-base-0").check()
        expect(desk.page.locator(".leaflet-tile-pane img.leaflet-tile-loaded").first).to_be_visible()
        expect(desk.page.locator(".attribution")).to_have_text("© 示例测绘")
        assert "brightness(0.45)" in desk.on_page("() => getComputedStyle(document.querySelector('.leaflet-tile-pane')).filter")
        desk.page.keyboard.press("Escape")
        desk.see("search-input").fill(town.micro(2, 2))
        desk.see("search-result").first.click()
        expect(desk.see("card")).to_be_visible()
        assert not desk.page.evaluate(OVERLAP, [".attribution", "#card"]), "whose map it is must always be seen"


UNDER_CLUSTERS = """() => {
    const box = (one) => one.getBoundingClientRect();
    const clusters = [...document.querySelectorAll('.leaflet-cases-pane .cluster')].map(box);
    const names = [...document.querySelectorAll('.leaflet-labels-pane .grid-label bdi')].map((one) => [one.textContent, box(one)]);
    const covers = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 8 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
    return [names.length, names.filter(([, name]) => clusters.some((one) => covers(one, name))).map(([name]) => name)];
}"""


def test_names_keep_clear_of_clusters(demo_station: Station, sit_down: Callable[..., Desk]) -> None:
    desk = sit_down(demo_station, viewport={"width": 1366, "height": 768}, reduced_motion="reduce").open()
    expect(desk.page.locator(".grid-label").first).to_be_visible()
    expect(desk.page.locator(".cluster").first).to_be_visible()
    desk.page.wait_for_function(
        f"() => {{ const [names, covered] = ({UNDER_CLUSTERS})(); return names > 10 && covered.length <= 1; }}"
    )
