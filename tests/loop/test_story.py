"""发现—会商—处置—反馈—评价: whole stories through the API, each as somebody would tell it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import town
from tests.loop.crew_at_work import HERE, Town


def test_small_matters_are_settled_in_one_grid(at_work: Town) -> None:
    number = at_work.alert()
    assert at_work.do("member", "accept", number)["state"] == "handling"
    assert at_work.do("member", "start", number)["state"] == "handling"
    done = at_work.do("member", "finish", number, result="清理完毕", evidence=[at_work.photo(number)])
    assert done["state"] == "verifying"
    assert at_work.do("micro_head", "verify", number)["state"] == "rating"
    assert at_work.do("operator", "close", number)["state"] == "closed"
    told = at_work.see(number)
    assert [entry["kind"] for entry in told["timeline"]] == [
        "case.opened", "case.accept", "case.start", "case.finish", "case.verify", "case.close",
    ]  # fmt: skip
    assert told["closed_at"]
    assert told["version"] == 5


def test_settled_on_the_spot_in_one_step(at_work: Town) -> None:
    number = at_work.alert()
    assert at_work.try_to("member", "self_handle", number, result="当场清理").status_code == 422
    before = at_work.photo(number, "before")
    refused = at_work.try_to("member", "self_handle", number, result="当场清理", evidence=[before])
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "evidence")
    after = at_work.photo(number)
    assert at_work.do("member", "self_handle", number, result="当场清理", evidence=[before, after])["state"] == "verifying"


def test_big_matters_by_the_whole_network(at_work: Town) -> None:
    """Handed up, consulted, two departments at once, one hands back, the other finishes, reworked, verified."""
    number = at_work.alert()
    at_work.do("member", "hand_up", number, reason="需要城管")
    at_work.do(
        "micro_head", "consult", number, participants=["演示人1", "演示人2"], notes="三支队伍会商", decision="请城管、水务"
    )
    at_work.do("micro_head", "dispatch", number, to=[{"department": "chengguan"}, {"department": "shuiwu"}], note="联动")
    told = at_work.see(number, "micro_head")
    assert [(task["department"], task["state"]) for task in told["tasks"]] == [("chengguan", "waiting"), ("shuiwu", "waiting")]
    assert all(task["due_at"] for task in told["tasks"])
    assert at_work.do("shuiwu", "accept", number)["state"] == "handling"
    assert at_work.do("chengguan", "hand_back", number, reason="不属城管")["state"] == "handling"
    assert at_work.try_to("chengguan", "finish", number, result="x", evidence=[at_work.photo(number)]).status_code == 409
    assert at_work.do("shuiwu", "finish", number, result="疏通", evidence=[at_work.photo(number)])["state"] == "verifying"
    again = at_work.do("grid_head", "rework", number, reason="仍有积水")
    assert again["state"] == "handling"
    told = at_work.see(number, "grid_head")
    assert [(task["department"], task["state"]) for task in told["tasks"] if task["state"] == "accepted"] == [
        ("shuiwu", "accepted")
    ]
    at_work.do("shuiwu", "finish", number, result="再次疏通", evidence=[at_work.photo(number)])
    assert at_work.do("operator", "verify", number)["state"] == "rating"


def test_a_return_clears_nothing_and_pushes_nothing(at_work: Town) -> None:
    number = at_work.alert()
    at_work.do("operator", "dispatch", number, to=[{"grid": HERE, "team": "management"}], note="请看")
    before = at_work.see(number)
    assert at_work.do("member", "hand_back", number, reason="不在本网格")["state"] == "consulting"
    after = at_work.see(number)
    assert {key: after[key] for key in ("category", "address", "text", "due_at", "occurred_at")} == {
        key: before[key] for key in ("category", "address", "text", "due_at", "occurred_at")
    }
    for action in ("accept", "finish", "self_handle", "verify", "close"):
        fields: dict[str, Any] = (
            {"result": "x", "evidence": [at_work.photo(number)]} if action in ("finish", "self_handle") else {}
        )
        assert at_work.try_to("micro_head" if action != "close" else "operator", action, number, **fields).status_code == 409


def test_who_handled_does_not_verify(at_work: Town) -> None:
    number = at_work.alert()
    at_work.do("micro_head", "accept", number)
    at_work.do("micro_head", "finish", number, result="清理完毕", evidence=[at_work.photo(number)])
    refused = at_work.try_to("micro_head", "verify", number)
    assert refused.status_code == 409
    assert refused.get_json()["state"] == "verifying"
    assert "verify" not in refused.get_json()["allowed"]
    assert at_work.try_to("micro_head", "rework", number, reason="x").status_code == 409
    at_work.do("operator", "verify", number)


def test_the_network_goes_up_to_the_town(at_work: Town) -> None:
    number = at_work.alert()
    for who, level in (("member", "micro"), ("micro_head", "village")):
        at_work.do(who, "hand_up", number, reason="超出权限")
        assert at_work.see(number)["consulted_at"] == level


def test_extensions_and_suspension(at_work: Town) -> None:
    number = at_work.alert()
    at_work.do("member", "accept", number)
    first = at_work.see(number)["due_at"]
    for _ in range(2):
        at_work.do("member", "ask_extension", number, reason="雨天")
        assert at_work.try_to("member", "ask_extension", number, reason="雨天").status_code == 409
        request = at_work.see(number, "micro_head")["requests"][-1]["id"]
        at_work.do("micro_head", "review", number, request=request, granted=True, reason="同意")
        later = at_work.see(number)["due_at"]
        assert later > first
        assert at_work.see(number)["tasks"][-1]["due_at"] >= later
        first = later
    assert at_work.try_to("member", "ask_extension", number, reason="雨天").status_code == 409
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    too_long = (datetime.now(UTC) + timedelta(days=400)).isoformat()
    assert at_work.try_to("member", "ask_suspension", number, reason="汛期", until=too_long).status_code == 422
    at_work.do("member", "ask_suspension", number, reason="汛期", until=until)
    request = at_work.see(number, "grid_head")["requests"][-1]["id"]
    assert at_work.do("grid_head", "review", number, request=request, granted=True, reason="同意")["state"] == "suspended"
    told = at_work.see(number)
    assert (told["due_at"], told["tasks"][0]["due_at"]) == (None, None)
    assert at_work.do("member", "resume", number)["state"] == "handling"
    assert at_work.see(number)["due_at"] >= later
    assert at_work.try_to("member", "ask_suspension", number, reason="汛期", until=until).status_code == 409


def test_nobody_reviews_their_own_request(at_work: Town) -> None:
    number = at_work.alert()
    at_work.do("micro_head", "accept", number)
    at_work.do("micro_head", "ask_extension", number, reason="雨天")
    request = at_work.see(number, "micro_head")["requests"][-1]["id"]
    assert at_work.try_to("micro_head", "review", number, request=request, granted=True, reason="同意").status_code == 409
    at_work.do("grid_head", "review", number, request=request, granted=False, reason="不同意")
    assert at_work.see(number, "grid_head")["requests"][-1]["state"] == "refused"


@pytest.mark.parametrize(("kind", "may"), [("extension", {"micro_head", "grid_head"}), ("suspension", {"grid_head"})])
def test_who_reviews_what(at_work: Town, kind: str, may: set[str]) -> None:
    for who in ("micro_head", "grid_head", "operator", "member2"):
        number = at_work.alert()
        at_work.do("member", "accept", number)
        until = {"until": (datetime.now(UTC) + timedelta(days=3)).isoformat()} if kind == "suspension" else {}
        at_work.do("member", f"ask_{kind}", number, reason="雨天", **until)
        request = at_work.see(number)["requests"][-1]["id"]
        answer = at_work.try_to(who, "review", number, request=request, granted=True, reason="同意")
        assert answer.status_code == (200 if who in may else 403)


def test_an_appeal_needs_two_who_grant_it(at_work: Town) -> None:
    number = at_work.alert()
    at_work.handled(number)
    at_work.do("operator", "verify", number)
    at_work.do("operator", "close", number)
    assert at_work.try_to("member", "ask_appeal", number, reason="停电").status_code == 409  # It was in time.
    at_work.late(number)
    at_work.do("member", "ask_appeal", number, reason="停电")
    request = at_work.see(number)["requests"][-1]["id"]
    at_work.do("grid_head", "review", number, request=request, granted=True, reason="属实")
    assert at_work.see(number)["exempt"] is False
    assert at_work.try_to("grid_head", "review", number, request=request, granted=True, reason="属实").status_code == 409
    due = at_work.see(number)["due_at"]
    at_work.do("operator", "review", number, request=request, granted=True, reason="属实")
    told = at_work.see(number)
    assert (told["exempt"], told["due_at"]) == (True, due)
    assert at_work.try_to("member", "ask_appeal", number, reason="停电").status_code == 409


def test_an_overdue_limit_is_not_changed(at_work: Town) -> None:
    number = at_work.alert()
    at_work.do("member", "accept", number)
    at_work.do("member", "ask_extension", number, reason="雨天")
    request = at_work.see(number)["requests"][-1]["id"]
    at_work.late(number)
    assert at_work.try_to("micro_head", "review", number, request=request, granted=True, reason="同意").status_code == 409
    at_work.do("micro_head", "review", number, request=request, granted=False, reason="已超期")
    assert at_work.try_to("member", "ask_extension", number, reason="雨天").status_code == 409


def test_merging_keeps_both_and_can_be_taken_back(at_work: Town) -> None:
    one, other = at_work.alert(), at_work.alert()
    assert at_work.do("operator", "merge", other, into=one, reason="同一堆")["state"] == "merged"
    assert at_work.see(one)["alerts"] == 2
    assert at_work.see(one)["merged"] == [other]
    assert at_work.see(other)["merged_into"] == one
    assert at_work.try_to("operator", "merge", one, into=other).status_code == 409
    assert at_work.try_to("operator", "merge", one, into=one).status_code in (409, 422)
    assert at_work.do("operator", "unmerge", other, reason="是两堆")["state"] == "discovered"
    assert at_work.see(one)["alerts"] == 1


def test_what_is_in_no_grid_is_put_somewhere(at_work: Town) -> None:
    number = at_work.alert(at=None, source_code="nonsense")
    assert at_work.see(number)["trays"] == ["unrouted", "triage"]
    assert at_work.try_to("member", "accept", number).status_code == 403
    lon, lat = town.spot(0.5, 0.5)
    at_work.do("operator", "locate", number, location={"lon": lon, "lat": lat, "datum": "wgs84", "address": "示例路1号"})
    category = {"standard_ref": at_work.see(at_work.alert())["category"]["standard_ref"], "kind": "matter", "code": "06010"}
    at_work.do("operator", "classify", number, category=category)
    told = at_work.see(number)
    assert told["trays"] == []
    assert (told["grid"]["code"], told["address"]) == (HERE, "示例路1号")
    assert told["due_at"]
    at_work.do("member", "accept", number)


def test_supervision_is_answered_and_lifted(at_work: Town) -> None:
    number = at_work.alert()
    at_work.do("member", "accept", number)
    due = (datetime.now(UTC) + timedelta(hours=4)).isoformat()
    at_work.do("operator", "supervise", number, kind="leader", text="请尽快", reply_due_at=due)
    order = at_work.see(number)["supervisions"][0]["id"]
    at_work.do("member", "answer_supervision", number, supervision=order, text="今天完成")
    assert at_work.try_to("member", "answer_supervision", number, supervision=order, text="又").status_code == 409
    at_work.do("operator", "lift_supervision", number, supervision=order)


@pytest.mark.parametrize("action", ["void", "comment"])
def test_void_and_remarks(at_work: Town, action: str) -> None:
    number = at_work.alert()
    if action == "void":
        at_work.do("member", "accept", number)
        assert at_work.do("operator", "void", number, reason="误报")["state"] == "void"
        assert [task["state"] for task in at_work.see(number)["tasks"]] == ["withdrawn"]
        assert at_work.try_to("operator", "void", number, reason="误报").status_code == 409
    else:
        assert at_work.do("member", "comment", number, text="看过了 @operator", etag=None)["state"] == "discovered"
        (remark,) = at_work.see(number)["comments"]
        assert (remark["text"], remark["mentions"]) == ("看过了 @operator", ["operator"])
        (newest, *_) = at_work.clients["operator"].get("/api/v1/inbox").get_json()["notices"]
        assert (newest["kind"], newest["case"]) == ("mention", number)
