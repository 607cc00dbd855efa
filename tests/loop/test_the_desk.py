"""What the operator's desk asks: forms from the table, advice whom to hand a case to, one action on many cases."""

from typing import Any

from sqlalchemy import text

from gridmap.api.action_bodies import BODIES
from gridmap.cases.workflow import TABLE, Action
from gridmap.http.state import state
from tests.loop.crew_at_work import HERE, Town


def test_forms_are_the_table(at_work: Town) -> None:
    told = at_work.clients["member"].get("/api/v1/actions").get_json()["actions"]
    assert [form["action"] for form in told] == [action.value for action in BODIES]
    for form in told:
        row = TABLE[Action(form["action"])]
        assert [field["name"] for field in form["fields"] if field["needed"]] == list(row.needs)
        assert [field["name"] for field in form["fields"] if not field["needed"]] == list(row.may)
    finish = next(form for form in told if form["action"] == "finish")
    assert finish["fields"][0] == {
        "name": "result",
        "needed": True,
        "value": {"type": "string", "minLength": 1, "maxLength": 2000},
    }


def test_categories_with_their_conditions(at_work: Town) -> None:
    (category,) = at_work.clients["operator"].get("/api/v1/categories").get_json()["categories"]
    assert category["code"] == "06010"
    assert isinstance(category["conditions"], list)


def advice(town: Town, number: str, who: str = "operator") -> list[dict[str, Any]]:
    """The picks somebody gets."""
    answer = town.clients[who].get(f"/api/v1/cases/{number}/advice")
    assert answer.status_code == 200, answer.text
    picks: list[dict[str, Any]] = answer.get_json()["picks"]
    return picks


def test_advice_names_teams_and_departments_with_reasons(at_work: Town) -> None:
    number = at_work.alert()
    picks = advice(at_work, number)
    assert {"grid": HERE, "team": "work"} in [pick["to"] for pick in picks] or {"grid": HERE, "team": "volunteer"} in [
        pick["to"] for pick in picks
    ]
    assert {"department": "chengguan"} in [pick["to"] for pick in picks]
    assert all(pick["reasons"] for pick in picks if "department" not in pick["to"])


def test_the_department_that_owns_the_category_comes_first(at_work: Town) -> None:
    number = at_work.alert()
    with state(at_work.app).sessions.begin() as session:
        owner = at_work.department_ids["shuiwu"]
        session.execute(text("INSERT INTO category_owner SELECT id, :d FROM category"), {"d": owner})
    try:
        before = advice(at_work, number)[0]
        assert before["to"] == {"department": "shuiwu"}
        assert before["reasons"] == [{"zh": "此类案件的主管部门", "en": "answers for cases of this category"}]
        at_work.do("operator", "dispatch", number, to=[before["to"]])
        after = advice(at_work, number)[0]
        assert after["has"] is True
        assert after["load"] == before["load"] + 1
    finally:
        with state(at_work.app).sessions.begin() as session:
            session.execute(text("DELETE FROM category_owner"))


def test_advice_is_for_those_in_whose_scope_the_case_lies(at_work: Town) -> None:
    number = at_work.alert()
    for who, status in (("member", 200), ("stranger", 403), ("auditor", 403), ("nobody", 401)):
        assert at_work.clients[who].get(f"/api/v1/cases/{number}/advice").status_code == status, who


def test_advice_for_a_case_without_a_place(at_work: Town) -> None:
    number = at_work.alert(at=None)
    assert all("department" in pick["to"] for pick in advice(at_work, number))


def bulk(
    town: Town, who: str, action: str, numbers: list[str], *, key: str | None = None, **told: object
) -> tuple[int, dict[str, Any]]:
    """Somebody acts on several cases as they stand."""
    cases = [{"number": number, "version": town.see(number)["version"]} for number in numbers]
    headers = {"Idempotency-Key": key} if key else {}
    answer = town.clients[who].post("/api/v1/cases/bulk", json={"action": action, "cases": cases, "told": told}, headers=headers)
    return answer.status_code, answer.get_json()


def test_one_that_cannot_be_changed_holds_up_no_other(at_work: Town) -> None:
    ready, waiting = at_work.alert(), at_work.alert()
    at_work.handled(ready)
    status, told = bulk(at_work, "operator", "verify", [ready, waiting])
    assert status == 200
    assert told["done"] == 1
    assert [(one["status"], one["state"]) for one in told["outcomes"]] == [(200, "rating"), (409, None)]
    assert told["outcomes"][1]["detail"]
    assert at_work.see(ready)["state"] == "rating"
    assert at_work.see(waiting)["version"] == 0


