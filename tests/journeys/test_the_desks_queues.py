"""The desk's queues, kept in the address and under names; handled by keys alone, and several at once."""

import re
from collections.abc import Callable

from playwright.sync_api import expect
from sqlalchemy import text

from gridmap.accounts.rights import Grant, Role
from tests import callers, town
from tests.journeys.axe import violations
from tests.journeys.operator_desk import Desk
from tests.journeys.station import SECRET_KEY, Station


def number_of(station: Station) -> str:
    """A fresh case."""
    return str(station.send(join=False)["case"]["properties"]["number"])


def test_a_queue_lives_in_the_address_and_under_a_name(station: Station, desk: Desk, sit_down: Callable[..., Desk]) -> None:
    unplaced = str(station.send(join=False, at=None)["case"]["properties"]["number"])
    desk.open()
    desk.see("tray-unrouted").click()
    expect(desk.row(unplaced)).to_be_visible()
    desk.see("filter-discovered").click()
    desk.eventually("() => location.hash.includes('queue=unrouted&state=discovered')")
    desk.see("saved-add").click()
    desk.see("saved-name").fill("没有位置的")
    desk.page.keyboard.press("Enter")
    expect(desk.see("saved-filters").locator("option:checked")).to_have_text("没有位置的")

    elsewhere = sit_down(station).open("/#queue=unrouted")
    expect(elsewhere.see("tray-unrouted")).to_have_attribute("aria-pressed", "true")
    elsewhere.see("saved-filters").select_option("没有位置的")
    expect(elsewhere.see("filter-discovered")).to_have_attribute("aria-pressed", "true")
    elsewhere.see("saved-remove").click()
    expect(elsewhere.see("saved-filters")).to_have_count(0)
    elsewhere.expect_quiet()


def test_favourites_are_a_queue(station: Station, desk: Desk) -> None:
    number = number_of(station)
    desk.open()
    desk.choose(number)
    desk.see("favourite").click()
    expect(desk.see("tray-favourite").locator("b")).to_have_text("1")
    desk.page.keyboard.press("*")
    expect(desk.see("tray-favourite").locator("b")).to_have_text("0")


def test_by_keys_alone(station: Station, desk: Desk) -> None:
    first, second = number_of(station), number_of(station)
    desk.open()
    keyboard = desk.page.keyboard
    expect(desk.row(first)).to_be_visible()
    keyboard.press("j")
    expect(desk.row(second)).to_be_focused()
    keyboard.press("Enter")
    desk.card(second)
    keyboard.press("m")
    expect(desk.see("field-text")).to_be_focused()
    keyboard.type("v d j ? 请先看一下")  # Letters in a box are letters.
    keyboard.press("Control+Enter")
    expect(desk.see("loop-comments")).to_contain_text("v d j ? 请先看一下")
    keyboard.press("o")
    desk.card(first)
    keyboard.press("?")
    expect(desk.see("keys-help")).to_be_visible()
    assert violations(desk) == []
    keyboard.press("Escape")
    expect(desk.see("keys-help")).not_to_be_visible()
    keyboard.press("d")
    expect(desk.see("form-dispatch")).to_be_visible()
    keyboard.press("Escape")
    expect(desk.see("form-dispatch")).to_have_count(0)
    keyboard.press("Escape")
    expect(desk.see("card")).not_to_be_visible()
    desk.expect_quiet()


def test_several_at_once_each_with_its_outcome(station: Station, desk: Desk) -> None:
    numbers = [number_of(station) for _ in range(3)]
    desk.open()
    for number in numbers:
        desk.row(number).locator("xpath=following-sibling::input").check()
    expect(desk.see("bulk-count")).to_have_text("已选 3 件")
    assert violations(desk) == []
    desk.see("bulk-verify").click()
    desk.see("bulk-send").click()
    expect(desk.see("bulk-word")).to_contain_text("3 件中完成 0 件")
    desk.see("bulk-void").click()
    desk.page.get_by_test_id("bulk-form").get_by_test_id("field-reason").fill("演习")
    desk.see("bulk-send").click()
    expect(desk.see("bulk-word")).to_contain_text("3 件中完成 3 件")
    for number in numbers:
        expect(desk.row(number)).to_have_count(0)


def test_who_else_looks_at_it(station: Station, desk: Desk, sit_down: Callable[..., Desk]) -> None:
    number = number_of(station)
    with station.deed() as session:
        made = callers.account(session, Grant(Role.OPERATOR, town.TOWN), username="colleague", name="示例同事")
        cookie = callers.cookie_of(made, SECRET_KEY)
    other = sit_down(station)
    other.page.context.add_cookies([{"name": "gridmap_session", "value": cookie, "url": station.origin}])
    other.open().choose(number)
    desk.open().choose(number)
    expect(desk.see("presence")).to_have_text(re.compile("示例同事 也在看此案"))


def test_the_alarm_rings_for_a_new_overdue_case_unless_muted(station: Station, desk: Desk) -> None:
    number = number_of(station)
    with station.deed() as session:
        session.execute(text("UPDATE cases SET due_at = now() + interval '60 seconds' WHERE number = :n"), {"n": number})
    desk.page.clock.install()
    desk.open()
    switch = desk.see("alarm-switch")
    expect(switch).to_have_attribute("aria-label", "新超时提示音：开")
    desk.page.keyboard.press("Shift")  # Before a gesture no page may sound.
    expect(switch).not_to_have_attribute("data-rang", "1")
    desk.page.clock.fast_forward(90_000)
    expect(switch).to_have_attribute("data-rang", "1")
    switch.click()
    desk.page.reload()
    expect(desk.see("alarm-switch")).to_have_attribute("aria-label", "新超时提示音：关")
