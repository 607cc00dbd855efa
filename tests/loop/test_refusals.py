"""A refusal says how the case stands, what its reader may do instead, and who may do what; and what is offered is not refused."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from gridmap.accounts import keys
from gridmap.accounts.rights import KeyScope
from gridmap.http.state import state
from tests import callers
from tests.loop.crew_at_work import Town


@pytest.mark.parametrize(
    ("who", "action"),
    [
        ("auditor", "accept"),  # A role that may nowhere,
        ("stranger", "accept"),  # elsewhere,
        ("chengguan", "accept"),  # or if it had a task.
        ("member", "verify"),
    ],
)
def test_forbidden_says_what_else_and_who(at_work: Town, who: str, action: str) -> None:
    number = at_work.alert()
    answer = at_work.try_to(who, action, number)
    told = answer.get_json()
    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
    assert told["state"] == "discovered"
    assert told["allowed"] == at_work.see(number, who)["allowed"]
    assert action not in told["allowed"]
    assert told["who"]["accept"] == ["micro-grid member", "micro-grid head", "grid head", "department handler"]
    assert "verify" not in told["who"], "nobody can, as it stands"


def test_an_action_there_is_none_of(at_work: Town) -> None:
    number = at_work.alert()
    answer = at_work.try_to("member", "celebrate", number)
    told = answer.get_json()
    assert answer.status_code == 409
    assert "celebrate" in told["detail"]
    assert (told["state"], told["allowed"]) == ("discovered", at_work.see(number, "member")["allowed"])
    assert at_work.try_to("member", "celebrate", "20200101-000001").status_code == 404
    assert at_work.try_to("nobody", "celebrate", number).status_code in (400, 401)


def test_who_may_not_read_cases_is_told_nothing_of_this_one(at_work: Town) -> None:
    number = at_work.alert()
    with state(at_work.app).sessions.begin() as session:
        secret = _sending_only(session)
    client = callers.with_key(at_work.app, secret)
    answer = client.post(f"/api/v1/cases/{number}/actions/accept", json={}, headers={"If-Match": "*"})
    assert answer.status_code == 403
    assert "state" not in answer.get_json()


def _sending_only(session: Session) -> str:
    return keys.create(session, "sends only", actor="test", scopes=[KeyScope.ALERTS])


def test_only_what_something_calls_for_is_offered(at_work: Town) -> None:
    number = at_work.alert()
    moot = {"review", "answer_supervision", "lift_supervision", "ask_extension", "ask_appeal"}
    for who in ("member", "micro_head", "grid_head", "operator"):
        assert not moot & set(at_work.see(number, who)["allowed"]), who
    at_work.do("member", "accept", number)
    at_work.do("member", "ask_extension", number, reason="雨天")
    assert "ask_extension" not in at_work.see(number, "member")["allowed"]
    offered = {
        who for who in at_work.clients if who not in ("nobody", "device") and "review" in at_work.see(number, who)["allowed"]
    }
    assert offered == {"micro_head", "grid_head", "town_head"}, "an operator does not review extensions"
    request = at_work.see(number)["requests"][-1]["id"]
    at_work.do("micro_head", "review", number, request=request, granted=True, reason="同意")
    assert "review" not in at_work.see(number, "micro_head")["allowed"]
    due = (datetime.now(UTC) + timedelta(hours=4)).isoformat()
    at_work.do("operator", "supervise", number, kind="leader", text="请尽快", reply_due_at=due)
    assert "answer_supervision" in at_work.see(number, "member")["allowed"]
    order = at_work.see(number)["supervisions"][0]["id"]
    at_work.do("member", "answer_supervision", number, supervision=order, text="今天完成")
    assert "answer_supervision" not in at_work.see(number, "member")["allowed"]
    assert "lift_supervision" in at_work.see(number, "operator")["allowed"]
    at_work.do("member", "start", number)
    assert "start" not in at_work.see(number, "member")["allowed"]
    at_work.late(number)
    assert not {"ask_extension", "ask_suspension"} & set(at_work.see(number, "member")["allowed"])


def test_an_appeal_is_offered_to_its_two_reviewers_once_each(at_work: Town) -> None:
    number = at_work.alert()
    at_work.handled(number)
    at_work.do("operator", "verify", number)
    at_work.do("operator", "close", number)
    assert "ask_appeal" not in at_work.see(number, "member")["allowed"]
    at_work.late(number)
    assert "ask_appeal" in at_work.see(number, "member")["allowed"]
    at_work.do("member", "ask_appeal", number, reason="停电")
    request = at_work.see(number)["requests"][-1]["id"]
    at_work.do("operator", "review", number, request=request, granted=True, reason="属实")
    assert "review" not in at_work.see(number, "operator")["allowed"]
    assert "review" in at_work.see(number, "operator2")["allowed"]


def test_whose_request_it_is_and_who_may_review_which(at_work: Town) -> None:
    number = at_work.alert()
    at_work.do("micro_head", "accept", number)
    at_work.do("micro_head", "ask_extension", number, reason="雨天")
    until = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    at_work.do("micro_head", "ask_suspension", number, reason="等材料", until=until)
    extension, suspension = (one["id"] for one in at_work.see(number)["requests"])
    reviewed = {who: at_work.see(number, who)["to_review"] for who in ("micro_head", "grid_head", "operator", "member")}
    assert reviewed == {"micro_head": [], "grid_head": [extension, suspension], "operator": [], "member": []}
