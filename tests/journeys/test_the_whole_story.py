"""发现—会商—处置—反馈—评价 in real browsers, each person at their own, in Chinese and in English, through pages alone.

A camera's alert; the member can't solve it and hands it up; the micro-grid's head consults the three teams and hands it to a
department; nobody there takes it and the reminder climbs to the village's head, who supervises; then it is handled, verified
by the head, rated by a resident, and closed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts.lookup import account
from gridmap.accounts.rights import Grant, Role
from gridmap.cases.loop_models import CategoryOwner
from gridmap.cases.models import Case, Category
from gridmap.cli.watchman import rules_of, watch, ways_of
from gridmap.config import Settings
from gridmap.db import make_sessions
from gridmap.people.models import Department
from tests import callers
from tests.journeys.conftest import Serve, tiny
from tests.journeys.operator_desk import Desk
from tests.journeys.phones import HERE, do, phone, picture, send, shot
from tests.journeys.station import SECRET_KEY, Station
from tests.people import crew

CAMERA = "31015100081326000001"  # As the town gives its first.


@dataclass(frozen=True)
class Words:
    """What the pages say, in one language."""

    locale: str
    reason: str
    participants: str
    notes: str
    decision: str
    consult_notice: str
    overdue_notice: str
    task_notice: str
    department: str
    text: str
    result: str
    verify_notice: str
    states: dict[str, str]
    told: tuple[str, ...]
    solved: str
    very_satisfied: str
    five: str
    submit: str


ZH = Words(
    locale="zh-CN",
    reason="理由",
    participants="参加人",
    notes="会商记录",
    decision="会商决定",
    consult_notice="请组织会商",
    overdue_notice="已超时",
    task_notice="新任务",
    department="演示城管中队",
    text="内容",
    result="处置结果",
    verify_notice="请核实处置结果",
    states={"consulting": "会商中", "dispatched": "待接单", "verifying": "待核实", "rating": "待评价", "closed": "已结案"},
    told=("立案", "上报", "会商", "派遣 → 演示城管中队", "催办提醒", "督办", "接单", ".", "办结", "核实", "评价"),
    solved="已解决",
    very_satisfied="非常满意",
    five="5 很好",
    submit="提交",
)
EN = Words(
    locale="en-GB",
    reason="Reason",
    participants="Participants",
    notes="Notes",
    decision="Decision",
    consult_notice="call the teams together",
    overdue_notice="The limit has run out",
    task_notice="A new task for you",
    department="Demo patrol",
    text="Text",
    result="Result",
    verify_notice="please verify",
    states={
        "consulting": "Consulting",
        "dispatched": "Dispatched",
        "verifying": "Verifying",
        "rating": "Rating",
        "closed": "Closed",
    },
    told=(
        "Case opened",
        "Hand up",
        "consult",
        "Dispatch → Demo patrol",
        "Reminder",
        "Supervise",
        "Accept",
        ".",
        "Finish",
        "Verify",
        "Rating",
    ),
    solved="Yes, solved",
    very_satisfied="Very satisfied",
    five="5 very good",
    submit="Send",
)


def peopled(session: Session) -> None:
    """The tiny town with its three teams, its heads, and a department that answers for the category."""
    tiny(session)
    crew.kinds(session)
    department = Department(code="chengguan", name=ZH.department, name_en=EN.department)
    session.add(department)
    session.flush()
    session.add(CategoryOwner(category_id=session.scalars(select(Category.id)).one(), department_id=department.id))
    posts = {"member": ("building_leader", HERE), "head": ("micro_head", HERE), "village": ("village_head", HERE[:12])}
    grants = {
        "member": Grant(Role.MEMBER, HERE),
        "head": Grant(Role.MICRO_HEAD, HERE),
        "village": Grant(Role.GRID_HEAD, HERE[:12]),
        "patrol": Grant(Role.HANDLER, None, department.id),
    }
    for number, (who, grant) in enumerate(grants.items(), 1):
        person = crew.person(session, number)
        callers.account(session, grant, username=who, person_id=person.id)
        if who in posts:
            kind, grid = posts[who]
            crew.post(session, person, grid, kind)
    for number, kind in enumerate(("eco_warden", "party_member"), 11):  # of the other two teams
        crew.post(session, crew.person(session, number), HERE, kind)


@pytest.fixture(scope="module")
def stage(serve: Serve) -> Iterator[Station]:
    """That town on the air."""
    with serve(peopled) as station:
        keep_watch(station)  # A worker that first comes when a case is long overdue says nothing of the past.
        yield station


@dataclass
class Cast:
    """Everybody's own browser."""

    browser: Browser
    stage: Station
    words: Words
    contexts: list[BrowserContext]

    def _cookie(self, who: str) -> str:
        with self.stage.deed() as session:
            return callers.cookie_of(account(session, who), SECRET_KEY)

    def phone_of(self, who: str, **given: Any) -> Desk:
        """Somebody's phone, their tasks on it; "": nobody in particular's."""
        context, desk = phone(self.browser, self.stage, self._cookie(who) if who else "", locale=self.words.locale, **given)
        self.contexts.append(context)
        if who:
            desk.page.goto(f"{self.stage.origin}/m")
            expect(desk.see("strip")).to_have_attribute("data-state", "sent")
        return desk

    def laptop_of(self, who: str) -> Desk:
        """Somebody's laptop, signed in."""
        context = self.browser.new_context(locale=self.words.locale, viewport={"width": 1366, "height": 768})
        self.contexts.append(context)
        context.add_cookies([{"name": "gridmap_session", "value": self._cookie(who), "url": self.stage.origin}])
        return Desk(context.new_page(), self.stage.origin)


