"""An operator handles a camera's alert to the end, in Chinese: dispatch by advice, the department finishes, verify, close."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from gridmap.accounts.rights import Grant, Role
from gridmap.cases.loop_models import CategoryOwner
from gridmap.cases.models import Category
from gridmap.people.models import Department
from tests import callers
from tests.desk.history import made
from tests.journeys.axe import violations
from tests.journeys.conftest import Serve, tiny
from tests.journeys.operator_desk import Desk
from tests.journeys.station import SECRET_KEY, Station
from tests.people import crew
from tools import own_scripts

# What the department's own page would do, by the same addresses: `api.js` sends it with the session's token.
ACT = own_scripts.with_api(
    "[number, action, body]",
    """
    const { etag } = await get_tagged(`/api/v1/cases/${number}`);
    return send(`/api/v1/cases/${number}/actions/${action}`, body, { headers: { "If-Match": etag } });
""",
)
PHOTO = own_scripts.with_api(
    "number",
    """
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
    canvas.getContext("2d").fillRect(0, 0, 30, 30);
    const file = await new Promise((done) => canvas.toBlob(done, "image/png"));
    const form = new FormData();
    form.append("file", file, "after.png");
    form.append("kind", "after");
    return (await send(`/api/v1/cases/${number}/evidence`, form)).id;
""",
)


def with_a_department(session: Session) -> None:
    """The tiny town with a department that answers for its category, and somebody of it."""
    tiny(session)
    crew.kinds(session)
    department = Department(code="chengguan", name="演示城管中队", name_en="Demo patrol")
    session.add(department)
    session.flush()
    category = session.query(Category).one()
    session.add(CategoryOwner(category_id=category.id, department_id=department.id))
    person = crew.person(session, 1)
    callers.account(session, Grant(Role.HANDLER, None, department.id), username="chengguan", person_id=person.id)


@pytest.fixture(scope="module")
def town_hall(serve: Serve) -> Iterator[Station]:
    """That town on the air."""
    with serve(with_a_department) as station:
        yield station


@pytest.fixture
def at_the_desk(town_hall: Station, sit_down: Callable[..., Desk]) -> Desk:
    """The operator's desk there, open."""
    return sit_down(town_hall).open()


@pytest.fixture
def department(town_hall: Station, sit_down: Callable[..., Desk]) -> Page:
    """The department's computer."""
    from gridmap.accounts.lookup import account  # noqa: PLC0415  # only this fixture's

    desk = sit_down(town_hall)
    with town_hall.deed() as session:
        cookie = callers.cookie_of(account(session, "chengguan"), SECRET_KEY)
    desk.page.context.add_cookies([{"name": "gridmap_session", "value": cookie, "url": town_hall.origin}])
    return desk.open().page


def alert(station: Station, **facts: Any) -> str:
    """A camera's alert; the number of its case."""
    return str(station.send(join=False, **facts)["case"]["properties"]["number"])


def test_a_camera_alert_to_the_end(town_hall: Station, at_the_desk: Desk, department: Page) -> None:
    desk = at_the_desk
    number = alert(town_hall)
    desk.choose(number)
    desk.press("dispatch")
    first = desk.see("pick").first
    expect(desk.see("picks").locator("li").first).to_contain_text("此类案件的主管部门")
    first.check()
    desk.see("field-note").fill("请尽快清理")
    desk.see("form-send").click()
    expect(desk.see("deed-word")).to_have_text("已完成：派遣。案件现为“待接单”。")
    expect(desk.see("case-holder")).to_contain_text("演示城管中队")

    department.evaluate(ACT, [number, "accept", {}])
    expect(desk.see("loop-tasks")).to_contain_text("已接单")  # live, nothing was pressed here
    photo = department.evaluate(PHOTO, number)
    department.evaluate(ACT, [number, "finish", {"result": "已清理干净", "evidence": [photo]}])
    expect(desk.see("case-status")).to_contain_text("待核实")
    expect(desk.see("loop-evidence").locator("img")).to_have_count(1)
    expect(desk.see("timeline")).to_contain_text("已清理干净")

    desk.press("verify")
    desk.see("form-send").click()
    expect(desk.see("case-status")).to_contain_text("待评价")
    desk.press("close")
    desk.see("form-send").click()
    expect(desk.see("case-status")).to_contain_text("已结案")
    expect(desk.see("timeline").locator("li")).to_have_text(
        [re.compile(words) for words in ("立案", "派遣 → 演示城管中队", "接单", ".", "办结", "核实", "结案")]
    )
    desk.expect_quiet()


