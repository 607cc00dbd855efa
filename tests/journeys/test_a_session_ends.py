"""A session ends in the middle of a form: nothing typed is lost, whichever way its owner signs in again."""

import pytest
from playwright.sync_api import expect

from gridmap.accounts.lookup import account
from gridmap.accounts.rights import Grant, Role
from tests import callers, town
from tests.journeys.axe import violations
from tests.journeys.operator_desk import Desk
from tests.journeys.phones import shot
from tests.journeys.station import SECRET_KEY, Station


def the_line(said: str) -> bool:
    """What the browser itself says of an answer that refuses."""
    return "status of 401" in said or "status of 403" in said


def sign_in_again(station: Station, desk: Desk) -> None:
    """As in another tab: another session of the same account."""
    with station.deed() as session:
        cookie = callers.cookie_of(account(session, "0007"), SECRET_KEY)
    desk.page.context.add_cookies([{"name": "gridmap_session", "value": cookie, "url": station.origin}])


@pytest.fixture
def typing(station: Station, desk: Desk) -> Desk:
    """A desk whose session has ended while a remark was typed."""
    number = str(station.send(join=False)["case"]["id"])
    desk.open().choose(number)
    desk.see("deed-comment").click()
    desk.see("field-text").fill("已打电话，等回复")
    desk.page.context.clear_cookies()
    desk.see("form-send").click()
    expect(desk.see("signed-out")).to_contain_text("登录已过期")
    return desk


def test_who_signs_in_on_the_same_page_finds_their_words(typing: Desk) -> None:
    expect(typing.see("form-word")).to_contain_text("您填写的内容还在")
    shot(typing, "signed-out")
    assert violations(typing) == []
    typing.see("sign-in-again").click()
    typing.page.locator("#username").fill("0007")
    typing.page.locator("#password").fill(callers.PASSWORD)
    typing.page.keyboard.press("Enter")
    expect(typing.see("field-text")).to_have_value("已打电话，等回复")
    typing.see("form-send").click()
    expect(typing.see("loop-comments")).to_contain_text("已打电话，等回复")
    typing.page.reload()
    expect(typing.see("loop-comments")).to_be_visible()
    expect(typing.see("form-comment")).to_have_count(0)
    typing.expect_quiet(but=the_line)


def test_who_signs_in_elsewhere_just_sends_it(station: Station, typing: Desk) -> None:
    sign_in_again(station, typing)
    typing.see("form-send").click()
    expect(typing.see("loop-comments")).to_contain_text("已打电话，等回复")
    expect(typing.see("signed-out")).to_have_count(0)
    typing.expect_quiet(but=the_line)


def test_what_somebody_typed_is_not_shown_to_who_signs_in_after_them(station: Station, typing: Desk) -> None:
    with station.deed() as session:
        other = callers.cookie_of(callers.account(session, Grant(Role.OPERATOR, town.TOWN), username="0008"), SECRET_KEY)
    typing.page.context.add_cookies([{"name": "gridmap_session", "value": other, "url": station.origin}])
    typing.page.reload()
    expect(typing.see("deed-comment")).to_be_visible()
    expect(typing.see("form-comment")).to_have_count(0)
    typing.see("deed-comment").click()
    expect(typing.see("field-text")).to_have_value("")
