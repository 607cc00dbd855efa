"""Every role inside and outside of its scope, through HTTP: each cell of the table is tried, or says why it can't be."""

from typing import Any, NamedTuple

import pytest

from gridmap.accounts.rights import ACCOUNT_ROLES, RIGHTS, Grant, Role, Where
from gridmap.api.action_bodies import BODIES
from gridmap.cases.workflow import Action
from gridmap.http.state import state
from tests import callers, town
from tests.http.stage import CASE, MICRO, Stage, refused

WORDS: dict[str, Any] = {
    "to": [{"department": "repairs"}],
    "evidence": [1],
    "participants": ["示例甲"],
    "category": {"standard_ref": town.STANDARD, "kind": "matter", "code": "06010"},
    "location": {"lon": 121.405, "lat": 31.605, "datum": "wgs84"},
    "until": "2027-01-01T00:00:00+08:00",
    "reply_due_at": "2027-01-01T00:00:00+08:00",
    "request": 1,
    "supervision": 1,
    "granted": True,
    "into": "20200101-000001",
    "kind": "focus",
}


def body_of(action: Action) -> dict[str, Any]:
    """The least that an action must be told."""
    needed = [name for name, field in BODIES[action].model_fields.items() if field.is_required()]
    return {name: WORDS.get(name, "示例") for name in needed}


@pytest.mark.parametrize("action", sorted(BODIES))
def test_an_action_on_a_case_is_for_those_in_whose_scope_it_lies(stage: Stage, action: Action) -> None:
    right, path = RIGHTS[f"case.{action}"], f"/api/v1/cases/{CASE}/actions/{action}"
    for role in sorted(right.roles & ACCOUNT_ROLES):
        answer = stage.ask(stage.beside(role), "POST", path, body_of(action))
        assert answer.status_code == 403, (role, answer.text)
        assert refused(answer), role
        answer = stage.ask(stage.within(role), "POST", path, body_of(action))
        # Not as the case stands, not without its version: but never for want of the role.
        assert answer.status_code in (200, 403, 409, 422, 428), (role, answer.text)
        assert not refused(answer), (role, answer.text)


class Try(NamedTuple):
    """A request about the south-western micro-grid, or about the whole town."""

    deed: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    of_the_town: bool = False
    but: frozenset[Role] = frozenset()  # Asked about a grid, where a department's people never are.


SEAT = {"shift": 1, "day": "2026-03-04"}
TRIES = (
    Try("accounts.read", "GET", "/admin/accounts", of_the_town=True),
    Try("accounts.read", "GET", "/admin/accounts/nobody", of_the_town=True),
    Try("accounts.manage", "POST", "/admin/accounts", {"username": "x"}, of_the_town=True),
    *(
        Try("accounts.manage", "POST", f"/admin/accounts/nobody/{deed}", {}, of_the_town=True)
        for deed in ("change", "grants", "grants/1/revoke", "reset", "second-factor/remove", "disable", "enable")
    ),
    Try("accounts.read", "GET", "/api/v1/accounts", of_the_town=True),
    Try("accounts.read", "GET", "/api/v1/accounts/nobody", of_the_town=True),
    Try("accounts.manage", "POST", "/api/v1/accounts", {"username": "x!"}, of_the_town=True),
    Try("accounts.manage", "POST", "/api/v1/accounts/nobody/change", {"name": "x"}, of_the_town=True),
    Try("accounts.manage", "POST", "/api/v1/accounts/nobody/grants", {"role": "member"}, of_the_town=True),
    *(
        Try("accounts.manage", "POST", f"/api/v1/accounts/nobody/{deed}", {}, of_the_town=True)
        for deed in ("grants/1/revoke", "reset", "second-factor/remove", "disable", "enable")
    ),
    Try("keys.read", "GET", "/api/v1/keys", of_the_town=True),
    Try("keys.manage", "POST", "/api/v1/keys", {"name": " ", "scopes": ["read"]}, of_the_town=True),
    Try("keys.manage", "POST", "/api/v1/keys/revoke", {"name": "none"}, of_the_town=True),
    Try("keys.read", "GET", "/admin/keys", of_the_town=True),
    Try("keys.manage", "POST", "/admin/keys", {"name": ""}, of_the_town=True),
    Try("keys.manage", "POST", "/admin/keys/revoke", {"name": "none"}, of_the_town=True),
    Try("people.read", "GET", f"/api/v1/people?grid={MICRO}", but=frozenset({Role.HANDLER})),
    Try("people.read", "GET", f"/people?grid={MICRO}", but=frozenset({Role.HANDLER})),
    Try("people.change", "POST", "/api/v1/people", {"ref": "x y", "name": "示例"}, of_the_town=True),
    Try("people.change", "POST", "/people", {"ref": "x y", "name": "示例"}, of_the_town=True),
    Try("people.change", "POST", f"/grids/{MICRO}/people", {"ref": "nobody"}),
    Try("people.change", "POST", "/api/v1/people/nobody/posts", {"grid": MICRO, "kind": "nothing"}),
    Try("roster.change", "POST", f"/grids/{MICRO}/roster/shifts", {}),
    Try("roster.swap", "POST", f"/api/v1/rosters/{MICRO}/swaps", {"one": SEAT, "other": SEAT, "reason": "示例"}),
    Try("roster.swap", "POST", f"/grids/{MICRO}/roster/swaps", {}),
    Try("department.change", "POST", "/api/v1/departments", {"code": "No!", "name": "示例"}, of_the_town=True),
    Try("department.change", "POST", "/departments/nothing/close", {}, of_the_town=True),
    Try("evidence.read", "GET", f"/api/v1/cases/{CASE}/evidence/1/original"),
    Try("case.advice", "GET", f"/api/v1/cases/{CASE}/advice"),
    Try("case.favourite", "PUT", f"/api/v1/cases/{CASE}/favourite"),
    Try("rating.invite", "GET", f"/api/v1/cases/{CASE}/rating-links"),
)
# What is shown inside of a scope and left out beside it, rather than refused.
SHOWN = {
    ("people.read", "/api/v1/people/T0001"): "演示人1",
    ("people.read", "/people/T0001"): "Demo Person 1",
    ("reporter.read", f"/api/v1/cases/{CASE}"): "示例居民",
}
ELSEWHERE = {
    "case.review_extension": "asked beside case.review where such a request stands: tests/loop/test_story.py",
    "case.review_suspension": "the same",
    "case.review_appeal": "the same",
    "case.bulk": "answers for each case: test_bulk_is_for_cases_in_scope",
    # A plan has to stand before anybody can be beside its ground; only planners are tried there so far.
    **dict.fromkeys(
        ("grids.plan", "grids.publish", "plan.read", "plan.comment", "plan.approve"), "tests/plans/test_through_the_api.py"
    ),
}


