"""Planners draw a plan in the browser: split by a line, drag a shared corner, mend what went wrong, undo; and two at once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests import town
from tests.journeys.operator_desk import Desk
from tests.journeys.planner_desk import PlannerDesk, cookie_of_planner, near
from tests.journeys.station import Station

MIDDLE, WEST, FRESH = town.micro(2, 2), town.micro(1, 2), f"{town.village(2)}004"


@pytest.fixture
def planner(station: Station, sit_down: Callable[..., Desk]) -> Callable[[str], PlannerDesk]:
    """`planner(username)`: somebody who may draw, at a computer of their own."""
    return lambda username: PlannerDesk(sit_down(station), cookie_of_planner(station, username))


def test_split_drag_mend_undo_and_reload(planner: Callable[[str], PlannerDesk]) -> None:
    desk = planner("first-planner")
    desk.open(desk.make("细分试点"))
    desk.choose(MIDDLE, (1.5, 1.3))
    split(desk)
    before = desk.corners()
    triple = near(before, (1, 1.5))
    assert before[triple] == {MIDDLE, WEST, FRESH}

    # All three follow a corner at which three grids meet, and nobody keeps the old place.
    desk.drag(triple, (1.2, 1.6))
    desk.expect_step(2)
    corners = desk.corners()
    assert triple not in corners
    assert corners[near(corners, (1.2, 1.6))] == {MIDDLE, WEST, FRESH}

    mend_a_gap(desk)

    # Undo by the keyboard, and it stays undone after a reload.
    desk.page.keyboard.press("Control+z")
    desk.expect_step(3)
    desk.page.keyboard.press("Control+z")
    desk.expect_step(2)
    desk.page.reload()
    desk.expect_step(2)
    assert desk.corners() == corners
    desk.see("tab-steps").click()
    expect(desk.see("step")).to_have_count(5)
    expect(desk.page.locator('[data-testid=step][aria-current="step"]')).to_have_attribute("data-step", "2")
    desk.page.keyboard.press("Control+Shift+z")
    desk.expect_step(3)


def split(desk: PlannerDesk) -> None:
    """By a line across the middle grid, seen before it is done."""
    desk.see("tool-open-split").click()
    for place in ((0.9, 1.5), (2.1, 1.5)):
        desk.click(place)
    desk.see("trace-done").click()
    expect(desk.see("trial")).to_contain_text(FRESH)
    assert desk.ask("")["step"] == 0, "a preview keeps nothing"
    desk.see("trial-yes").click()
    desk.expect_step(1)
    expect(desk.see("tab-problems").locator("b")).to_have_text("1")


def mend_a_gap(desk: PlannerDesk) -> None:
    """Where the town's own corner is drawn in, its ground is nobody's: told, shown, and mended by a repair."""
    desk.choose(town.micro(1, 1), (0.5, 0.6))
    desk.drag(town.spot(0, 0), (0.35, 0.3))
    desk.expect_step(3)
    desk.see("tab-problems").click()
    gap = desk.page.locator("[data-testid=problem][data-flaw=gap]")
    expect(gap).to_have_count(1)
    expect(desk.page.locator("[data-testid=problem][data-flaw=unheaded]")).to_have_count(1)
    gap.get_by_test_id("repair").first.click()
    desk.see("trial-yes").click()
    desk.expect_step(4)
    expect(gap).to_have_count(0)


def test_two_draw_at_once_and_neither_loses_anything(planner: Callable[[str], PlannerDesk]) -> None:
    one, other = planner("second-planner"), planner("third-planner")
    plan = one.make("两个人")
    one.open(plan)
    other.page.route("**/api/v1/events*", lambda route: route.abort())  # Their line is slow: nobody tells them in time.
    other.open(plan)
    one.choose(MIDDLE, (1.5, 1.3))
    split(one)
    other.choose(town.micro(1, 1), (0.5, 0.6))
    other.handle(town.spot(1, 1)).focus()
    other.page.keyboard.press("Shift+ArrowUp")
    other.page.keyboard.press("Enter")
    told = other.see("outdated")
    expect(told).to_contain_text("second-planner")
    other.see("take-newest").click()
    expect(told).to_have_count(0)
    other.expect_step(1)
    other.handle(town.spot(1, 1)).focus()
    other.page.keyboard.press("Shift+ArrowUp")
    other.page.keyboard.press("Enter")
    other.expect_step(2)
    # Whoever is told in time sees it by itself.
    one.expect_step(2)
    assert [step["by"] for step in other.ask("/steps")["steps"]] == ["second-planner", "third-planner"]
