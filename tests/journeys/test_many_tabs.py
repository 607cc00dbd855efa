"""One browser, many tabs: over HTTP/1.1 it opens six connections, and no tab may starve for those of the others."""

from playwright.sync_api import expect

from tests.journeys.operator_desk import Desk
from tests.journeys.station import Station

LINES = 4
NOW = "() => dispatchEvent(new Event('online'))"  # Sooner than by itself.


def test_some_tabs_hold_a_line_and_all_hear(station: Station, desk: Desk) -> None:
    desk.open()
    others = [Desk(desk.page.context.new_page(), desk.origin) for _ in range(LINES + 2)]
    for tab in others:
        tab.page.goto(station.origin)
    for tab in others[: LINES - 1]:
        tab.expect_connection("live")
    for tab in others[LINES - 1 :]:
        tab.expect_connection("polling")

    number = station.send(at=(0.5, 0.5))["case"]["properties"]["number"]
    for tab in (desk, *others):
        expect(tab.row(number)).to_have_count(1)

    desk.page.close()  # Its line is free for whoever asks next.
    others[-1].on_page(NOW)
    others[-1].expect_connection("live")
    others[-2].expect_connection("polling")
    for tab in others:
        tab.expect_quiet()
