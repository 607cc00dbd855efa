"""接单—取证—办结 on a phone: in the lane, with a connection that goes in the middle."""

from pathlib import Path

from playwright.sync_api import Route, expect

from tests.journeys.operator_desk import Desk
from tests.journeys.phones import Crew, Hand, ask, expect_fit, picture, send, shot
from tests.journeys.station import Station


def offline(desk: Desk, gone: bool) -> None:
    desk.page.context.set_offline(gone)


def lines(said: str) -> bool:
    return "net::ERR_" in said


def test_the_connection_goes_in_the_middle(station: Station, people: Crew, hand: Hand, tmp_path: Path) -> None:
    number = station.send(at=(0.3, 0.3), text="【演示】路边有暴露垃圾", address="示例路 1 号")["case"]["id"]
    desk = hand(people.member)
    expect(desk.see("tab-grid")).to_have_attribute("aria-selected", "true")  # Nothing is theirs yet.
    card = desk.page.locator(f'[data-testid=task][data-case="{number}"]')
    expect(card).to_contain_text("示例路 1 号")
    expect_fit(desk)
    shot(desk, "list")
    card.tap()
    expect(desk.see("case")).to_contain_text("路边有暴露垃圾")
    shot(desk, "case")
    desk.see("do-accept").tap()
    expect(desk.see("strip")).to_have_attribute("data-state", "sent")
    expect(desk.see("case")).to_contain_text("已接单")
    # The line goes. Everything still works.
    offline(desk, True)
    desk.see("do-start").tap()
    expect(desk.see("strip")).to_have_attribute("data-state", "offline")
    desk.see("camera-before").set_input_files(picture(tmp_path))
    expect(desk.see("photo")).to_have_count(1)
    desk.see("do-finish").tap()
    desk.page.get_by_label("处置结果").fill("垃圾已清运，地面已冲洗")
    desk.see("submit").tap()
    expect(desk.page.get_by_role("alert")).to_contain_text("处置后")
    desk.see("camera-after").set_input_files(picture(tmp_path, "IMG_0002.jpg"))
    expect(desk.see("photo")).to_have_count(2)
    shot(desk, "form-offline")
    expect_fit(desk)
    # The connection comes back for a moment: the battery dies, the page is loaded anew. Nothing is lost.
    desk.page.route("**/api/v1/cases/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    offline(desk, False)
    desk.page.reload()
    expect(desk.page.get_by_label("处置结果")).to_have_value("垃圾已清运，地面已冲洗")
    expect(desk.see("photo")).to_have_count(2)
    desk.see("submit").tap()
    expect(desk.see("entry")).to_have_count(4)
    shot(desk, "waiting")
    expect_fit(desk)
    assert ask(station, "SELECT state FROM cases WHERE number = :n", n=number) == [("handling",)]
    # … and now for good.
    desk.page.unroute("**/api/v1/cases/**")
    desk.see("send-now").tap()
    expect(desk.see("strip")).to_have_attribute("data-state", "sent")
    assert ask(station, "SELECT state FROM cases WHERE number = :n", n=number) == [("verifying",)]
    told = ask(
        station,
        "SELECT e.kind, e.width, e.height, e.taken_at::text, round(ST_X(e.location)::numeric, 3)::text FROM evidence e"
        " JOIN cases c ON c.id = e.case_id WHERE c.number = :n ORDER BY e.id",
        n=number,
    )
    assert told == [(kind, 1200, 1600, "2026-03-03 00:15:00+00", "121.405") for kind in ("before", "after")]
    kinds = [
        kind
        for (kind,) in ask(
            station, "SELECT kind FROM journal WHERE subject = :n AND kind NOT LIKE 'notice.%' ORDER BY id", n=number
        )
    ]
    assert kinds == ["case.opened", "case.accept", "case.start", "evidence.added", "evidence.added", "case.finish"]
    desk.expect_quiet(but=lines)


def test_an_answer_that_was_lost_does_nothing_twice(station: Station, people: Crew, hand: Hand) -> None:
    number = station.send(at=(0.7, 0.7))["case"]["id"]
    desk = hand(people.member)
    desk.page.goto(f"{station.origin}/m#case={number}")
    lost = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)  # The server hears it, the phone not its answer.
        if len(lost) > 2:
            route.continue_()
        else:
            route.abort()

    desk.page.route("**/actions/comment", lose)
    desk.see("do-comment").tap()
    desk.page.get_by_label("内容").fill("已联系物业")
    desk.see("submit").tap()
    expect(desk.see("strip")).to_have_attribute("data-state", "waiting")
    expect(desk.see("strip")).to_have_attribute("data-state", "sent")
    assert lost[:3] == [200, 200, 200]
    assert ask(station, "SELECT m.text FROM case_comment m JOIN cases c ON c.id = m.case_id WHERE c.number = :n", n=number) == [
        ("已联系物业",)
    ]


