"""The way in, in a browser: a demo account by one click, the second factor's page, what fits a phone, what screen readers hear."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from gridmap.accounts.rights import Grant, Role
from tests import callers, town
from tests.journeys.conftest import Serve, tiny
from tests.journeys.operator_desk import Desk
from tests.journeys.station import Station


def kept(session: Session) -> None:
    """The tiny town with an administrator."""
    tiny(session)
    callers.account(session, Grant(Role.ADMINISTRATOR, town.TOWN), username="keeper", name="示例管理员")


@pytest.fixture(scope="module")
def kept_station(serve: Serve) -> Iterator[Station]:
    with serve(kept) as station:
        shown = [{"role": "administrator", "words": "administrator", "username": "keeper", "password": callers.PASSWORD}]
        (station.home / "demo-accounts.json").write_text(json.dumps(shown))
        yield station


def in_as_keeper(desk: Desk) -> None:
    desk.page.context.clear_cookies()
    desk.page.goto(f"{desk.origin}/admin/accounts")
    expect(desk.see("sign-in-form")).to_be_visible()
    desk.see("demo-accounts").get_by_role("button").click()
    expect(desk.page.locator("#username")).to_have_value("keeper")
    desk.page.keyboard.press("Enter")
    expect(desk.see("accounts")).to_be_visible()
    desk.page.wait_for_load_state("load")  # Before that the page's scripts hear no key.


def test_one_click_one_key_and_one_is_where_one_wanted_to_be(kept_station: Station, sit_down: Callable[..., Desk]) -> None:
    desk = sit_down(kept_station)
    in_as_keeper(desk)
    assert desk.page.url.endswith("/admin/accounts")
    desk.see("who").locator("summary").click()
    desk.page.keyboard.press("Escape")
    expect(desk.see("who").locator(".who-menu")).to_be_hidden()
    desk.see("who").locator("summary").click()
    desk.see("sign-out").click()
    expect(desk.see("sign-in-form")).to_be_visible()
    desk.expect_quiet()


def test_when_the_session_ends_the_map_leads_to_the_way_in_and_back(station: Station, sit_down: Callable[..., Desk]) -> None:
    desk = sit_down(station)
    desk.open("/#view=12/31.61/121.41")
    desk.page.context.clear_cookies()
    desk.see("search-input").fill("演示")
    desk.see("sign-in-again").click()
    expect(desk.see("sign-in-form")).to_be_visible()
    desk.page.context.add_cookies([{"name": "gridmap_session", "value": station.cookie, "url": station.origin}])
    desk.page.reload()
    desk.expect_connection("live")
