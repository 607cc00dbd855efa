"""An alert comes in and stands on every operator's map before they have looked up."""

import time

from playwright.sync_api import Route, expect

from tests import town
from tests.journeys.operator_desk import Desk
from tests.journeys.station import Station

WITHIN_S = 2.0  # The promise is one second; a test machine may be busy with something else.


# It flashes, and counts up: the mark, the row, the grid, the figure in the header. Each for some seconds only, so they are noted.
FLASHES = [".leaflet-cases-pane .fresh", "#list .row.fresh", ".leaflet-grids-pane path.bumped", "#counters .bumped"]
NOTE = """(selectors) => {
    window.seen = new Set();
    const look = () => selectors.filter((one) => document.querySelector(one)).forEach((one) => window.seen.add(one));
    new MutationObserver(look).observe(document.body, {subtree: true, childList: true, attributes: true, attributeFilter: ['class']});
}"""


def counted(desk: Desk) -> int:
    return int(desk.see("count-open").locator("b").inner_text())


def test_an_alert_appears_on_the_map(station: Station, desk: Desk) -> None:
    desk.open()
    before = counted(desk)
    desk.page.evaluate(NOTE, FLASHES)
    sent = time.monotonic()
    case = station.send(at=(1.5, 1.5), text="演示：路口堆物", address="演示路 22 号")["case"]["properties"]
    number = case["number"]
    desk.mark(number).wait_for()
    took = time.monotonic() - sent
    print(f"\nfrom the sender's hand to the operator's eye: {took * 1000:.0f} ms")  # noqa: T201  # a figure worth reading
    assert took < WITHIN_S

    desk.page.wait_for_function("(all) => all.every((one) => window.seen.has(one))", arg=FLASHES)
    # It stands on top of the list, and is counted everywhere.
    assert desk.numbers()[0] == number
    desk.expect_count("open", before + 1)
    expect(desk.label(town.micro(2, 2)).locator("b")).to_have_text("1")
    expect(desk.row(number)).to_contain_text("类别06010")
    expect(desk.row(number)).to_contain_text("演示村2第2微网格")
    # A screen reader hears it.
    expect(desk.see("announcer")).to_have_text("新案件：类别06010，演示村2第2微网格")
    desk.expect_quiet()


def test_its_card_says_where_it_went_and_why(station: Station, desk: Desk) -> None:
    number = station.send(at=(2.5, 0.5), text="演示：积水", accuracy_m=15)["case"]["properties"]["number"]
    desk.open()
    card = desk.choose(number)
    route = station.ask(f"/api/v1/cases/{number}")["properties"]["route"]
    expect(card.get_by_test_id("route-reason")).to_have_text(route["words"]["zh"])
    assert "演示村3第1微网格" in route["words"]["zh"]
    expect(card.get_by_test_id("path-grid")).to_have_text(["演示镇", "演示村3", "演示村3第1微网格"])
    expect(card.get_by_test_id("case-text")).to_have_text("演示：积水")
    expect(card.get_by_test_id("timeline")).to_contain_text("立案")
    # From the card to the grid it lies in, and back up.
    card.get_by_test_id("path-grid").last.click()
    grid = desk.card(town.micro(3, 1))
    expect(grid.get_by_test_id("circle-share")).to_contain_text("%")
    grid.get_by_test_id("grid-parent").click()
    expect(desk.card(town.village(3)).get_by_test_id("grid-children").locator("li")).to_have_count(3)
    desk.expect_quiet()


def test_the_same_thing_again_raises_the_count_of_alerts_not_of_cases(station: Station, desk: Desk) -> None:
    first = station.send(at=(0.5, 2.5))
    number = first["case"]["properties"]["number"]
    desk.open()
    desk.choose(number)
    before = counted(desk)
    again = station.send(at=(0.5005, 2.5), source="resident")
    assert (again["relation"], again["case"]["properties"]["number"]) == ("joined", number)
    expect(desk.card(number).get_by_test_id("case-status")).to_contain_text("2 次告警")
    expect(desk.card(number).get_by_test_id("timeline")).to_contain_text("居民上报的重复告警并入")
    # The very same message, sent twice by a nervous box, changes nothing.
    station.send(at=(0.5005, 2.5), source="resident", source_id=again["case"]["properties"]["source_id"])
    expect(desk.mark(number)).to_have_count(1)
    expect(desk.row(number)).to_have_count(1)
    desk.expect_count("open", before)
    desk.expect_on_map(before)
    desk.expect_quiet()


def test_an_alert_from_nowhere_waits_in_the_tray(station: Station, desk: Desk) -> None:
    desk.open()
    number = station.send(at=None, category=None, source_code="演示-未知")["case"]["properties"]["number"]
    for tray in ("unrouted", "triage"):
        desk.see(f"tray-{tray}").click()
        expect(desk.row(number)).to_be_visible()
    card = desk.choose(number)
    expect(card).to_contain_text("待分类（来源代码 演示-未知）")
    expect(card).to_contain_text("没有坐标")
    desk.expect_quiet()


def test_two_desks_see_the_same(station: Station, desk: Desk, sit_down: object) -> None:
    assert callable(sit_down)
    other: Desk = sit_down(station, locale="en-GB")
    desk.open()
    other.open()
    number = station.send(at=(2.5, 2.5))["case"]["properties"]["number"]
    expect(desk.row(number)).to_contain_text("类别06010")
    expect(other.row(number)).to_contain_text("Category 06010")
    assert desk.numbers() == other.numbers()
    other.expect_quiet()


def test_a_card_that_is_closed_stays_closed(station: Station, desk: Desk) -> None:
    """Though it was just being brought up to date, because an alert came in."""
    code = town.micro(2, 2)
    about = f"**/api/v1/grids/{code}"
    desk.open(f"/#sel=grid:{code}")
    desk.card(code)
    held: list[Route] = []
    desk.page.route(about, lambda route: held.append(route))  # noqa: PLW0108  # Playwright marks the handler, a builtin takes no marks
    with desk.page.expect_request(about):
        station.send(at=(1.5, 1.5), text="演示：又一处")
    desk.page.keyboard.press("Escape")
    expect(desk.see("card")).to_be_hidden()
    for route in held:
        route.continue_()
    desk.page.unroute(about)
    desk.on_page(f"() => fetch('/api/v1/grids/{code}').then((answer) => answer.json())")  # Comes after the one that was held.
    expect(desk.see("card")).to_be_hidden()
    desk.expect_quiet()