@pytest.fixture(params=[ZH, EN], ids=["zh", "en"])
def cast(request: pytest.FixtureRequest, browser: Browser, stage: Station) -> Iterator[Cast]:
    """Everybody, in one language."""
    made = Cast(browser, stage, request.param, [])
    yield made
    for context in made.contexts:
        context.close()


def open_notice(page: Page, words: str, number: str) -> None:
    """From the bell to the case a notice is about."""
    page.get_by_test_id("bell").click()
    page.get_by_test_id("notice").filter(has_text=words).filter(has_text=number).first.get_by_role("button").click()


def let_the_limit_pass(station: Station, number: str) -> None:
    """The town's worker looks at the clock a minute after the case was due."""
    station.wait_for_relay()
    with station.deed() as session:
        due_at = session.scalars(select(Case.due_at).where(Case.number == number)).one()
    assert due_at is not None
    keep_watch(station)
    with clock.frozen(due_at + timedelta(minutes=1)):
        keep_watch(station)


def keep_watch(station: Station) -> None:
    """The worker does all there is to do just now."""
    settings = Settings(home=station.home)
    while watch(make_sessions(station.engine), rules_of(settings), ways_of(settings)):
        pass


def test_from_a_camera_to_the_residents_word(cast: Cast, stage: Station, tmp_path: Path) -> None:
    words = cast.words
    operator = cast.laptop_of("0007").open()
    number = str(stage.send(source="camera-ai", camera_id=CAMERA, at=None, join=False)["case"]["properties"]["number"])
    operator.choose(number)

    # 发现: the member can't solve it.
    member = cast.phone_of("member")
    member.page.goto(f"{stage.origin}/m#case={number}")
    do(member, "hand_up")
    member.page.get_by_label(words.reason).fill("Too much for one grid 单格办不了")
    send(member)
    expect(operator.see("case-status")).to_contain_text(words.states["consulting"])

    # 会商: the head calls the three teams, and hands it to the department.
    head = cast.phone_of("head")
    open_notice(head.page, words.consult_notice, number)
    expect(head.see("case")).to_contain_text("单格办不了")
    do(head, "consult")
    head.page.get_by_label(words.participants).fill("演示人1、演示人11、演示人12")
    head.page.get_by_label(words.notes).fill("三支队伍到场 all three teams")
    head.page.get_by_label(words.decision).fill("交城管 to the patrol")
    shot(head, f"story-{words.locale}-consult")
    send(head)
    do(head, "dispatch")
    head.page.get_by_label(words.department).check()
    send(head)
    expect(operator.see("case-status")).to_contain_text(words.states["dispatched"])

    # 升级: nobody takes it, the reminder climbs, the village's head supervises.
    let_the_limit_pass(stage, number)
    village = cast.laptop_of("village")
    village.page.goto(f"{stage.origin}/inbox")
    open_notice(village.page, words.overdue_notice, number)
    village.press("supervise")
    village.see("field-kind-overtime").check()
    village.see("field-text").fill("请马上处理 at once, please")
    village.see("form-send").click()
    expect(operator.see("loop-supervisions")).to_contain_text("at once, please")

    # 处置: the department.
    patrol = cast.laptop_of("patrol")
    patrol.page.goto(f"{stage.origin}/inbox")
    open_notice(patrol.page, words.task_notice, number)
    patrol.press("accept")
    expect(patrol.see("case-status")).not_to_contain_text(words.states["dispatched"])
    patrol.press("finish")
    patrol.see("field-result").fill("已清运 cleared away")
    patrol.see("field-evidence").set_input_files(picture(tmp_path))
    expect(patrol.see("form-finish").locator("img")).to_have_count(1)
    patrol.see("form-send").click()
    expect(operator.see("case-status")).to_contain_text(words.states["verifying"])

    # 反馈: verified by somebody else than the handler.
    open_notice(head.page, words.verify_notice, number)
    do(head, "verify")
    send(head)
    expect(operator.see("case-status")).to_contain_text(words.states["rating"])

    # 评价: the head makes a link for the resident at the door, who rates by it.
    head.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    head.see("fold-rate").locator("summary").first.tap()
    head.see("make-link").tap()
    head.see("copy-link").last.tap()
    head.eventually("async () => (await navigator.clipboard.readText()).includes('/r/')")
    head.see("reporters").locator("summary").last.tap()
    expect(head.see("reporters").locator("img.qr").last).to_be_visible()
    shot(head, f"story-{words.locale}-code")
    resident = cast.phone_of("")
    resident.page.goto(str(head.on_page("() => navigator.clipboard.readText()")))
    for label in (words.solved, words.very_satisfied, words.five):
        resident.page.get_by_label(label).check(force=True)
    shot(resident, f"story-{words.locale}-rating")
    resident.page.get_by_role("button", name=words.submit).tap()
    expect(resident.see("thanks")).to_be_visible()

    expect(operator.see("case-status")).to_contain_text(words.states["closed"])
    happened = operator.see("timeline").locator("li")
    for expected in words.told:
        expect(happened.filter(has_text=re.compile(expected)).first).to_be_visible()
    shot(operator, f"story-{words.locale}-told")
    for desk in (operator, member, head, village, patrol, resident):
        desk.expect_quiet()