def test_somebody_was_faster(station: Station, people: Crew, hand: Hand) -> None:
    number = station.send(at=(0.5, 0.7))["case"]["id"]
    slow, quick = hand(people.member), hand(people.head)
    for desk in (slow, quick):
        desk.page.goto(f"{station.origin}/m#case={number}")
        expect(desk.see("do-accept")).to_be_visible()
    offline(slow, True)
    slow.see("do-accept").tap()
    expect(slow.see("strip")).to_have_attribute("data-state", "offline")
    quick.see("do-accept").tap()
    expect(quick.see("case")).to_contain_text("已接单")
    offline(slow, False)
    expect(slow.see("strip")).to_have_attribute("data-state", "refused")
    expect(slow.page.locator(".wrong")).to_contain_text("没有")
    shot(slow, "refused")
    slow.page.once("dialog", lambda dialog: dialog.accept())
    slow.see("discard").tap()
    expect(slow.see("entry")).to_have_count(0)
    assert ask(station, "SELECT holder FROM case_task JOIN cases c ON c.id = case_id WHERE c.number = :n", n=number) == [
        ("account:micro_head",)
    ]


def test_a_head_consults_and_hands_out_by_night_in_english(station: Station, people: Crew, hand: Hand) -> None:
    number = station.send(at=(0.2, 0.8))["case"]["id"]
    desk = hand(people.member)
    desk.page.goto(f"{station.origin}/m#case={number}&do=hand_up")
    desk.page.get_by_label("理由").fill("需要多方处理")
    send(desk)
    head = hand(people.head, locale="en-GB", color_scheme="dark", viewport={"width": 360, "height": 740})
    head.see("tab-grid").tap()
    head.page.locator(f'[data-testid=task][data-case="{number}"]').tap()
    shot(head, "head-case-360-dark")
    expect_fit(head)
    head.see("do-consult").tap()
    head.page.get_by_label("Participants").fill("示例甲，示例乙\n示例丙")
    head.page.get_by_label("Notes").fill("三支队伍会商")
    send(head)
    head.see("do-dispatch").tap()
    head.page.get_by_label("Work team").check()
    shot(head, "head-dispatch-360-dark")
    expect_fit(head)
    send(head)
    assert ask(station, "SELECT team FROM case_task JOIN cases c ON c.id = case_id WHERE c.number = :n", n=number) == [("work",)]
    assert ask(station, "SELECT participants FROM consultation JOIN cases c ON c.id = case_id WHERE c.number = :n", n=number) == [
        (["示例甲", "示例乙", "示例丙"],)
    ]
    # The member of that team finds it among their own.
    desk.page.goto(f"{station.origin}/m")
    expect(desk.page.locator(f'[data-testid=task][data-case="{number}"]')).to_contain_text("待接单")


def test_who_signs_in_again_sends_what_waited(station: Station, people: Crew, hand: Hand) -> None:
    number = station.send(at=(0.8, 0.2))["case"]["id"]
    desk = hand(people.member)
    desk.page.goto(f"{station.origin}/m#case={number}")
    expect(desk.see("do-accept")).to_be_visible()
    desk.page.context.clear_cookies()
    desk.see("do-accept").tap()
    expect(desk.see("strip")).to_have_attribute("data-state", "signed_out")
    desk.page.context.add_cookies([{"name": "gridmap_session", "value": people.member, "url": station.origin}])
    desk.page.reload()
    expect(desk.see("strip")).to_have_attribute("data-state", "sent")
    assert ask(station, "SELECT state FROM cases WHERE number = :n", n=number) == [("handling",)]
