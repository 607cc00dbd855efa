"""A closed network: not one request goes anywhere but to the page's own origin, and the console stays empty."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.operator_desk import Desk
from tests.journeys.station import Station
from tests.offspring import CHECKOUT

KINDS = "() => performance.getEntriesByType('resource').map((entry) => entry.name)"


def test_the_map_asks_only_its_own_server(demo_station: Station, demo_desk: Desk) -> None:
    desk = demo_desk.open()
    # A round of everything an operator does.
    desk.rows.nth(2).click()
    card = desk.see("card")
    expect(card.get_by_test_id("route-reason")).not_to_be_empty()
    card.get_by_test_id("path-grid").last.click()
    expect(card.get_by_test_id("circle-share")).to_be_visible()
    card.get_by_test_id("action-target").click()
    desk.search("gcj02 121.40, 31.63")
    desk.page.keyboard.press("Enter")
    expect(card.get_by_test_id("route-reason")).not_to_be_empty()
    card.get_by_test_id("link-camera").first.click()
    expect(card.locator(".card-head p")).to_contain_text("探头")
    desk.see("button-layers").click()
    for layer in ("layer-circles", "layer-marks-heat", "layer-marks-both", "layer-level-village"):
        desk.see(layer).check()
    desk.see("button-home").click()
    desk.see("filter-closed").click()
    desk.see("theme-switch").click()
    desk.see("language-switch").click()
    desk.expect_connection("live")
    seen = desk.on_page(KINDS)
    for part in (
        "/tiles/grids/",
        "/api/v1/cases.geojson",
        "/api/v1/cameras.geojson",
        "/api/v1/service-points.geojson",
        "/leaflet/dist/",
    ):
        assert any(part in url for url in seen), f"{part} was never asked: this test looks at nothing"
    assert all(url.startswith(demo_station.origin) for url in seen)
    desk.expect_quiet()


def test_the_api_page_asks_only_its_own_server(demo_desk: Desk) -> None:
    desk = demo_desk
    desk.page.goto(f"{desk.origin}/api/docs")
    document = desk.see("api-document")
    expect(document.get_by_text("/api/v1/alerts", exact=True)).to_be_visible()
    document.get_by_text("/api/v1/alerts", exact=True).click()
    expect(document.locator(".opblock-body")).to_be_visible()
    desk.expect_quiet()


def test_the_page_stays_small_and_strict(demo_station: Station, demo_desk: Desk) -> None:
    answer = demo_desk.page.goto(demo_station.origin)
    assert answer is not None
    assert len(answer.body()) < 100_000
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    nonces = demo_desk.on_page("() => [...document.scripts].map((script) => script.nonce)")
    assert nonces
    assert all(nonce and f"'nonce-{nonce}'" in policy for nonce in nonces)


def test_an_exported_map_opens_from_a_disk_without_a_network(
    demo_station: Station, sit_down: Callable[..., Desk], tmp_path: Path
) -> None:
    file = tmp_path / "meeting.html"
    command = [sys.executable, "-m", "gridmap", "export-map", str(file), "--language", "zh"]
    subprocess.run(command, env=demo_station.environment, cwd=CHECKOUT, check=True, capture_output=True, timeout=60)
    desk = sit_down(demo_station, offline=True)
    desk.page.goto(file.as_uri())
    open_cases = demo_station.ask("/api/v1/cases.geojson?state=open&limit=500")
    expect(desk.page.locator("#figures")).to_contain_text(str(open_cases["matched"]))
    desk.expect_on_map(sum(1 for feature in open_cases["features"] if feature["geometry"]))
    # It works: a case's card, a grid's card, a layer.
    desk.page.locator(".leaflet-cases-pane .spot:has(.case-mark)").first.dispatch_event("click")
    expect(desk.page.locator("#card h2")).not_to_be_empty()
    expect(desk.page.locator("#card")).to_contain_text("所属网格")
    expect(desk.see("route-reason")).to_have_text(re.compile("按.+。"))
    expect(desk.label("310151101203")).to_contain_text("城桥村")
    desk.page.locator("path.leaflet-interactive").first.dispatch_event("click")
    expect(desk.page.locator("#card")).to_contain_text("网格长")
    desk.page.keyboard.press("Escape")
    expect(desk.page.locator("#card")).to_be_hidden()
    desk.see("layer-cases").uncheck()
    desk.expect_on_map(0)
    assert desk.complaints == []
    assert {url.split(":")[0] for url in desk.requests} <= {"file", "data"}
