"""Every page there is, found by the program's own list of addresses: heard by readers, in both languages and lights, at every size.

A new page that stands neither among PAGES nor among NO_PAGES fails the build.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import TimeoutError as NeverHappened
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.accounts.caller import Caller
from gridmap.accounts.lookup import towns
from gridmap.accounts.rights import Grant, Role
from gridmap.cases.models import Case
from gridmap.cases.states import State
from gridmap.grids.models import Grid
from gridmap.people.models import Department, Person
from gridmap.places.models import ServicePoint
from gridmap.plans import drafting
from tests import callers
from tests.journeys.axe import violations
from tests.journeys.operator_desk import Desk
from tests.journeys.station import SECRET_KEY, Station
from tools import own_scripts

# Endpoint: the address of one such page; what stands in braces is looked up in the demo town.
PAGES: Mapping[str, str] = {
    "web.map_page": "/",
    "web.api_page": "/api/docs",
    "phone.page": "/m",
    "inbox_page.page": "/inbox",
    "reports_page.page": "/reports/week",
    "wall.page": "/wall",
    "wall.key_page": "/wall/key",
    "own.page": "/account",
    "own.second_factor_page": "/account/second-factor",
    "administration.accounts_page": "/admin/accounts",
    "administration.account_page": "/admin/accounts/everybody",
    "administration.keys_page": "/admin/keys",
    "departments_pages.departments_page": "/departments",
    "departments_pages.department_page": "/departments/{department}",
    "people_pages.register_page": "/people",
    "people_pages.person_page": "/people/{person}",
    "staff.teams_page": "/grids/{micro}/people",
    "staff.notice_page": "/notices/{service_point}",
    "roster.page": "/grids/{micro}/roster",
    "plans_pages.plans_page": "/plans",
    "plans_pages.plan_page": "/plans/{plan}",
    "shared_plans.page": "/shared/plans/{shared}",
    "sheets.sheet_page": "/sheets/{village}",
    "publishing_pages.review_page": "/plans/{plan}/review",
    "publishing_pages.publications_page": "/publications",
    "sign_in.page": "/sign-in",
    "rating.page": "/r/{link}",
}
NO_PAGES: Mapping[str, str] = {
    "web.case_link": "leads to the map",
    "web.grid_link": "leads to the map",
    "static": "files",
    "web.static": "files",
    "web.asset": "files",
    "reports_page.latest": "leads to a report",
    "openapi.spec": "JSON",
    "status.get_health": "text",
    "status.get_ready": "JSON",
    "status.get_metrics": "text",
    "tiles.get_tile": "vector tiles",
    "tiles.get_case_tile": "vector tiles",
    "rating.photo": "a photo",
    "provider.go": "leads to the provider",
    "provider.come_back": "leads on to where one wanted to be",
    "sign_in.second_page": "only between password and code: test_signing_in looks at it",
}
NOWHERE = "/nowhere"
NOT_OURS = {"/api/docs": {"include": ["body"], "exclude": ["#api"]}}  # Another project's page stands inside.
# The wall's size costs eight laptops': what fits it in one language fits it in the other.
SIZES = {"zh-CN": ((1366, 768), (360, 780), (3840, 2160)), "en-GB": ((1366, 768), (360, 780))}
WIDE = "() => document.documentElement.scrollWidth <= innerWidth"


def test_every_address_is_looked_at_or_is_no_page(app: Flask) -> None:
    found = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/v1/")
    }
    assert found == PAGES.keys() | NO_PAGES.keys()


@pytest.fixture(scope="module")
def everybody(demo_station: Station) -> str:
    """The cookie of somebody who may open every page."""
    with demo_station.deed() as session:
        grants = [Grant(role, code) for code in towns(session) for role in (Role.OPERATOR, Role.ADMINISTRATOR, Role.PLANNER)]
        made = callers.account(session, *grants, username="everybody", name="示例全能 Everybody")
        return callers.cookie_of(made, SECRET_KEY)


@pytest.fixture(scope="module")
def there(demo_station: Station) -> dict[str, Any]:
    """Something of each kind in the demo town."""
    with demo_station.deed() as session:
        case = session.scalars(select(Case).where(Case.state == State.RATING, Case.grid_code.is_not(None)).limit(1)).one()
        return {
            "department": session.scalars(select(Department.code).order_by(Department.code).limit(1)).one(),
            "person": session.scalars(select(Person.ref).order_by(Person.ref).limit(1)).one(),
            "service_point": session.scalars(select(ServicePoint.code).order_by(ServicePoint.code).limit(1)).one(),
            "micro": case.grid_code,
            "village": str(case.grid_code)[:12],
            "number": case.number,
            "plan": planned(session),
        }


def planned(session: Session) -> int:
    """A plan of the whole town that has changed something."""
    (town,) = towns(session)
    drawer = callers.account(session, Grant(Role.PLANNER, town), name="示例规划 Planner")
    caller = Caller(drawer.username, grants=(Grant(Role.PLANNER, town),), account_id=drawer.id)
    plan = drafting.make(session, "示例方案 Example plan", town, caller=caller)
    code = session.scalars(select(Grid.code).where(Grid.level == "micro").order_by(Grid.code).limit(1)).one()
    drafting.draw(session, plan, "rename", {"code": code, "name": "示例新名"}, caller=caller)
    return plan.id


LINK = own_scripts.with_api(
    "address",
    """
    return (await send(address, { label: "" })).url.split("/").pop();
