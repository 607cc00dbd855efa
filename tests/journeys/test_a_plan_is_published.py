"""From what a plan will change to boundaries in force and back: two people, and an operator whose map follows by itself."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect
from sqlalchemy.orm import Session

from gridmap.accounts.caller import Caller
from gridmap.accounts.rights import Grant, Role
from gridmap.plans import drafting
from tests import callers, town
from tests.journeys.operator_desk import Desk
from tests.journeys.station import SECRET_KEY, Station

CELL = town.micro(2, 2)
FRESH = f"{town.village(2)}004"
Sit = Callable[..., Desk]


def split(session: Session, planner: Caller) -> int:
    """A draft that splits the middle grid: the southern half is new, and somebody heads it."""
    plan = drafting.make(session, "中间一分为二", town.TOWN, caller=planner)
    drafting.draw(session, plan, "split", {"code": CELL, "line": [town.spot(0.9, 1.5), town.spot(2.1, 1.5)]}, caller=planner)
    for deed, body in (("head", {"head_name": "示例甲"}), ("rename", {"name": "演示新格", "name_en": "New"})):
        drafting.draw(session, plan, deed, {"code": FRESH, **body}, caller=planner)
    return plan.id


@pytest.fixture
def drawn(station: Station) -> dict[str, str]:
    """The address of a drawn plan's review, and the cookies of who drew it and of who approves."""
    with station.deed() as session:
        grant = Grant(Role.PLANNER, town.TOWN)
        draws, approves = (callers.account(session, grant, username=name) for name in ("draws", "approves"))
        plan = split(session, Caller("account:draws", draws.id, grants=(grant,)))
        cookies = {who.username: callers.cookie_of(who, SECRET_KEY) for who in (draws, approves)}
    return {"review": f"/plans/{plan}/review", **cookies}


@pytest.fixture
def sit(station: Station, sit_down: Sit) -> Iterator[Callable[[str, str], Desk]]:
    """`sit(cookie, address)`: somebody's own browser at a page."""
    desks = []

    def sitting(cookie: str, address: str) -> Desk:
        desk = sit_down(station)
        desk.page.context.add_cookies([{"name": "gridmap_session", "value": cookie, "url": station.origin}])
        desk.page.goto(station.origin + address)
        desks.append(desk)
        return desk

    yield sitting
    for desk in desks:
        desk.expect_quiet()


def stands(desk: Desk, stage: str) -> None:
    expect(desk.see("review")).to_have_attribute("data-stage", stage)


def turn(desk: Desk, name: str) -> Locator:
    """Press a turn; the question that comes."""
    desk.see(f"turn-{name}").click()
    question = desk.see("ask")
    expect(question).to_be_visible()
    return question


def test_read_approved_published_followed_and_rolled_back(
    station: Station, desk: Desk, drawn: dict[str, str], sit: Callable[[str, str], Desk]
) -> None:
    moving = station.send(at=(1.5, 1.2))["case"]["id"]
    station.send(at=(1.5, 1.8))
    desk.open()
    expect(desk.label(CELL)).to_be_visible()

    # Who drew it reads the numbers and gives it to others; their approval shows here by itself.
    planner = sit(drawn["draws"], drawn["review"])
    counts = planner.see("impact-counts")
    expect(counts.locator("[data-count=cases] strong")).to_have_text("1")
    expect(counts.locator("[data-count=begun] strong")).to_have_text("1")
    expect(planner.see("hands-cases")).to_contain_text(moving)
    row = planner.page.locator(f'[data-testid="impact-grid"][data-code="{CELL}"] [data-key="open_cases"]')
    expect(row).to_contain_text("1▼")
    turn(planner, "submit").get_by_test_id("ask-yes").click()
    stands(planner, "in_review")
    approver = sit(drawn["approves"], drawn["review"])
    turn(approver, "approve").get_by_test_id("ask-yes").click()
    stands(approver, "approved")
    approver.page.close()  # Or it might ask what the plan will change at the very moment it is published.
    stands(planner, "approved")

    # The confirming step names the counts; then the operator's map follows without a reload.
    question = turn(planner, "publish")
    expect(question.get_by_test_id("ask-counts")).to_contain_text("换网格的未结案件1")
    question.get_by_test_id("ask-note").fill("试点")
    question.get_by_test_id("ask-yes").click()
    stands(planner, "published")
    expect(desk.label(FRESH)).to_contain_text("演示新格")
    expect(desk.row(moving)).to_contain_text("演示新格")

    # The past stays to be seen, and says that it is the past.
    desk.see("button-as-of").click()
    slider = desk.see("as-of-slider")
    expect(slider).to_have_attribute("max", "2")
    slider.press("Home")
    expect(desk.see("as-of-words")).to_contain_text("本镇时间")
    expect(desk.label(FRESH)).to_have_count(0)
    expect(desk.label(CELL)).to_be_visible()
    expect(desk.page).to_have_url(re.compile("&at=2026"))
    desk.page.reload()
    expect(desk.see("as-of-words")).to_contain_text("本镇时间")
    expect(desk.label(CELL)).to_be_visible()
    expect(desk.label(FRESH)).to_have_count(0)
    desk.page.go_back()
    expect(desk.label(FRESH)).to_be_visible()
    desk.see("as-of-close").click()

    # The publish is undone by another one, seen before; the card of the grid that ended follows.
    desk.search(FRESH)
    desk.page.keyboard.press("Enter")
    desk.card("演示新格")
    planner.page.locator('[data-testid="published-link"] a').click()
    planner.see("rollback-preview").click()
    planner.see("rollback").click()
    expect(planner.see("ask").get_by_test_id("ask-counts")).to_contain_text("停用网格1")
    planner.see("ask-yes").click()
    expect(planner.see("publication").first).to_contain_text("回退")
    expect(desk.label(FRESH)).to_have_count(0)
    expect(desk.see("card")).to_contain_text("停用")
    expect(desk.see("grid-successors")).to_contain_text("演示村2第2微网格")
    desk.expect_quiet()
