"""People, teams, rosters and departments through the API: what it tells whom, and what it lets whom change."""

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts.rights import Role
from gridmap.http.state import state
from tests import callers, town
from tests.people import crew
from tests.people.stage import HERE, NOW

THERE = town.micro(2, 2)
pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def peopled(app: APIFlask) -> APIFlask:
    """The application with two members and a head in one micro-grid; the first is on duty, the second in the evening."""
    with state(app).sessions.begin() as session:
        crew.kinds(session)
        crew.team(session, HERE)
    return app


@pytest.fixture
def administrator(peopled: APIFlask) -> FlaskClient:
    return callers.signed_in(peopled, Role.ADMINISTRATOR)


def post_id(app: APIFlask, ref: str) -> int:
    with state(app).sessions() as session:
        return int(_post_of(session, ref))


def _post_of(session: Session, ref: str) -> int:
    from gridmap.people import lookup  # noqa: PLC0415  # for this alone

    return lookup.posts_of(session, lookup.person(session, ref).id)[0][0].id


def test_teams_and_who_is_on_duty(administrator: FlaskClient) -> None:
    teams = administrator.get(f"/api/v1/grids/{HERE}/teams").get_json()
    assert (teams["head"]["person"]["name"], teams["head"]["team"]) == ("演示人3", None)
    assert [one["person"]["ref"] for one in teams["teams"]["management"]] == ["T0001"]
    assert [one["kind"]["name"] for one in teams["teams"]["work"]] == ["生态养护员"]
    (duty,) = administrator.get(f"/api/v1/grids/{HERE}/on-duty").get_json()["on_duty"]
    assert (duty["name"], duty["reason"], duty["until"]) == ("演示人1", "shift", "2026-03-03T08:00:00Z")
    night = administrator.get(f"/api/v1/grids/{HERE}/on-duty?at=2026-03-03T23:00:00%2B08:00").get_json()["on_duty"]
    assert [(one["ref"], one["reason"], one["team"]) for one in night] == [("T0003", "head", None)]
    before = administrator.get(f"/api/v1/grids/{HERE}/teams?at=2025-03-03T23:00:00Z").get_json()
    assert (before["head"], before["heads"], before["teams"]["work"]) == (None, [], [])


@pytest.mark.parametrize(
    ("role", "grid", "sees"),
    [
        (Role.MEMBER, HERE, True),
        (Role.GRID_HEAD, town.village(1), True),
        (Role.OPERATOR, town.TOWN, True),
        (Role.AUDITOR, town.TOWN, True),
        (Role.MEMBER, THERE, False),
        (Role.GRID_HEAD, town.village(2), False),
        (Role.PLANNER, town.TOWN, False),
    ],
)
def test_names_are_for_those_in_scope(peopled: APIFlask, role: Role, grid: str, sees: bool) -> None:
    asking = callers.signed_in(peopled, role, grid)
    for path in (f"/api/v1/grids/{HERE}/teams", f"/api/v1/grids/{HERE}/on-duty", f"/api/v1/rosters/{HERE}"):
        answer = asking.get(path)
        assert answer.status_code == 200
        assert ("演示人1" in answer.get_data(as_text=True)) == sees
        assert ("5550" in answer.get_data(as_text=True)) == (sees and "on-duty" not in path)
    assert asking.get(f"/api/v1/people?grid={HERE}").status_code == (200 if sees else 403)
    assert asking.get("/api/v1/people/T0001").status_code == (200 if sees else 403 if role is Role.PLANNER else 404)


def test_a_key_reads_no_names(peopled: APIFlask, key: str) -> None:
    machine = callers.with_key(peopled, key)
    told = machine.get(f"/api/v1/grids/{HERE}/teams").get_json()["head"]["person"]
    assert {name for name, value in told.items() if value is not None} == {"ref"}
    assert machine.get(f"/api/v1/people?grid={HERE}").status_code == 403


