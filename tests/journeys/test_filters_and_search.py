"""Finding the one case, grid or place among all of them; every figure agrees with the server's."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Route, expect

from gridmap.geo.datum import gcj02_to_wgs84
from tests.journeys.operator_desk import Desk
from tests.journeys.station import Station


def matching(station: Station, query: str) -> tuple[int, int]:
    """How many cases the server finds, and how many of them have a place."""
    found = station.ask(f"/api/v1/cases.geojson?limit=1000&{query}")
    assert found["matched"] == len(found["features"])
    return found["matched"], sum(1 for feature in found["features"] if feature["geometry"])


def expect_agreement(station: Station, desk: Desk, query: str) -> int:
    """The list and the map's clusters come to what the server counts."""
    everything, placed = matching(station, query)
    desk.expect_listed(everything)
    desk.expect_on_map(placed)
    return everything


def a_grid_with_cases(station: Station) -> str:
    counts = station.ask("/api/v1/grids/counts")["counts"]
    return str(max((code for code in counts if len(code) == 15), key=lambda code: (counts[code]["open"], code)))


def test_every_filter_counts_what_the_server_counts(demo_station: Station, demo_desk: Desk) -> None:
    desk = demo_desk.open()
    everything = expect_agreement(demo_station, desk, "state=open")
    desk.expect_count("open", everything)
    for state in ("handling", "verifying", "discovered"):
        desk.see(f"filter-{state}").click()
        part = expect_agreement(demo_station, desk, f"state={state}")
        assert 0 < part < everything
        desk.see("filter-clear").click()
    for tray in ("unrouted", "triage"):
        desk.see(f"tray-{tray}").click()
        assert expect_agreement(demo_station, desk, f"state=open&tray={tray}") > 0
    desk.see("tray-all").click()
    sources = desk.see("filter-source").locator("option")
    source = sources.nth(1).get_attribute("value")
    assert source
    desk.see("filter-source").select_option(source)
    expect_agreement(demo_station, desk, f"state=open&source={quote(source)}")
    # Two filters at once narrow further.
    desk.see("filter-handling").click()
    expect_agreement(demo_station, desk, f"state=handling&source={quote(source)}")
    desk.see("count-open").click()
    expect_agreement(demo_station, desk, "state=open")
    desk.expect_quiet()


def test_no_figure_is_told_before_the_cases_are_there(demo_desk: Desk) -> None:
    held: list[Route] = []
    cases = re.compile(r"/api/v1/cases\.geojson")
    demo_desk.page.route(cases, lambda route: held.append(route))  # noqa: PLW0108  # Playwright marks the handler, a builtin takes no marks
    with demo_desk.page.expect_request(cases):
        demo_desk.page.goto(demo_desk.origin)
    expect(demo_desk.page.locator("#list .empty")).to_have_text("正在载入案件……")
    assert re.search(r"\d", demo_desk.list_summary.inner_text()) is None
    for route in held:
        route.continue_()
    expect(demo_desk.list_summary).to_have_text(re.compile(r"\d"))
    demo_desk.expect_quiet()


def test_overdue_cases(demo_station: Station, demo_desk: Desk) -> None:
    desk = demo_desk.open()
    counts = demo_station.ask("/api/v1/grids/counts")["counts"]
    inside = sum(count["overdue"] for code, count in counts.items() if len(code) == 15)
    overdue = int(desk.see("count-overdue").locator("b").inner_text())
    assert 0 < inside <= overdue
    desk.see("count-overdue").click()
    desk.expect_listed(overdue)
    expect(desk.page.locator("#list .row:not(.is-overdue)")).to_have_count(0)
    desk.see("list-order").select_option("pressing")
    due = desk.on_page("() => [...document.querySelectorAll('#list .left')].map((node) => node.textContent)")
    assert due
    assert all(words.startswith("超") for words in due)


def test_one_grid_only(demo_station: Station, demo_desk: Desk) -> None:
    code = a_grid_with_cases(demo_station)
    desk = demo_desk.open(f"/#sel=grid:{code}")
    desk.card(code)
    desk.see("action-list").click()
    assert expect_agreement(demo_station, desk, f"state=open&grid={code}") > 0
    desk.see("filter-clear").click()
    desk.see("button-home").click()
    expect_agreement(demo_station, desk, "state=open")


def test_closed_cases_are_fetched_when_asked_for(demo_station: Station, demo_desk: Desk) -> None:
    desk = demo_desk.open()
    desk.see("filter-closed").click()
    expect_agreement(demo_station, desk, "state=closed")
    expect(desk.rows.first.locator(".left")).to_have_text("已结案")


def findable(station: Station) -> Iterator[tuple[str, str, str]]:
    """What to type, what the result says, and what its card says."""
    yield (code := a_grid_with_cases(station)), code, code
    village = station.ask("/api/v1/grids.geojson?level=village")["features"][3]["properties"]
    yield village["name"], village["code"], village["code"]
    number = station.ask("/api/v1/cases.geojson?state=open&limit=7")["features"][6]["id"]
    yield number, number, number
    camera = station.ask("/api/v1/cameras.geojson")["features"][5]["properties"]
    yield camera["id"], camera["id"], camera["name"]
    point = station.ask("/api/v1/service-points.geojson")["features"][2]["properties"]
    yield point["name"], point["code"], point["code"]


