"""A market on top of the grids: a planner draws it, sees what moves, publishes, and the next alert from there goes where it says."""

from collections.abc import Callable

from playwright.sync_api import expect

from gridmap.accounts.caller import Caller
from gridmap.accounts.rights import Grant, Role
from gridmap.plans import lookup, reviewing
from gridmap.plans.flaws import Limits
from tests import callers, town
from tests.journeys.operator_desk import Desk
from tests.journeys.planner_desk import PlannerDesk, cookie_of_planner
from tests.journeys.station import Station

CODE, TARGET = f"{town.TOWN}Z001", town.micro(3, 3)
INSIDE, ALSO_INSIDE = (0.9, 0.9), (1.2, 1.2)


def test_drawn_seen_published_and_followed(station: Station, sit_down: Callable[..., Desk]) -> None:
    standing = station.send(at=INSIDE)["case"]["id"]
    desk = PlannerDesk(sit_down(station), cookie_of_planner(station, "draws-zones"))
    desk.open(desk.make("菜市场"))
    draw(desk)
    expect(desk.see("impact-cases")).to_have_text("换网格的未结案件 1")

    # It is a step like any other.
    desk.page.keyboard.press("Control+z")
    desk.expect_step(0)
    expect(desk.see("zone")).to_have_count(0)
    desk.page.keyboard.press("Control+Shift+z")
    desk.expect_step(1)
    expect(desk.see("zone")).to_have_attribute("data-code", CODE)
    desk.see("zone").click()
    corner = desk.page.get_by_role("button", name="专属区域的顶点").first
    corner.press("Shift+ArrowLeft")
    corner.press("Enter")
    desk.expect_step(2)

    publish(station, desk, standing)
    assert station.send(at=ALSO_INSIDE)["case"]["properties"]["grid"]["code"] == TARGET
    desk.desk.expect_quiet()


def draw(desk: PlannerDesk) -> None:
    """Around four grids, by the mouse; what is missing is asked for, and the outline waits."""
    desk.see("tab-zones").click()
    desk.see("tool-open-zone_draw").click()
    expect(desk.see("trace-bar")).to_be_visible()
    for corner in ((0.7, 0.7), (1.4, 0.7), (1.4, 1.4), (0.7, 1.4)):
        desk.click(corner)
    desk.see("trace-done").click()
    expect(desk.see("tool-word")).to_contain_text("名称")
    desk.see("tool-name").fill("示例菜市场")
    desk.see("tool-kind").select_option("market")
    desk.see("tool-takes").fill("06010")
    desk.see("tool-takes").press("Enter")
    expect(desk.see("tool-takes-off")).to_have_count(1)
    desk.click((2.6, 2.6))  # The grid that gets the cases is shown on the map.
    expect(desk.see("tool-target")).to_have_value(f"演示村3第3微网格 · {TARGET}")
    desk.see("tool-go").click()
    expect(desk.see("trial")).to_contain_text("演示村3第3微网格")
    desk.see("trial-yes").click()
    desk.expect_step(1)
    expect(desk.see("chosen-zone")).to_have_attribute("data-code", CODE)


def publish(station: Station, desk: PlannerDesk, standing: str) -> None:
    """The page names the zone and the case that goes by it; somebody else approves, and it is published there."""
    desk.page.goto(f"{desk.desk.origin}/plans/{desk.plan}/review")
    zone = desk.see("zone-change")
    expect(zone).to_contain_text("示例菜市场")
    expect(zone).to_contain_text("1 件")
    expect(desk.see("hands-cases")).to_contain_text(standing)
    expect(desk.see("hands-cases")).to_contain_text("专属区域：示例菜市场")
    expect(desk.see("hands-cases")).to_contain_text("演示村1第1微网格 → 演示村3第3微网格")
    with station.deed() as session:
        other = callers.account(session, Grant(Role.PLANNER, town.TOWN), username="approves-zones")
        approver, plan = Caller("account:approves-zones", other.id), lookup.plan(session, desk.plan)
        reviewing.submit(session, plan, Limits(), caller=approver)
        reviewing.approve(session, plan, Limits(), two_people=True, caller=approver)
    desk.see("turn-publish").click()
    expect(desk.see("ask").get_by_test_id("ask-counts")).to_contain_text("改动的专属区域1")
    desk.see("ask-yes").click()
    expect(desk.see("review")).to_have_attribute("data-stage", "published")
    desk.see("published-link").locator("a").click()
    publication = desk.see("publication").first
    expect(publication.locator("summary")).to_contain_text("1 个专属区域")
    expect(publication.get_by_test_id("zone-change")).to_contain_text("新增")