def test_a_grids_card_names_who_heads_it_now(administrator: FlaskClient) -> None:
    before = administrator.get(f"/api/v1/grids/{HERE}").get_json()["head"]
    assert (before["name"], before["phone"], before["duties"]) == ("演示人3", "021-5550-9003", [])
    body = {"grid": HERE, "kind": "micro_head", "duties": ["informant", "patrol"], "instead": True}
    assert administrator.post("/api/v1/people/T0001/posts", json=body).status_code == 201
    after = administrator.get(f"/api/v1/grids/{HERE}").get_json()["head"]
    assert (after["name"], [duty["code"] for duty in after["duties"] if duty["head_function"]]) == ("演示人1", ["informant"])
    assert administrator.get(f"/api/v1/grids/{THERE}").get_json()["head"]["name"] == "", "nobody, and the file names nobody"


def test_people_page_by_page(administrator: FlaskClient) -> None:
    first = administrator.get("/api/v1/people?limit=2").get_json()
    assert ([one["ref"] for one in first["people"]], first["next"]) == (["T0001", "T0002"], "T0002")
    assert [one["ref"] for one in administrator.get("/api/v1/people?limit=2&after=T0002").get_json()["people"]] == ["T0003"]
    assert [one["ref"] for one in administrator.get("/api/v1/people?q=person 2").get_json()["people"]] == ["T0002"]
    assert administrator.get("/api/v1/people?q=%25").get_json()["people"] == []
    assert administrator.get(f"/api/v1/people?grid={THERE}").get_json()["people"] == []


def test_somebody_from_first_to_last(administrator: FlaskClient) -> None:
    made = administrator.post("/api/v1/people", json={"ref": "N-1", "name": "演示新", "phone": "021-5550-0009"})
    assert made.status_code == 201
    assert administrator.post("/api/v1/people", json={"ref": "N-1", "name": "演示新"}).status_code == 409
    body = {"grid": THERE, "kind": "micro_head", "duties": ["informant"]}
    appointed = administrator.post("/api/v1/people/N-1/posts", json=body)
    assert appointed.status_code == 201
    clash = administrator.post("/api/v1/people/T0001/posts", json=body)
    assert (clash.status_code, clash.get_json()["detail"]) == (409, "演示新 heads this grid in that time: 2026-03-03 09:00 – …")
    past = administrator.post(
        "/api/v1/people/N-1/posts", json={"grid": HERE, "kind": "party_member", "since": "2026-01-02T00:00:00Z"}
    )
    assert (past.status_code, past.get_json()["errors"][0]["field"]) == (422, "reason")
    number, tag = appointed.get_json()["id"], appointed.headers["ETag"]
    duty = f"/api/v1/people/N-1/posts/{number}/duties"
    given = administrator.post(duty, json={"kind": "patrol"}, headers={"If-Match": tag})
    assert given.status_code == 201
    with clock.frozen(NOW.replace(hour=2)):
        taken = administrator.post(f"{duty}/patrol/end", json={}, headers={"If-Match": given.headers["ETag"]})
        assert taken.status_code == 200
        ended = administrator.post(
            f"/api/v1/people/N-1/posts/{number}/end", json={"reason": "x"}, headers={"If-Match": taken.headers["ETag"]}
        )
        assert ended.get_json()["posts"][0]["until"] == "2026-03-03T02:00:00Z"
        left = administrator.post("/api/v1/people/N-1/leave", json={}, headers={"If-Match": ended.headers["ETag"]})
        assert left.get_json()["left_at"] == "2026-03-03T02:00:00Z"


def test_nobody_changes_what_they_have_not_seen(administrator: FlaskClient) -> None:
    tag = administrator.get("/api/v1/people/T0001").headers["ETag"]
    change = {"phone": "021-5550-7777"}
    assert administrator.patch("/api/v1/people/T0001", json=change).status_code == 428
    assert administrator.patch("/api/v1/people/T0001", json=change, headers={"If-Match": '"other"'}).status_code == 412
    done = administrator.patch("/api/v1/people/T0001", json=change, headers={"If-Match": tag})
    assert (done.status_code, done.get_json()["phone"]) == (200, "021-5550-7777")
    assert administrator.patch("/api/v1/people/T0001", json=change, headers={"If-Match": tag}).status_code == 412


