"""The planner at the desk: what one sees of a plan and draws there, by the page's lasting hooks."""

import re
from collections.abc import Iterable
from typing import Any

from playwright.sync_api import Locator, expect

from gridmap.accounts.rights import Grant, Role
from tests import callers, town
from tests.journeys.operator_desk import Desk
from tests.journeys.station import SECRET_KEY, Station
from tools import own_scripts

Cell = tuple[float, float]
Place = tuple[float, float]  # longitude, latitude
_PIXEL = """([lon, lat]) => {
    const { map } = window.gridmapShell;
    const { x, y } = map.latLngToContainerPoint([lat, lon]);
    const { left, top } = map.getContainer().getBoundingClientRect();
    return [left + x, top + y];
}"""
_ASK = "(path) => fetch(path).then((answer) => answer.json())"
_MAKE = own_scripts.with_api(
    "plan",
    """
    return (await send("/api/v1/plans", plan)).id;
""",
)


def cookie_of_planner(station: Station, username: str) -> str:
    """The session of a planner of the whole tiny town."""
    with station.deed() as session:
        made = callers.account(session, Grant(Role.PLANNER, town.TOWN), username=username)
        return callers.cookie_of(made, SECRET_KEY)


class PlannerDesk:
    """A plan's page in a browser; places in cells of the tiny town."""

    def __init__(self, desk: Desk, cookie: str) -> None:
        self.desk, self.page = desk, desk.page
        self.page.context.add_cookies([{"name": "gridmap_session", "value": cookie, "url": desk.origin}])

    def make(self, name: str) -> int:
        """A new plan of the whole town."""
        self.page.goto(f"{self.desk.origin}/plans")
        return int(self.page.evaluate(_MAKE, {"name": name, "ground": town.TOWN}))

    def open(self, plan: int) -> "PlannerDesk":
        """Its desk, once the grids are drawn."""
        self.plan = plan
        self.page.goto(f"{self.desk.origin}/plans/{plan}")
        self.expect_step()
        return self

    def ask(self, what: str) -> Any:
        """What the API answers about the plan."""
        return self.page.evaluate(_ASK, f"/api/v1/plans/{self.plan}{what}")

    def all_plans(self) -> list[dict[str, Any]]:
        """The plans the API lists."""
        found: list[dict[str, Any]] = self.page.evaluate(_ASK, "/api/v1/plans")["plans"]
        return found

    def see(self, test_id: str) -> Locator:
        """A part of the page by its hook."""
        return self.desk.see(test_id)

    def expect_step(self, step: int | None = None) -> None:
        """Everything is saved, at this step (or any)."""
        expect(self.see("saved")).to_have_attribute("data-state", "saved")
        expect(self.see("saved")).to_have_text(re.compile(rf"第 {r'[0-9]+' if step is None else step} 步"))

    def choose(self, code: str, at: Cell) -> None:
        """Click a grid."""
        self.click(at)
        expect(self.see("chosen-grid").first).to_have_attribute("data-code", code)

    def click(self, at: Cell) -> None:
        """Click a place of the map."""
        self.page.mouse.click(*self._pixel(town.spot(*at)))

    def handle(self, corner: Place) -> Locator:
        """The handle of a corner."""
        lon, lat = corner
        return self.page.locator(f'[data-corner="{lon:.8f},{lat:.8f}"]')

    def drag(self, start: Place, end: Cell) -> None:
        """Drag a corner somewhere else."""
        expect(self.handle(start).get_by_test_id("corner-handle")).to_be_visible()
        self.page.mouse.move(*self._pixel(start))
        self.page.mouse.down()
        self.page.mouse.move(*self._pixel(town.spot(*end)), steps=5)
        self.page.mouse.up()

    def _pixel(self, place: Place) -> tuple[float, float]:
        x, y = self.page.evaluate(_PIXEL, list(place))
        return x, y

    def corners(self) -> dict[Place, set[str]]:
        """The grids at each corner, as the API's arcs have them."""
        told = self.ask("/topology")
        found: dict[Place, set[str]] = {}
        for places, sides in zip(told["arcs"], told["sides"], strict=True):
            for place in places:
                found.setdefault((place[0], place[1]), set()).update(sides)
        return found


def near(corners: Iterable[Place], at: Cell) -> Place:
    """The corner nearest to a place: a mouse points to whole pixels."""
    lon, lat = town.spot(*at)
    return min(corners, key=lambda place: abs(place[0] - lon) + abs(place[1] - lat))