def test_dispatching_several_gives_each_its_task(at_work: Town) -> None:
    numbers = [at_work.alert(), at_work.alert()]
    _, told = bulk(at_work, "operator", "dispatch", numbers, to=[{"department": "chengguan"}], note="一起办")
    assert told["done"] == 2
    assert all(at_work.see(number)["tasks"][0]["department"] == "chengguan" for number in numbers)


def test_a_version_nobody_has_seen_is_refused(at_work: Town) -> None:
    number = at_work.alert()
    body = {"action": "void", "cases": [{"number": number, "version": 7}], "told": {"reason": "误报"}}
    told = at_work.clients["operator"].post("/api/v1/cases/bulk", json=body).get_json()
    assert told["outcomes"][0]["status"] == 409


def test_twice_with_the_same_key_is_once(at_work: Town) -> None:
    number = at_work.alert()
    cases = [{"number": number, "version": 0}]
    for _ in range(2):
        body = {"action": "void", "cases": cases, "told": {"reason": "误报"}}
        told = at_work.clients["operator"].post("/api/v1/cases/bulk", json=body, headers={"Idempotency-Key": "b-1"}).get_json()
        assert told["outcomes"][0]["status"] == 200
    assert at_work.see(number)["version"] == 1


def test_what_is_told_is_checked_once_for_all(at_work: Town) -> None:
    status, told = bulk(at_work, "operator", "void", [at_work.alert()])
    assert status == 422
    assert told["errors"][0]["field"] == "told.reason"


def test_bulk_is_the_operators(at_work: Town) -> None:
    assert bulk(at_work, "member", "verify", [at_work.alert()])[0] == 403


def test_favourites_are_ones_own(at_work: Town) -> None:
    number = at_work.alert()
    client = at_work.clients["member"]
    for _ in range(2):
        assert client.put(f"/api/v1/cases/{number}/favourite").get_json() == {"number": number, "favourite": True}
    assert client.get("/api/v1/favourites").get_json()["cases"][0] == number
    assert number not in at_work.clients["operator"].get("/api/v1/favourites").get_json()["cases"]
    assert at_work.clients["stranger"].put(f"/api/v1/cases/{number}/favourite").status_code == 403
    for _ in range(2):
        assert client.delete(f"/api/v1/cases/{number}/favourite").get_json()["favourite"] is False
    assert number not in client.get("/api/v1/favourites").get_json()["cases"]


def test_who_else_looks_is_named_in_ones_scope_only(at_work: Town) -> None:
    number = at_work.alert()
    address = f"/api/v1/cases/{number}/presence"
    assert at_work.clients["operator"].put(address, json={"doing": "dispatch"}).get_json() == {"others": []}
    (seen,) = at_work.clients["member"].put(address, json={}).get_json()["others"]
    assert (seen["username"], seen["doing"]) == ("operator", "dispatch")
    outside = at_work.clients["stranger"].put(address, json={}).get_json()["others"]
    assert all("username" not in one and "name" not in one for one in outside)
    assert len(outside) == 2
    assert at_work.clients["operator"].delete(address).status_code == 204
    assert len(at_work.clients["stranger"].put(address, json={}).get_json()["others"]) == 1


def test_who_falls_silent_is_gone(at_work: Town) -> None:
    number = at_work.alert()
    address = f"/api/v1/cases/{number}/presence"
    at_work.clients["operator"].put(address, json={})
    with state(at_work.app).sessions.begin() as session:
        session.execute(text("UPDATE case_presence SET seen_at = seen_at - interval '46 seconds'"))
    assert at_work.clients["member"].put(address, json={}).get_json() == {"others": []}


def test_filters_are_kept_under_ones_own_names(at_work: Town) -> None:
    client = at_work.clients["auditor"]
    assert client.put("/api/v1/filters/我的超时", json={"filter": "queue=overdue"}).status_code == 200
    told = client.put("/api/v1/filters/我的超时", json={"filter": "queue=soon"}).get_json()
    assert told == {"filters": [{"name": "我的超时", "filter": "queue=soon"}]}
    assert at_work.clients["operator"].get("/api/v1/filters").get_json() == {"filters": []}
    assert client.put(f"/api/v1/filters/{'长' * 61}", json={"filter": ""}).status_code == 422
    assert client.delete("/api/v1/filters/我的超时").get_json() == {"filters": []}


def test_favourites_and_filters_come_to_an_end(at_work: Town) -> None:
    client = at_work.clients["planner"]
    for number in range(50):
        assert client.put(f"/api/v1/filters/{number}", json={"filter": ""}).status_code == 200
    assert client.put("/api/v1/filters/50", json={"filter": ""}).status_code == 409
    assert client.put("/api/v1/filters/49", json={"filter": "day=1"}).status_code == 200