def test_rosters(peopled: APIFlask, administrator: FlaskClient) -> None:
    week = administrator.get(f"/api/v1/rosters/{HERE}?day=2026-03-08")
    body = week.get_json()
    assert body["days"][0] == "2026-03-02"
    assert len(body["turns"]) == 14
    post = post_id(peopled, "T0002")
    shift = {"post": post, "weekdays": [6], "starts": "22:00", "ends": "06:00"}
    made = administrator.post(f"/api/v1/rosters/{HERE}/shifts", json=shift)
    assert made.status_code == 201
    assert administrator.post(f"/api/v1/rosters/{HERE}/shifts", json=shift).status_code == 409
    assert administrator.post(f"/api/v1/rosters/{THERE}/shifts", json=shift).status_code == 404
    number = made.get_json()["id"]
    off = administrator.post(
        f"/api/v1/rosters/{HERE}/exceptions", json={"shift": number, "day": "2026-03-07", "substitute": "T0003", "reason": "ill"}
    )
    assert off.status_code == 201
    (turn,) = [one for one in administrator.get(f"/api/v1/rosters/{HERE}").get_json()["turns"] if one["exception"]]
    assert (turn["exception"]["substitute"]["ref"], turn["ends"]) == ("T0003", "2026-03-07T22:00:00Z")
    undo = f"/api/v1/rosters/{HERE}/exceptions/{off.get_json()['id']}/withdraw"
    assert administrator.post(undo, json={}).status_code == 428
    assert administrator.post(undo, json={}, headers={"If-Match": week.headers["ETag"]}).status_code == 412
    undone = administrator.post(undo, json={}, headers={"If-Match": off.headers["ETag"]})
    assert undone.status_code == 200
    end = administrator.post(
        f"/api/v1/rosters/{HERE}/shifts/{number}/end", json={"until": "2026-04-01"}, headers={"If-Match": undone.headers["ETag"]}
    )
    assert end.status_code == 200


def test_members_swap_and_change_nothing_else(peopled: APIFlask) -> None:
    member = callers.signed_in_person(peopled, Role.MEMBER, HERE, "T0001")
    base = f"/api/v1/rosters/{HERE}"
    turns = {(one["person"]["ref"], one["day"]): one for one in member.get(base).get_json()["turns"]}
    shifts = {ref: one["shift"] for (ref, _), one in turns.items()}
    seats = {"one": {"shift": shifts["T0001"], "day": "2026-03-04"}, "other": {"shift": shifts["T0002"], "day": "2026-03-05"}}
    assert member.post(f"{base}/swaps", json={**seats, "reason": "wedding"}).status_code == 201
    on_duty = f"/api/v1/grids/{HERE}/on-duty?at=2026-03-04T01:00:00Z"
    assert [one["ref"] for one in member.get(on_duty).get_json()["on_duty"]] == ["T0002"]
    body = {"post": 1, "weekdays": [1], "starts": "08:00", "ends": "09:00"}
    assert member.post(f"{base}/shifts", json=body).status_code == 403
    elsewhere = callers.signed_in(peopled, Role.MEMBER, THERE)
    assert elsewhere.post(f"{base}/swaps", json={**seats, "reason": "x"}).status_code == 403


