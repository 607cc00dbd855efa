"""The line goes, and comes back: the operator can see it, and afterwards nothing is missing and nothing stands there twice."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Request, Route, expect

from gridmap.cases.states import State
from gridmap.grids.publishing import publish
from tests import town
from tests.journeys.conftest import Serve, tiny
from tests.journeys.operator_desk import Desk
from tests.journeys.station import Station
from tests.waiting import eventually

REPLAY_LIMIT = 8


@pytest.fixture(scope="module")
def station(serve: Serve) -> Iterator[Station]:
    """A town whose server replays only a few events."""
    with serve(tiny, REPLAY_LIMIT=str(REPLAY_LIMIT)) as station:
        yield station


def the_line_is_down(said: str) -> bool:
    return "net::ERR_" in said


def expect_same_as_server(station: Station, desk: Desk) -> None:
    """The list, the map and the header hold exactly the server's open cases, each once."""
    found = station.ask("/api/v1/cases.geojson?state=open&limit=500")
    newest_first = [feature["id"] for feature in found["features"]]
    expect(desk.rows).to_have_count(len(newest_first))
    assert desk.numbers() == newest_first
    assert max(Counter(desk.numbers()).values()) == 1
    desk.expect_count("open", found["matched"])
    desk.expect_on_map(len([feature for feature in found["features"] if feature["geometry"]]))