def test_search_finds_a_grid_a_place_a_case_a_camera_and_a_service_point(demo_station: Station, demo_desk: Desk) -> None:
    desk = demo_desk.open()
    for typed, said, carded in findable(demo_station):
        desk.search(typed).get_by_test_id("search-result").filter(has_text=said).first.click()
        desk.card(carded)
        expect(desk.see("search-results")).to_be_hidden()
    desk.expect_quiet()


def test_search_for_coordinates_of_a_phone_s_map(demo_desk: Desk) -> None:
    desk = demo_desk.open()
    desk.search("GCJ-02 121.4000, 31.6300")
    desk.page.keyboard.press("Enter")
    lon, lat = (float(number) for number in gcj02_to_wgs84(121.4, 31.63))
    card = desk.card(f"WGS-84 {lon:.6f}, {lat:.6f}")
    expect(card.get_by_test_id("path-grid")).to_have_count(3)
    expect(desk.page.locator(".leaflet-pin-pane .pin-mark")).to_be_visible()
    # Without a datum nothing is guessed: one may choose.
    results = desk.search("31.63 121.40").get_by_test_id("search-result")
    expect(results).to_have_count(3)
    expect(results.filter(has_text="BD-09")).to_have_count(1)


def test_layers_are_switched_and_remembered(demo_desk: Desk) -> None:
    desk = demo_desk.open()
    marks = {
        "layer-cases": ".leaflet-cases-pane .spot",
        "layer-services": ".leaflet-services-pane .spot",
        "layer-labels": ".leaflet-labels-pane .spot",
    }
    desk.see("button-layers").click()
    tree = desk.page.locator("#layer-tree input").evaluate_all("all => all.map((one) => one.dataset.testid)")
    assert tree.index("layer-level-micro") < tree.index("layer-zones"), "levels are the grids', not the zones'"
    for layer, mark in marks.items():
        expect(desk.page.locator(mark)).not_to_have_count(0)
        desk.see(layer).uncheck()
        expect(desk.page.locator(mark)).to_have_count(0)
        desk.see(layer).check()
        expect(desk.page.locator(mark)).not_to_have_count(0)
    circles = desk.page.locator(".leaflet-circles-pane path")
    expect(circles).to_have_count(0)
    desk.see("layer-circles").check()
    expect(circles).to_have_count(79)
    desk.see("layer-marks-heat").check()
    expect(desk.page.locator("canvas.leaflet-heatmap-layer")).to_be_visible()
    expect(desk.page.locator(".leaflet-cases-pane .spot")).to_have_count(0)
    desk.see("layer-level-town").check()
    expect(desk.page.locator(".leaflet-labels-pane .grid-label.town")).to_have_count(1)
    desk.page.reload()
    desk.expect_connection("live")
    expect(circles).to_have_count(79)
    expect(desk.page.locator(".leaflet-labels-pane .grid-label.town")).to_have_count(1)
    desk.expect_quiet()


def where(desk: Desk) -> list[float]:
    found: list[float] = desk.on_page(
        "() => { const {map} = window.gridmapShell; const {lat, lng} = map.getCenter(); return [map.getZoom(), lat, lng]; }"
    )
    return found


def test_a_link_shows_another_screen_the_same(demo_station: Station, demo_desk: Desk, sit_down: Any) -> None:
    desk = demo_desk.open()
    number = desk.numbers()[4]
    desk.choose(number)
    desk.eventually(f"() => location.hash.includes('sel=case:{number}')")
    desk.eventually("() => !window.gridmapShell.map._animatingZoom && !window.gridmapShell.map._panAnim?._inProgress")
    other: Desk = sit_down(demo_station)
    other.open("/" + desk.page.url.partition(demo_station.origin + "/")[2])
    other.card(number)
    assert where(other) == pytest.approx(where(desk), abs=0.001)
    other.open(f"/case/{number}")
    other.card(number)
    other.expect_quiet()


def test_the_back_button_goes_back(demo_desk: Desk) -> None:
    desk = demo_desk.open()
    first, second = desk.numbers()[:2]
    desk.choose(first)
    desk.choose(second)
    desk.page.go_back()
    desk.card(first)
    desk.page.go_back()
    expect(desk.see("card")).to_be_hidden()
    desk.page.go_forward()
    desk.card(first)
    expect(desk.row(first)).to_have_attribute("aria-current", "true")
    # Back from the card's own links, too.
    desk.see("card").get_by_test_id("path-grid").last.click()
    expect(desk.see("card").locator(".card-head")).to_contain_text(re.compile(r"\d{15}"))
    desk.page.go_back()
    desk.card(first)
    desk.expect_quiet()