def test_no_cell_is_left_out() -> None:
    tried = {f"case.{action}" for action in BODIES} | {one.deed for one in TRIES} | {deed for deed, _ in SHOWN} | set(ELSEWHERE)
    assert {deed for deed, right in RIGHTS.items() if right.where is not Where.ANYWHERE} - tried == set()
    left_out = {(one.deed, role) for one in TRIES for role in one.but}
    assert left_out <= {(deed, role) for deed, _ in SHOWN for role in RIGHTS[deed].roles}, (
        "who has no grid is tried by what is shown"
    )


@pytest.mark.parametrize("one", TRIES, ids=lambda one: f"{one.method} {one.path}")
def test_a_deed_is_for_those_whose_scope_covers_it(stage: Stage, one: Try) -> None:
    for role in sorted((RIGHTS[one.deed].roles & ACCOUNT_ROLES) - one.but):
        answer = stage.ask(stage.beside(role, of_the_town=one.of_the_town), one.method, one.path, one.body)
        assert refused(answer), (role, answer.text)
        answer = stage.ask(stage.within(role, of_the_town=one.of_the_town), one.method, one.path, one.body)
        assert answer.status_code != 403, (role, answer.text)
        assert not refused(answer)


@pytest.mark.parametrize(("deed", "path"), SHOWN)
def test_what_is_shown_to_those_whose_scope_covers_it(stage: Stage, deed: str, path: str) -> None:
    for role in sorted(ACCOUNT_ROLES):
        there = SHOWN[deed, path] in stage.ask(stage.within(role), "GET", path).text
        assert there is (role in RIGHTS[deed].roles), role
        assert SHOWN[deed, path] not in stage.ask(stage.beside(role), "GET", path).text, role


def test_bulk_is_for_cases_in_scope(stage: Stage) -> None:
    body = {"action": "void", "told": {"reason": "示例"}, "cases": [{"number": stage.case, "version": 10**6}]}
    for operator, outside in ((stage.beside(Role.OPERATOR), True), (stage.within(Role.OPERATOR), False)):
        (outcome,) = stage.ask(operator, "POST", "/api/v1/cases/bulk", body).get_json()["outcomes"]
        assert (outcome["status"] == 403) is outside, outcome


def test_who_sees_names_and_phones(stage: Stage) -> None:
    with state(stage.app).sessions.begin() as session:
        found = {}
        for name, grants in {"far": [Grant(Role.MEMBER, town.micro(2, 1))], "near": [Grant(Role.GRID_HEAD, town.TOWN)]}.items():
            found[name] = callers.account(session, *grants)
    far, near = (callers.signed_in_as(stage.app, found[name]) for name in ("far", "near"))
    heads = [client.get(f"/api/v1/grids/{town.TOWN}").get_json()["head"]["name"] for client in (far, near)]
    assert heads == ["", "示例总网格长"]
    layers = [client.get("/api/v1/grids.geojson?level=town") for client in (far, near)]
    assert layers[0].headers["ETag"] != layers[1].headers["ETag"], "one's answer is not valid for the other"