""",
)


@pytest.mark.parametrize("look", [("light", "zh-CN"), ("dark", "en-GB")], ids="-".join)
def test_pages_are_heard_and_fit(
    demo_station: Station, sit_down: Callable[..., Desk], everybody: str, there: dict[str, Any], look: tuple[str, str]
) -> None:
    scheme, locale = look
    desk = sit_down(demo_station, color_scheme=scheme, locale=locale, reduced_motion="reduce", bypass_csp=True)
    desk.page.context.add_cookies([{"name": "gridmap_session", "value": everybody, "url": demo_station.origin}])
    desk.page.goto(f"{desk.origin}/m")
    given = there | {
        "link": desk.page.evaluate(LINK, f"/api/v1/cases/{there['number']}/rating-links"),
        "shared": desk.page.evaluate(LINK, f"/api/v1/plans/{there['plan']}/links"),
    }
    faults = {}
    for address in (*PAGES.values(), NOWHERE):
        if address == PAGES["sign_in.page"]:  # Who is signed in is led on to the map.
            desk.page.context.clear_cookies()
        desk.page.set_viewport_size({"width": 1366, "height": 768})
        answer = desk.page.goto(desk.origin + address.format(**given))
        assert answer is not None
        assert (desk.page.url, answer.status) == (desk.origin + address.format(**given), 404 if address == NOWHERE else 200)
        settle(desk)
        found = violations(desk, NOT_OURS.get(address))
        for width, height in SIZES[locale]:
            desk.page.set_viewport_size({"width": width, "height": height})
            desk.eventually("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
            if not fits(desk):
                found.append(f"wider than {width} px")
        if found:
            faults[address] = found
    assert faults == {}


def fits(desk: Desk) -> bool:
    """Whether the page comes to fit; it may still be at work on what changed."""
    try:
        desk.eventually(WIDE)
    except NeverHappened:
        return False
    return True


def settle(desk: Desk) -> None:
    """Until the page has what it asked for; whatever is folded away is opened."""
    desk.page.wait_for_load_state("load")
    for state in desk.see("connection").all():
        expect(state).to_have_attribute("data-state", "live")
    for strip in desk.see("strip").all():
        expect(strip).to_have_attribute("data-state", "sent")
    for drawn in desk.page.locator("#wall-map").all():  # It says what it shows once that has come.
        expect(drawn).to_have_attribute("aria-label", re.compile("."))
    desk.on_page("() => { for (const fold of document.querySelectorAll('main details')) fold.open = true; }")