def everywhere(how_many: int) -> list[dict[str, tuple[float, float]]]:
    """Alerts in different places, none near another."""
    return [{"at": (0.2 + 0.25 * (n % 10), 0.3 + 0.3 * (n // 10))} for n in range(how_many)]


def test_the_server_dies_and_comes_back(station: Station, desk: Desk) -> None:
    before = station.send(at=(2.8, 2.8))["case"]["properties"]["number"]
    desk.open()
    expect(desk.row(before)).to_be_visible()
    station.kill("web", "relay")
    desk.expect_connection("reconnecting")
    expect(desk.see("connection")).to_contain_text("正在重连")
    numbers = station.take(*everywhere(REPLAY_LIMIT - 2))
    expect(desk.row(before)).to_be_visible()  # What was known stays in sight.
    assert not set(numbers) & set(desk.numbers())
    station.start()
    desk.expect_connection("live")
    for number in numbers:
        expect(desk.row(number)).to_be_visible()
    expect_same_as_server(station, desk)
    # And it goes on from there.
    after = station.send(at=(2.5, 1.5))["case"]["properties"]["number"]
    expect(desk.row(after)).to_be_visible()
    expect_same_as_server(station, desk)
    desk.expect_quiet(but=the_line_is_down)


def test_the_relay_alone_dies_and_another_takes_over(station: Station, desk: Desk) -> None:
    desk.open()
    station.kill("relay")
    numbers = [station.send(at=(0.1 + 0.3 * n, 2.2))["case"]["properties"]["number"] for n in range(3)]
    station.start()
    for number in numbers:
        expect(desk.row(number)).to_be_visible()
    expect_same_as_server(station, desk)
    desk.expect_quiet()


def test_the_cable_is_pulled_and_put_back(station: Station, desk: Desk) -> None:
    desk.open()
    desk.page.context.set_offline(True)
    desk.expect_connection("offline")
    expect(desk.see("connection")).to_contain_text("已断线")
    numbers = [station.send(at=(0.15 + 0.3 * n, 2.55))["case"]["properties"]["number"] for n in range(4)]
    assert not set(numbers) & set(desk.numbers())
    desk.page.context.set_offline(False)
    desk.expect_connection("live")
    for number in numbers:
        expect(desk.row(number)).to_be_visible()
    expect_same_as_server(station, desk)
    desk.expect_quiet(but=the_line_is_down)


def test_too_far_behind_everything_is_loaded_anew(station: Station, desk: Desk) -> None:
    gone = station.send(at=(2.9, 0.9))["case"]["properties"]["number"]
    desk.open()
    expect(desk.row(gone)).to_be_visible()
    desk.page.context.set_offline(True)
    desk.expect_connection("offline")
    numbers = station.take(*everywhere(REPLAY_LIMIT * 2))
    station.wait_for_relay()
    with station.deed() as session:  # What no event tells, only a fresh look can show.
        town.stand(session, State.CLOSED, "number = :number", number=gone)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    desk.page.on("request", note)
    desk.page.context.set_offline(False)
    desk.expect_connection("live")
    for number in numbers:
        expect(desk.row(number)).to_have_count(1)
    expect(desk.row(gone)).to_have_count(0)
    assert any("/api/v1/cases.geojson" in url for url in asked), "it was replayed, not loaded anew"
    expect_same_as_server(station, desk)
    after = station.send(at=(1.55, 1.85))["case"]["properties"]["number"]
    expect(desk.row(after)).to_be_visible()
    desk.expect_quiet(but=the_line_is_down)


def test_too_far_behind_to_hear_of_a_new_name_shows_it_all_the_same(station: Station, desk: Desk) -> None:
    desk.open()
    expect(desk.label(town.micro(1, 1))).to_contain_text("演示村1第1微网格")
    desk.page.context.set_offline(True)
    desk.expect_connection("offline")
    with station.deed() as session:
        drafts = [replace(one, name="演示新名") if one.code == town.micro(1, 1) else one for one in town.drafts()]
        publish(session, drafts, actor="planner")
        town.camera(session, 9, at=(0.9, 0.9))
    station.take(*everywhere(REPLAY_LIMIT * 2))
    station.wait_for_relay()
    desk.page.context.set_offline(False)
    desk.expect_connection("live")
    expect(desk.label(town.micro(1, 1))).to_contain_text("演示新名")
    expect(desk.page.locator(".leaflet-cameras-pane .camera-mark")).to_have_count(2)
    desk.expect_quiet(but=the_line_is_down)


def test_another_database_at_the_same_address_is_loaded_anew(station: Station, serve: Serve, desk: Desk) -> None:
    here = station.send(at=(2.2, 1.2))["case"]["properties"]["number"]
    desk.open()
    expect(desk.row(here)).to_be_visible()
    position = station.ask("/readyz")["position"]
    station.stop()
    try:
        with serve(tiny, port=station.port) as other:
            # Its feed is a little further, so that positions alone tell nothing.
            there = [other.send(at=at["at"])["case"]["properties"]["number"] for at in everywhere(position)]
            other.wait_for_relay()
            # Sessions stand in the database: whoever sits here signs in again, in another tab.
            desk.page.context.add_cookies([{"name": "gridmap_session", "value": other.cookie, "url": other.origin}])
            desk.expect_connection("live")
            expect(desk.rows).to_have_count(len(there))
            expect_same_as_server(other, desk)
    finally:
        station.start()


def test_tiles_and_names_that_did_not_come_are_asked_for_again(station: Station, desk: Desk) -> None:
    asked: Counter[str] = Counter()

    def busy_at_first(route: Route) -> None:
        asked[route.request.url] += 1
        if asked[route.request.url] == 1:
            route.fulfill(status=503)
        elif asked[route.request.url] == 2:
            route.abort()
        else:
            route.continue_()

    desk.page.route("**/tiles/grids/**", busy_at_first)
    names = re.compile(r"/api/v1/grids\.geojson\?.*bbox=")
    desk.page.route(names, lambda route: route.fulfill(status=503))
    lon, lat = town.spot(2.4, 1.6)
    desk.open(f"/#map=17/{lat}/{lon}")
    desk.page.wait_for_timeout(1000)
    desk.page.unroute(names)
    expect(desk.label(town.micro(3, 2))).to_be_visible()

    def a_grid_answers() -> bool:
        desk.page.locator("#stage").click()
        return desk.see("card").is_visible()

    eventually(a_grid_answers)
    expect(desk.see("card")).to_contain_text(town.micro(3, 2))
    assert max(asked.values()) == 3
    desk.expect_quiet(but=lambda said: "503" in said or the_line_is_down(said))
