"""GET /api/v1/tasks/mine: to each what is theirs to do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from gridmap.accounts.rights import Role
from gridmap.http.state import state
from tests import callers
from tests.loop.crew_at_work import HERE, Town

Items = list[dict[str, Any]]


def mine(at_work: Town, who: str) -> Items:
    answer = at_work.clients[who].get("/api/v1/tasks/mine")
    assert answer.status_code == 200, answer.text
    items: Items = answer.get_json()["items"]
    return items


def of(items: Items, number: str) -> dict[str, Any]:
    (found,) = [item for item in items if item["case"]["properties"]["number"] == number]
    return found


def numbers(items: Items) -> list[str]:
    return [item["case"]["properties"]["number"] for item in items]


def test_a_case_of_my_grid_becomes_mine_when_i_take_it(at_work: Town) -> None:
    number = at_work.alert()
    found = of(mine(at_work, "member"), number)
    assert (found["group"], found["task"]) == ("grid", None)
    assert {"accept", "hand_up", "self_handle"} <= set(found["allowed"])
    assert "dispatch" not in found["allowed"]
    assert number not in numbers(mine(at_work, "stranger"))
    assert found["etag"] == at_work.etag(number, "member")
    answer = at_work.try_to("member", "accept", number, etag=found["etag"])
    assert answer.status_code == 200, answer.text
    found = of(mine(at_work, "member"), number)
    assert (found["group"], found["task"]["state"]) == ("held", "accepted")
    assert {"start", "finish", "hand_back"} <= set(found["allowed"])
    assert number not in numbers(mine(at_work, "member2")), "it is taken"


def test_a_department_sees_what_its_people_have_in_hand(at_work: Town) -> None:
    number, department = at_work.alert(), at_work.department_ids["chengguan"]
    at_work.do("micro_head", "dispatch", number, to=[{"department": "chengguan"}])
    colleague = callers.signed_in(at_work.app, Role.HANDLER, department_id=department)
    listed = colleague.get("/api/v1/tasks/mine").get_json()
    assert (listed["beside"], of(listed["items"], number)["group"]) == (["department"], "waiting")
    at_work.do("chengguan", "accept", number)
    found = of(colleague.get("/api/v1/tasks/mine").get_json()["items"], number)
    assert (found["group"], found["task"], "finish" in found["allowed"]) == ("department", None, False)
    assert of(mine(at_work, "chengguan"), number)["group"] == "held"
    assert number not in numbers(mine(at_work, "shuiwu"))
    at_work.do("chengguan", "finish", number, result="好了", evidence=[at_work.photo(number)])
    assert number not in numbers(colleague.get("/api/v1/tasks/mine").get_json()["items"])
    assert at_work.clients["member"].get("/api/v1/tasks/mine").get_json()["beside"] == ["grid"]


def test_who_was_named_finds_it_waiting(at_work: Town) -> None:
    number = at_work.alert()
    with state(at_work.app).sessions.begin() as session:
        session.execute(
            text("UPDATE cases SET person_id = (SELECT person_id FROM account WHERE username = 'member') WHERE number = :n"),
            {"n": number},
        )
    assert of(mine(at_work, "member"), number)["group"] == "waiting"
    assert of(mine(at_work, "member2"), number)["group"] == "grid"


def test_a_head_consults_hands_out_and_looks_again(at_work: Town) -> None:
    number = at_work.alert()
    at_work.do("member", "hand_up", number, reason="需要部门")
    found = of(mine(at_work, "micro_head"), number)
    assert found["group"] == "grid"
    assert {"consult", "dispatch", "hand_up"} <= set(found["allowed"])
    at_work.do("micro_head", "dispatch", number, to=[{"department": "chengguan"}])
    found = of(mine(at_work, "chengguan"), number)
    assert (found["group"], found["task"]["state"], "accept" in found["allowed"]) == ("waiting", "waiting", True)
    assert number not in numbers(mine(at_work, "shuiwu"))
    at_work.do("chengguan", "accept", number)
    at_work.do("chengguan", "finish", number, result="已清", evidence=[at_work.photo(number)])
    assert "verify" in of(mine(at_work, "micro_head"), number)["allowed"]
    assert number not in numbers(mine(at_work, "chengguan"))


def test_a_team_task_waits_for_its_members(at_work: Town) -> None:
    number = at_work.alert()
    at_work.do("micro_head", "dispatch", number, to=[{"grid": HERE, "team": "work"}], note="请生态养护员处理")
    found = of(mine(at_work, "member2"), number)
    assert (found["group"], found["task"]["note"]) == ("waiting", "请生态养护员处理")


def test_what_is_asked_for_waits_with_whom_may_decide_it(at_work: Town) -> None:
    number = at_work.alert()
    at_work.do("micro_head", "dispatch", number, to=[{"grid": HERE, "team": "work"}])
    at_work.do("member2", "accept", number)
    assert number not in numbers(mine(at_work, "micro_head")), "it is with a member"
    at_work.do("member2", "ask_extension", number, reason="等待配件")
    assert "review" in of(mine(at_work, "micro_head"), number)["allowed"]
    (asked,) = at_work.see(number, "micro_head")["requests"]
    at_work.do("micro_head", "review", number, request=asked["id"], granted=True, reason="同意")
    assert number not in numbers(mine(at_work, "micro_head"))
    until = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    at_work.do("member2", "ask_suspension", number, reason="等待立项", until=until)
    assert number not in numbers(mine(at_work, "micro_head")), "a suspension is the village's head's to grant"
    assert number in numbers(mine(at_work, "grid_head"))
    assert number not in numbers(mine(at_work, "stranger"))


def test_mine_first_and_the_soonest_due_first(at_work: Town) -> None:
    late, soon = at_work.alert(), at_work.alert()
    with state(at_work.app).sessions.begin() as session:
        session.execute(text("UPDATE cases SET due_at = now() - interval '1 day' WHERE number = :n"), {"n": soon})
    at_work.do("member", "accept", late)
    found = numbers(mine(at_work, "member"))
    assert found.index(late) < found.index(soon)
    items = [item for item in mine(at_work, "member") if item["group"] == "grid"]
    due = [item["case"]["properties"]["due_at"] or "9" for item in items]
    assert due == sorted(due)
    assert numbers(items)[0] == soon


def test_what_lies_in_no_grid_is_the_town_s(at_work: Town) -> None:
    number = at_work.alert(at=None)
    assert number in numbers(mine(at_work, "town_head"))
    assert number not in numbers(mine(at_work, "grid_head"))


@pytest.mark.parametrize("who", ["auditor", "administrator", "planner"])
def test_who_handles_nothing_has_no_list(at_work: Town, who: str) -> None:
    assert at_work.clients[who].get("/api/v1/tasks/mine").status_code == 403
    assert at_work.clients[who].get("/m").status_code == 403


def test_its_cost_does_not_grow_with_the_list(at_work: Town) -> None:
    def statements() -> int:
        asked: list[str] = []
        engine = state(at_work.app).engine

        def count(_c: object, _d: object, statement: str, *_: object) -> None:
            asked.append(statement)

        event.listen(engine, "before_cursor_execute", count)
        mine(at_work, "micro_head")
        event.remove(engine, "before_cursor_execute", count)
        return len(asked)

    before = statements()
    for _ in range(5):
        at_work.do("micro_head", "dispatch", at_work.alert(), to=[{"department": "shuiwu"}])
        at_work.alert()
    assert statements() == before