def test_a_swap_is_taken_back_by_whoever_could_make_it(peopled: APIFlask) -> None:
    base = f"/api/v1/rosters/{HERE}"
    one, two = (callers.signed_in_person(peopled, Role.MEMBER, HERE, ref) for ref in ("T0001", "T0002"))
    other = callers.signed_in(peopled, Role.MEMBER, HERE)
    head = callers.signed_in(peopled, Role.MICRO_HEAD, HERE)
    shifts = {turn["person"]["ref"]: turn["shift"] for turn in head.get(base).get_json()["turns"]}
    seats = {"one": {"shift": shifts["T0001"], "day": "2026-03-04"}, "other": {"shift": shifts["T0002"], "day": "2026-03-05"}}
    body = {**seats, "reason": "wedding"}

    def standing() -> int:
        turns = head.get(base).get_json()["turns"]
        return next((turn["exception"]["id"] for turn in turns if turn["exception"]), 0)

    refused = other.post(f"{base}/swaps", json=body)
    assert (refused.status_code, "turns of their own" in refused.get_json()["detail"]) == (403, True)
    for swapping, restoring in ((one, two), (two, one), (head, head), (head, one)):
        assert swapping.post(f"{base}/swaps", json=body).status_code == 201
        back = f"{base}/exceptions/{standing()}/withdraw"
        assert other.post(back, json={}, headers={"If-Match": "*"}).status_code == 403
        assert restoring.post(back, json={}, headers={"If-Match": "*"}).status_code == 200
        assert standing() == 0
    off = {"shift": shifts["T0001"], "day": "2026-03-04", "reason": "ill"}
    assert head.post(f"{base}/exceptions", json=off).status_code == 201
    assert one.post(f"{base}/exceptions/{standing()}/withdraw", json={}, headers={"If-Match": "*"}).status_code == 403


def test_departments(peopled: APIFlask, administrator: FlaskClient) -> None:
    made = administrator.post("/api/v1/departments", json={"code": "water", "name": "水务", "phone": "021-5550-8001"})
    assert made.status_code == 201
    placed = administrator.post("/api/v1/departments/water/people", json={"ref": "T0001", "leader": True})
    assert placed.status_code == 201
    changed = administrator.patch(
        "/api/v1/departments/water", json={"name": "水务站"}, headers={"If-Match": placed.headers["ETag"]}
    )
    assert (changed.status_code, changed.get_json()["name"]) == (200, "水务站")
    (one,) = administrator.get("/api/v1/departments").get_json()["departments"]
    assert one["people"][0]["person"]["name"] == "演示人1"
    member = callers.signed_in(peopled, Role.MEMBER, HERE)
    assert member.get("/api/v1/departments/water").get_json()["people"] is None
    handler = callers.signed_in(peopled, Role.HANDLER, department_id=one["id"])
    assert handler.get("/api/v1/departments/water").get_json()["people"][0]["leader"] is True
    assert handler.get("/api/v1/people/T0001").status_code == 200
    assert handler.post("/api/v1/departments/water/close", json={"reason": "x"}).status_code == 403
    with clock.frozen(NOW.replace(hour=2)):
        path = f"/api/v1/departments/water/people/{placed.get_json()['id']}/end"
        ended = administrator.post(path, json={}, headers={"If-Match": changed.headers["ETag"]})
        assert ended.get_json()["people"] == []
        closed = administrator.post(
            "/api/v1/departments/water/close", json={"reason": "merged"}, headers={"If-Match": ended.headers["ETag"]}
        )
        assert closed.get_json()["closed_at"] == "2026-03-03T02:00:00Z"


def test_kinds(administrator: FlaskClient) -> None:
    body = administrator.get("/api/v1/kinds").get_json()
    assert [kind["name"] for kind in body["duties"] if kind["head_function"]] == ["信息员", "宣传员", "协调员", "监督员"]
    assert body["posts"][0] == {
        "code": "town_head",
        "name": "总网格长",
        "name_en": "Town grid head",
        "team": None,
        "phone_by_office": True,
    }


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("people", {"ref": "a b", "name": "x"}, "ref"),
        ("people", {"ref": "A", "name": ""}, "name"),
        ("people", {"ref": "A", "name": "x", "age": 3}, "age"),
        (f"rosters/{HERE}/shifts", {"post": 1, "weekdays": [8], "starts": "08:00", "ends": "09:00"}, "weekdays.0"),
        (f"rosters/{HERE}/shifts", {"post": 1, "weekdays": [1], "starts": 8, "ends": "09:00"}, "starts"),
        (f"rosters/{HERE}/exceptions", {"shift": 1, "day": "2026-3-4", "reason": "x"}, "day"),
        ("departments", {"code": "A B", "name": "x"}, "code"),
    ],
)
def test_nonsense_names_its_field(administrator: FlaskClient, path: str, body: dict[str, object], field: str) -> None:
    answer = administrator.post(f"/api/v1/{path}", json=body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == field