def test_what_was_typed_survives_when_somebody_was_faster(
    town_hall: Station, at_the_desk: Desk, sit_down: Callable[..., Desk]
) -> None:
    desk, other = at_the_desk, sit_down(town_hall).open()
    number = alert(town_hall)
    desk.choose(number)
    desk.press("void")
    desk.see("field-reason").fill("误报，已看过录像")
    # Nobody tells this screen: its line goes down and stays so, though the server can be asked.
    desk.page.route("**/api/v1/events**", lambda route: route.abort())
    desk.page.context.set_offline(True)
    desk.expect_connection("offline")
    desk.page.context.set_offline(False)
    other.page.evaluate(ACT, [number, "supervise", {"kind": "focus", "text": "请关注"}])
    desk.see("form-send").click()
    expect(desk.see("form-word")).to_contain_text("案件已")
    expect(desk.see("form-word")).to_contain_text("您填写的内容还在")
    expect(desk.see("field-reason")).to_have_value("误报，已看过录像")
    expect(desk.see("loop-supervisions")).to_be_visible()
    desk.see("form-send").click()
    expect(desk.see("case-status")).to_contain_text("已作废")


def test_an_unknown_place_and_category_are_mended(town_hall: Station, at_the_desk: Desk) -> None:
    desk = at_the_desk
    number = alert(town_hall, at=None, category=None, source_code="x1")
    desk.choose(number)
    desk.press("classify")
    desk.see("field-category").fill("06010")
    desk.see("form-send").click()
    expect(desk.see("deed-word")).to_contain_text("已完成：归类")
    desk.press("locate")
    desk.see("pick-place").click()
    desk.page.locator(".folium-map").click(position={"x": 200, "y": 300})
    expect(desk.see("field-location")).to_have_value(re.compile(r"^\d+\.\d+, \d+\.\d+$"))
    desk.see("form-send").click()
    expect(desk.see("deed-word")).to_contain_text("已完成：改位置")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_panel_is_accessible(town_hall: Station, sit_down: Callable[..., Desk], theme: str) -> None:
    desk = sit_down(town_hall, color_scheme=theme).open()
    number = alert(town_hall)
    desk.choose(number)
    desk.press("dispatch")
    expect(desk.see("pick").first).to_be_visible()
    assert violations(desk) == []
    desk.see("form-cancel").click()
    desk.press("supervise")
    desk.see("form-send").click()
    expect(desk.see("form-supervise")).to_contain_text("请填写")
    assert violations(desk) == []


def test_a_past_case_is_there_to_be_read(town_hall: Station, at_the_desk: Desk, tmp_path: Path) -> None:
    desk, number = at_the_desk, "202603-00000001"
    assert made.load(town_hall.engine, made.table(tmp_path / "x.csv", [made.past(1, (2.5, 2.5))])).new == 1
    desk.search(number).get_by_test_id("search-result").click()
    card = desk.card(number)
    expect(card.get_by_test_id("case-past")).to_contain_text("只供查阅")
    expect(card.get_by_test_id("deeds").locator("button")).to_have_count(0)
    expect(card.get_by_test_id("timeline").locator("li")).to_have_text([re.compile(words) for words in ("立案", "结案")])
    expect(card.get_by_test_id("route-reason")).to_have_text(re.compile("范围内。$"))
    # The map shows where, though it shows open cases alone; once it shows ended ones, with the mark that all of them have.
    pin = desk.page.locator(".leaflet-pin-pane .pin-mark")
    expect(pin).to_be_visible()
    desk.see("filter-closed").click()
    row = desk.page.locator("#list li").filter(has=desk.page.locator(f'[data-case="{number}"]'))
    expect(row).to_be_visible()
    expect(row.get_by_test_id("tick")).to_have_count(0)
    expect(desk.mark(number)).to_be_visible()
    expect(pin).to_have_count(0)
    desk.expect_quiet()
