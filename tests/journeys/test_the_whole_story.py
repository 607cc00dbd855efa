"""发现—会商—处置—反馈—评价 in real browsers, each person at their own, in Chinese and in English, through pages alone.

A camera's alert; the member can't solve it and hands it up; the micro-grid's head consults the three teams and hands it to a
department; nobody there takes it and the reminder climbs to the village's head, who supervises; then it is handled, verified
by the head, rated by a resident, and closed.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from gridmap import clock
from gridmap.cases.models import Case
from gridmap.cli.watchman import rules_of, watch, ways_of
from gridmap.config import Settings
from gridmap.db import make_sessions
from tests.journeys.cast import EN, ZH, Cast, peopled
from tests.journeys.conftest import Serve
from tests.journeys.phones import do, picture, send, shot
from tests.journeys.station import Station

CAMERA = "31015100081326000001"  # As the town gives its first.


@pytest.fixture(scope="module")
def stage(serve: Serve) -> Iterator[Station]:
    """That town on the air."""
    with serve(peopled) as station:
        keep_watch(station)  # Its first look notes where the feed stands; what happens from here on it follows.
        yield station


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
