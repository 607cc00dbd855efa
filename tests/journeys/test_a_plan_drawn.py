"""Planners draw a plan in the browser: split by a line, drag a shared corner, mend what went wrong, undo; and two at once."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely.geometry
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
    share(one)


def share(desk: PlannerDesk) -> None:
    """By a link, which is taken back; and a colleague is asked to look."""
    desk.see("tab-talk").click()
    desk.see("link-label").fill("村委")
    desk.see("link-make").click()
    address = desk.see("link-address")
    expect(address).to_have_value(re.compile("/shared/plans/"))
    desk.see("link-revoke").click()
    expect(address).to_have_count(0)
    desk.page.get_by_label("third-planner").check()
    desk.see("reviewers-save").click()
    expect(desk.see("talk").locator(".pill")).to_have_text("third-planner")


def test_a_file_becomes_a_plan_once_its_repairs_are_read(
    planner: Callable[[str], PlannerDesk], file_of: Callable[[str, str], Path]
) -> None:
    desk = planner("fourth-planner")
    desk.page.goto(f"{desk.desk.origin}/plans")
    desk.see("import").locator("summary").first.click()
    desk.see("import-file").set_input_files(file_of("set.geojson", a_set_with_an_overlap()))
    desk.page.locator("#import [name=datum]").select_option("wgs84")
    desk.page.locator("#import [type=submit]").click()
    overlap = desk.page.locator("[data-testid=mended][data-repair=overlap]")
    expect(overlap).to_be_visible()
    assert "set" not in {plan["name"] for plan in desk.all_plans()}, "nothing is kept before it was read"
    desk.see("import-keep").click()
    desk.expect_step()
    expect(desk.see("plan-name")).to_have_text("set")
    desk.see("tab-problems").click()
    expect(desk.see("problems").locator(".wrong-ones")).to_have_count(0)


def a_set_with_an_overlap() -> str:
    """The tiny town's grids, the first a hand too wide."""
    shapes = {town.micro(x, y): town.square(x - 1, y - 1) for x in (1, 2, 3) for y in (1, 2, 3)}
    shapes[town.micro(1, 1)] = town.square(0, 0, width=1.00002)
    features = [
        {"type": "Feature", "properties": {"code": code, "name": f"网格{code[-3:]}"}, "geometry": shapely.geometry.mapping(shape)}
        for code, shape in shapes.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})
