"""评价: a resident scans the code, says "not solved", and the case is back with the same handler."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.axe import violations
from tests.journeys.operator_desk import Desk
from tests.journeys.phones import SIDEWAYS, SMALL, Crew, ask, gather, phone
from tests.journeys.station import Station
from tests.store import photos

PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture(scope="module")
def people(station: Station) -> Crew:
    """A member and a head."""
    return gather(station)


def shot(desk: Desk, name: str) -> None:
    if PICTURES:
        desk.page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


class Office:
    """What members and heads do at their own pages, here straight through the API, by a browser's session."""

    def __init__(self, browser: Browser, station: Station, cookie: str) -> None:
        self.context, self.desk = phone(browser, station, cookie)
        self.desk.page.goto(f"{station.origin}/m")
        self.token = self.desk.page.locator("input[name=csrf_token]").first.input_value()
        self.origin = station.origin

    def post(self, path: str, **how: Any) -> dict[str, Any]:
        headers = {"X-CSRFToken": self.token, "If-Match": "*"}
        answer = self.context.request.post(f"{self.origin}/api/v1/cases/{path}", headers=headers, **how)
        assert answer.ok, answer.text()
        told: dict[str, Any] = answer.json()
        return told


@pytest.fixture
def link(browser: Browser, station: Station, people: Crew) -> Iterator[tuple[str, str]]:
    """A case's number and its rating link: a member finished it with photos, the head verified it."""
    number = station.send(at=(0.6, 0.4), text="【演示】私人的话", join=False)["case"]["id"]
    member, head = Office(browser, station, people.member), Office(browser, station, people.head)
    member.post(f"{number}/actions/accept", data={})
    shown = []
    for kind, colour in (("before", (120, 80, 60)), ("after", (90, 150, 90))):
        file = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photos.photo(colour=colour, exif=photos.exif())}
        shown.append(member.post(f"{number}/evidence", multipart={"kind": kind, "file": file})["id"])
    member.post(f"{number}/actions/finish", data={"result": "已清", "evidence": shown})
    head.post(f"{number}/actions/verify", data={})
    yield number, head.post(f"{number}/rating-links", data={"label": "示例居民"})["url"]
    member.context.close()
    head.context.close()


def test_not_solved_comes_back_to_the_same_handler(
    browser: Browser, station: Station, link: tuple[str, str], people: Crew
) -> None:
    number, url = link
    context, resident = phone(browser, station, viewport={"width": 360, "height": 740})
    resident.page.goto(url)
    expect(resident.page.get_by_role("heading", name="请您评价")).to_be_visible()
    expect(resident.page.locator("main")).not_to_contain_text("私人的话")
    expect(resident.page.locator(".photos img")).to_have_count(2)
    resident.eventually(
        "() => [...document.querySelectorAll('.photos img')].every((one) => one.complete && one.naturalWidth > 0)"
    )
    shot(resident, "rating-360")
    assert violations(resident) == []
    assert resident.on_page(SMALL) == []
    assert not resident.on_page(SIDEWAYS)
    resident.page.locator("label.tick", has_text="没有解决").tap()
    resident.page.locator("label.tick", has_text="不满意").tap()
    resident.page.locator("label.tick", has_text="很差").tap()
    resident.page.get_by_label("还想说点什么").fill("第二天又堆满了")
    shot(resident, "rating-ticked")
    resident.page.get_by_role("button", name="提交").tap()
    expect(resident.see("thanks")).to_contain_text("由原处置人重新办理")
    shot(resident, "rating-thanks")
    assert violations(resident) == []
    # Going back and sending once more counts nothing.
    resident.page.goto(url)
    expect(resident.see("thanks")).to_be_visible()
    assert ask(station, "SELECT state, rounds FROM cases WHERE number = :n", n=number) == [("handling", 1)]
    assert ask(station, "SELECT count(*) FROM rating r JOIN cases c ON c.id = r.case_id WHERE c.number = :n", n=number) == [(1,)]
    # The same member finds it among their own, with the resident's words.
    hand, member = phone(browser, station, people.member)
    member.page.goto(f"{station.origin}/m")
    card = member.page.locator(f'[data-testid=task][data-case="{number}"]')
    expect(card).to_contain_text("已接单")
    card.tap()
    expect(member.see("case")).to_contain_text("第二天又堆满了")
    resident.expect_quiet()
    context.close()
    hand.close()


def test_in_english_by_night_and_satisfied(browser: Browser, station: Station, link: tuple[str, str]) -> None:
    number, url = link
    context, resident = phone(browser, station, color_scheme="dark")
    resident.page.goto(url)
    resident.page.get_by_role("link", name="English").tap()
    expect(resident.page.get_by_role("heading", name="How was it?")).to_be_visible()
    shot(resident, "rating-en-dark")
    assert violations(resident) == []
    # By keyboard, as with a switch or a screen reader.
    resident.page.get_by_label("Yes, solved").focus()
    resident.page.keyboard.press("Space")
    resident.page.get_by_label("Very satisfied").check(force=True)
    resident.page.get_by_label("5 very good").check(force=True)
    resident.page.get_by_role("button", name="Send").tap()
    expect(resident.see("thanks")).to_be_visible()
    assert ask(station, "SELECT state FROM cases WHERE number = :n", n=number) == [("closed",)]
    resident.page.goto(url[:-2])
    expect(resident.page.get_by_role("heading", name="This link leads nowhere")).to_be_visible()
    assert violations(resident) == []
    resident.expect_quiet(but=lambda said: "404" in said)
    context.close()
