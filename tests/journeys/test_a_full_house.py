"""Every live connection is taken: the next page asks now and then, misses nothing, and goes live once there is room."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Serve, tiny
from tests.journeys.operator_desk import Desk
from tests.journeys.station import Station

NOW = "() => dispatchEvent(new Event('online'))"  # Sooner than by itself.


@pytest.fixture(scope="module")
def station(serve: Serve) -> Iterator[Station]:
    """A town with one live connection."""
    with serve(tiny, LIVE_CLIENTS="1") as station:
        yield station


def it_was_refused(said: str) -> bool:
    return "503" in said


def test_the_second_page_asks_now_and_then_until_the_first_is_closed(
    station: Station, sit_down: Callable[..., Desk], desk: Desk
) -> None:
    desk.open()
    second = sit_down(station, locale="en-GB")
    second.page.goto(station.origin)
    second.expect_connection("polling")
    expect(second.see("connection")).to_contain_text("Periodic")
    number = station.send(at=(0.5, 0.5))["case"]["properties"]["number"]
    for one in (desk, second):
        expect(one.row(number)).to_have_count(1)
    second.expect_connection("polling")
    desk.page.close()
    second.on_page(NOW)
    second.expect_connection("live")
    number = station.send(at=(2.5, 2.5))["case"]["properties"]["number"]
    expect(second.row(number)).to_be_visible()
    expect(second.rows).to_have_count(2)
    second.expect_quiet(but=it_was_refused)
