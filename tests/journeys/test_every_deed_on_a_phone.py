"""The rarer deeds on a phone: extension, suspension, supervision, review; found by a notice; every action the table allows."""

from typing import Any

from playwright.sync_api import expect
from sqlalchemy import text

from gridmap.accounts.rights import Grant, Role
from gridmap.cases.states import State
from tests import callers, town
from tests.journeys.phones import HERE, Crew, Hand, ask, do, expect_fit, send, shot
from tests.journeys.station import SECRET_KEY, Station

SMALLEST: dict[str, Any] = {"viewport": {"width": 360, "height": 740}}
BUTTONS = "() => [...document.querySelectorAll('[data-testid^=do-]')].map((one) => one.dataset.testid.slice(3)).sort()"
ALLOWED = """async (number) => (await (await fetch(`/api/v1/cases/${number}`)).json()).properties.allowed.sort()"""
NO_OBJECT = {"attach", "review", "answer_supervision", "lift_supervision"}  # The camera's, and nothing to look at yet.


def village_head(station: Station) -> str:
    """The cookie of the village's head."""
    with station.deed() as session:
        made = callers.account(session, Grant(Role.GRID_HEAD, HERE[:12]), username="village-head", name="示例村长")
        return callers.cookie_of(made, SECRET_KEY)


def number_of(station: Station, **facts: Any) -> str:
    return str(station.send(join=False, **facts)["case"]["id"])


def test_every_action_that_is_allowed_has_its_button(station: Station, people: Crew, hand: Hand) -> None:
    number = number_of(station)
    for cookie in (people.member, people.head):
        desk = hand(cookie, **SMALLEST)
        desk.page.goto(f"{station.origin}/m#case={number}")
        expect(desk.see("do-comment")).to_be_attached()
        assert set(desk.on_page(BUTTONS)) == set(desk.page.evaluate(ALLOWED, number)) - NO_OBJECT


def test_extension_suspension_and_supervision_from_the_lane(station: Station, people: Crew, hand: Hand) -> None:
    number = number_of(station)
    member = hand(people.member, **SMALLEST)
    member.page.goto(f"{station.origin}/m#case={number}")
    member.see("do-accept").tap()
    expect(member.see("case")).to_contain_text("已接单")
    do(member, "ask_extension")
    member.page.get_by_label("理由").fill("配件明天到")
    # The connection goes: what was asked waits on the phone, and what was half typed as well.
    member.page.context.set_offline(True)
    member.see("submit").tap()
    expect(member.see("entry")).to_contain_text("申请延期")
    do(member, "ask_suspension")
    member.page.get_by_label("理由").fill("等待立项")
    member.page.context.set_offline(False)
    expect(member.see("strip")).to_have_attribute("data-state", "sent")
    member.page.reload()
    expect(member.page.get_by_label("理由")).to_have_value("等待立项")
    member.see("submit").tap()
    expect(member.see("form-ask_suspension")).to_contain_text("请填写")
    shot(member, "suspension-360")
    expect_fit(member)
    member.page.get_by_label("挂账到").fill("2027-03-01T09:00")
    send(member)

    head = hand(village_head(station), locale="en-GB", color_scheme="dark", **SMALLEST)
    head.see("tab-grid").tap()
    head.page.locator(f'[data-testid=task][data-case="{number}"]').tap()
    expect(head.see("loop-requests")).to_contain_text("等待立项")
    do(head, "review")
    head.see("field-request").select_option(index=1)
    head.see("field-granted-true").check()
    head.page.get_by_label("Reason").fill("Agreed")
    shot(head, "review-360-dark")
    expect_fit(head)
    send(head)
    expect(head.see("case")).to_contain_text("Suspended")
    do(head, "supervise")
    head.see("field-kind-focus").check()
    head.page.get_by_label("Text").fill("Tell me when it goes on")
    send(head)

    member.see("bell").tap()
    member.see("notice").filter(has_text="督办").get_by_role("button").tap()
    expect(member.see("loop-supervisions")).to_contain_text("Tell me when it goes on")
    do(member, "answer_supervision")
    expect(member.see("form-answer_supervision")).to_contain_text("Tell me when it goes on")
    member.page.get_by_label("内容").fill("三月一日")
    send(member)
    expect(member.see("loop-supervisions")).to_contain_text("答复：三月一日")
    do(member, "resume")
    send(member)
    expect(member.see("case")).to_contain_text("已接单")
    assert ask(station, "SELECT state FROM cases WHERE number = :n", n=number) == [("handling",)]
    assert ask(
        station,
        "SELECT r.kind, r.state FROM case_request r JOIN cases c ON c.id = r.case_id WHERE c.number = :n ORDER BY r.id",
        n=number,
    ) == [("extension", "asked"), ("suspension", "granted")]


def test_a_closed_case_is_found_by_its_address(station: Station, people: Crew, hand: Hand) -> None:
    number = number_of(station)
    with station.deed() as session:  # An overtime, so that there is something to appeal against.
        session.execute(text("UPDATE cases SET due_at = received_at - interval '1 hour' WHERE number = :n"), {"n": number})
        town.stand(session, State.CLOSED, "number = :number", number=number)
    member = hand(people.member, **SMALLEST)
    member.page.goto(f"{station.origin}/m#case={number}")
    expect(member.see("case")).to_contain_text("已结案")
    expect(member.see("do-ask_appeal")).to_be_attached()
    expect_fit(member)
