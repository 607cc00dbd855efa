"""Planners put other boundaries in force while operators watch: the map redraws itself."""

from dataclasses import replace

from playwright.sync_api import Response, expect
from shapely.geometry import Polygon

from gridmap.grids.publishing import publish, redraw
from tests import town, zoned
from tests.journeys.operator_desk import Desk
from tests.journeys.station import Station

# Every tile of grids as drawn, once all are there; changes when boundaries do.
OUTLINES = """((tiles) => tiles.every((tile) => tile.classList.contains('leaflet-tile-loaded'))
    ? tiles.map((tile) => tile.querySelector('canvas').toDataURL()).sort().join() : ''
)([...document.querySelectorAll('.leaflet-grids-pane .leaflet-tile')])"""


def ring(*corners: tuple[float, float]) -> Polygon:
    return Polygon([town.spot(*corner) for corner in corners])


def move_a_border(station: Station) -> None:
    """The border between the middle and the top of column 2 goes a third of a cell north; its neighbours get its corners."""
    shapes = {
        "m22": ring((1, 1), (2, 1), (2, 2), (2, 2.3), (1, 2.3), (1, 2)),
        "m23": town.square(1, 2.3, height=0.7),
        "m13": ring((0, 2), (1, 2), (1, 2.3), (1, 3), (0, 3)),
        "m33": ring((2, 2), (3, 2), (3, 3), (2, 3), (2, 2.3)),
    }
    with station.deed() as session:
        publish(session, town.drafts(**shapes), actor="planner")


def test_new_boundaries_are_drawn_without_a_reload(station: Station, desk: Desk) -> None:
    tiles: list[tuple[str, int, str]] = []

    def note(response: Response) -> None:
        if "/tiles/grids/" in response.url:
            tiles.append((response.url, response.status, response.headers.get("etag", "")))

    desk.page.on("response", note)
    desk.open()
    expect(desk.label(town.micro(2, 2))).to_be_visible()
    before = desk.page.wait_for_function(f"() => {OUTLINES}").json_value()
    etags = {etag for *_, etag in tiles}
    desk.on_page("() => { window.sameDocument = true; }")
    lon, lat = town.spot(1.5, 2.1)
    ask = f"() => fetch('/api/v1/route?datum=wgs84&lon={lon}&lat={lat}').then((answer) => answer.json()).then((route) => route.grid)"
    assert desk.on_page(ask) == town.micro(2, 3)

    tiles.clear()
    move_a_border(station)
    desk.page.wait_for_function(f"(before) => ![before, ''].includes({OUTLINES})", arg=before)
    assert desk.on_page("() => window.sameDocument"), "the page was loaded anew"
    # The stale tiles were not served again, neither from here nor from the browser's store.
    assert tiles
    assert {status for _, status, _ in tiles} == {200}
    assert not {etag for *_, etag in tiles} & etags
    # Alerts go by the new border at once, and the map agrees.
    assert desk.on_page(ask) == town.micro(2, 2)
    number = station.send(at=(1.5, 2.1))["case"]["properties"]["number"]
    expect(desk.row(number)).to_contain_text("演示村2第2微网格")
    expect(desk.label(town.micro(2, 2)).locator("b")).to_have_text("1")
    desk.expect_quiet()


def rename(station: Station, name: str) -> None:
    """The first micro-grid of the first village is called `name` from now on."""
    with station.deed() as session:
        drafts = [replace(one, name=name) if one.code == town.micro(1, 1) else one for one in town.drafts()]
        publish(session, drafts, actor="planner")


def test_a_renamed_grid_shows_its_new_name(station: Station, desk: Desk) -> None:
    number = station.send(at=(0.5, 0.2))["case"]["properties"]["number"]
    desk.open()
    expect(desk.label(town.micro(1, 1))).to_contain_text("演示村1第1微网格")
    expect(desk.row(number)).to_contain_text("演示村1第1微网格")
    rename(station, "演示新名")
    expect(desk.label(town.micro(1, 1))).to_contain_text("演示新名")
    expect(desk.row(number)).to_contain_text("演示新名")
    desk.expect_quiet()


def test_a_special_zone_appears_and_names_who_gets_its_cases(station: Station, desk: Desk) -> None:
    desk.open()
    with station.deed() as session:
        redraw(session, zoned.change(session, market := zoned.zone(name="<b>示例菜市场</b>")), actor="planner")
    label, ground = desk.page.locator(f"[data-zone='{market.code}']"), desk.page.locator(".leaflet-zones-pane path")
    expect(label).to_contain_text("<b>示例菜市场</b>")
    expect(label).to_contain_text("交 演示村3第3微网格")
    expect(ground).to_have_count(1)

    # Its card says what it takes, to whom and since when; a second click leads to the grid below, the card to whom it sends.
    label.click()
    desk.card("<b>示例菜市场</b>")
    expect(desk.see("zone-takes")).to_contain_text("06010")
    expect(desk.see("card")).to_contain_text("生效")
    label.click()
    expect(desk.see("card")).to_contain_text(town.micro(1, 1))
    label.click()
    desk.see("link-grid").click()
    desk.card("演示村3第3微网格")

    desk.see("button-layers").click()
    desk.see("layer-zones").uncheck()
    expect(ground).to_have_count(0)
    expect(label).to_have_count(0)
    desk.see("layer-zones").check()
    with station.deed() as session:
        redraw(session, zoned.change(session, ended=(market.code,)), actor="planner")
    expect(label).to_have_count(0)
    desk.expect_quiet()


def test_a_grid_answers_where_it_lies(desk: Desk) -> None:
    desk.open()
    expect(desk.label(town.micro(1, 1))).to_be_visible()
    desk.page.wait_for_function(f"() => {OUTLINES}")

    def pixel(*corner: float) -> tuple[float, float]:
        lon, lat = town.spot(*corner)
        script = (
            f"(() => {{ const {{ map }} = window.gridmapShell; const {{ left, top }} = map.getContainer().getBoundingClientRect();"
            f" const {{ x, y }} = map.latLngToContainerPoint([{lat}, {lon}]); return [left + x, top + y]; }})()"
        )
        x, y = desk.on_page(script)
        return x, y

    desk.page.mouse.move(*pixel(0.8, 0.2))
    expect(desk.page.locator(f'.leaflet-grids-pane .hovered[data-code="{town.micro(1, 1)}"]').first).to_be_attached()
    desk.page.mouse.click(*pixel(0.8, 0.2))
    desk.card(town.micro(1, 1))
    expect(desk.page.locator(f'.leaflet-grids-pane .chosen[data-code="{town.micro(1, 1)}"]').first).to_be_attached()
    desk.page.mouse.move(*pixel(1.2, 0.2))
    expect(desk.page.locator(f'.leaflet-grids-pane .hovered[data-code="{town.micro(2, 1)}"]').first).to_be_attached()
    desk.expect_quiet()
