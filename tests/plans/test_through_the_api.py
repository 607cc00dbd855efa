"""Plans through the API: two planners at once, a reviewer, steps that survive, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import shapely
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridmap.accounts.rights import Role
from tests import callers, town
from tests.town import micro, spot

PLANS = "/api/v1/plans"


@pytest.fixture
def plan(planner: FlaskClient) -> str:
    """The address of a plan of the town."""
    made = planner.post(PLANS, json={"name": "细分试点", "ground": town.TOWN})
    assert made.status_code == 201, made.get_data(as_text=True)
    return f"{PLANS}/{made.get_json()['id']}"


def etag(client: FlaskClient, plan: str) -> str:
    return str(client.get(plan).headers["ETag"])


def post(client: FlaskClient, address: str, body: Any = None, *, match: str | None = "*") -> TestResponse:
    headers = {"If-Match": match} if match else {}
    return client.post(address, json={} if body is None else body, headers=headers)


def do(client: FlaskClient, plan: str, deed: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = post(client, f"{plan}/ops/{deed}", body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    told: dict[str, Any] = answer.get_json()
    return told


def split_at(y: float) -> dict[str, Any]:
    return {"code": micro(2, 2), "line": [spot(0.9, y), spot(2.1, y)]}


def grids(client: FlaskClient, plan: str, step: int | None = None) -> str:
    asked = "" if step is None else f"?step={step}"
    text: str = client.get(f"{plan}/grids.geojson{asked}").get_data(as_text=True)
    return text


def test_from_a_drawn_line_to_approval(app: APIFlask, planner: FlaskClient, plan: str) -> None:
    made = do(planner, plan, "split", split_at(1.5))
    fresh = f"{town.village(2)}004"
    assert made["codes"] == sorted([micro(1, 2), micro(2, 2), micro(3, 2), fresh])
    assert (made["undo"], made["redo"], made["ended"]) == (0, None, [])
    assert [(p["flaw"], p["unfinished"]) for p in made["problems"]] == [("unheaded", True)]
    assert {g["id"] for g in made["topology"]["objects"]["grids"]["geometries"]} >= set(made["codes"])
    reviewer = callers.signed_in(app, Role.ADMINISTRATOR)
    assert post(planner, f"{plan}/submit").get_json()["stage"] == "in_review"
    assert [client.get(plan).get_json()["turns"] for client in (planner, reviewer)] == [
        ["send_back", "abandon"],
        ["send_back", "approve", "abandon"],
    ]
    unfinished = post(reviewer, f"{plan}/approve")
    assert unfinished.status_code == 409, "nobody heads the new grid yet"
    assert unfinished.get_json()["errors"][0]["field"] == fresh
    assert post(planner, f"{plan}/ops/rename", {"code": fresh, "name": "新"}).status_code == 409, "not while others look at it"
    assert post(reviewer, f"{plan}/send_back").get_json()["stage"] == "draft"
    do(planner, plan, "head", {"code": fresh, "head_name": "示例"})
    post(planner, f"{plan}/submit")
    assert post(planner, f"{plan}/approve").status_code == 403, "who drew it does not approve it"
    approved = post(reviewer, f"{plan}/approve").get_json()
    assert (approved["stage"], approved["turns"]) == ("approved", ["send_back", "publish", "abandon"])
    assert approved["approved_by"]
    assert post(planner, f"{plan}/abandon").get_json()["stage"] == "abandoned"
    assert post(planner, f"{plan}/submit").status_code == 409


def test_a_plan_with_a_mistake_is_not_submitted_until_it_is_mended(planner: FlaskClient, plan: str) -> None:
    made = do(planner, plan, "move", {"moves": [{"from": spot(0, 0), "to": spot(0.5, 0.5)}]})
    gap = made["problems"][0]
    assert gap["flaw"] == "gap"
    assert gap["area_m2"] == pytest.approx(948 * 1109 / 2, rel=0.01)
    assert "belong to no grid" in gap["words"]
    assert planner.get(f"{plan}/problems").get_json()["problems"] == made["problems"]
    assert post(planner, f"{plan}/submit").status_code == 409
    chinese = planner.post(f"{plan}/submit", headers={"If-Match": "*", "Accept-Language": "zh-CN"}).get_json()["detail"]
    assert "belong" not in chinese, "the sentence within the sentence is in the reader's language too"
    assert "不再属于任何网格" in chinese
    repair = gap["repairs"][0]
    assert do(planner, plan, repair["deed"], repair["body"])["problems"] == []
    assert post(planner, f"{plan}/submit").status_code == 200


def test_undo_and_redo_give_back_every_byte(planner: FlaskClient, plan: str) -> None:
    seen = [grids(planner, plan)]
    for deed, body in (
        ("split", split_at(1.5)),
        ("move", {"moves": [{"from": spot(1, 1), "to": spot(1.1, 1.05)}]}),
        ("merge", {"codes": [micro(3, 1), micro(3, 2)]}),
        ("rename", {"code": micro(1, 1), "name": "改名"}),
    ):
        do(planner, plan, deed, body)
        seen.append(grids(planner, plan))
    assert len(set(seen)) == 5
    for before in seen[-2::-1]:
        post(planner, f"{plan}/undo")
        assert grids(planner, plan) == before
    assert post(planner, f"{plan}/undo").status_code == 409
    for after in seen[1:]:
        post(planner, f"{plan}/redo")
        assert grids(planner, plan) == after
    assert [grids(planner, plan, step) for step in range(5)] == seen, "and any of them can be read at any time"


def test_what_was_undone_stays_as_a_branch(planner: FlaskClient, plan: str) -> None:
    do(planner, plan, "split", split_at(1.5))
    first = grids(planner, plan)
    post(planner, f"{plan}/undo")
    do(planner, plan, "split", split_at(1.7))
    steps = planner.get(f"{plan}/steps").get_json()
    assert [(s["step"], s["parent"], s["deed"]) for s in steps["steps"]] == [(1, 0, "split"), (2, 0, "split")]
    assert (steps["current"], steps["undo"], steps["redo"]) == (2, 0, None)
    assert post(planner, f"{plan}/goto", {"step": 1}).get_json()["step"] == 1
    assert grids(planner, plan) == first
    assert post(planner, f"{plan}/goto", {"step": 3}).status_code == 404


def test_a_preview_keeps_nothing(planner: FlaskClient, plan: str) -> None:
    before = etag(planner, plan)
    shown = post(planner, f"{plan}/ops/split?preview=true", split_at(1.5)).get_json()
    assert shown["codes"]
    assert etag(planner, plan) == before
    assert planner.get(f"{plan}/steps").get_json()["steps"] == []
    kept = do(planner, plan, "split", split_at(1.5))
    assert kept["topology"]["arcs"] == shown["topology"]["arcs"], "what was shown is what is done"


def test_who_drew_meanwhile_is_told(app: APIFlask, planner: FlaskClient, plan: str) -> None:
    other = callers.signed_in(app, Role.PLANNER)
    mine, theirs = etag(planner, plan), etag(other, plan)
    assert post(other, f"{plan}/ops/split", split_at(1.5), match=theirs).status_code == 200
    late = post(planner, f"{plan}/ops/split", split_at(1.2), match=mine)
    assert late.status_code == 409
    told = late.get_json()
    assert (told["yours"], told["theirs"]) == (1, 2)
    assert [(s["deed"], s["step"]) for s in told["steps"]] == [("split", 1)]
    assert micro(2, 2) in told["steps"][0]["codes"]
    assert post(planner, f"{plan}/ops/split", split_at(1.2), match=None).status_code == 428
    assert post(planner, f"{plan}/ops/split", split_at(1.2), match='"another-v1"').status_code == 409


def test_fifty_writers_at_once_lose_nothing(app: APIFlask, planner: FlaskClient, plan: str) -> None:
    def write(number: int) -> int:
        client, tries = callers.anonymous(app), 0
        client.environ_base.update(planner.environ_base)
        name = app.config["SESSION_COOKIE_NAME"]
        cookie = planner.get_cookie(name)
        assert cookie is not None
        client.set_cookie(name, cookie.value)
        while True:
            tries += 1
            answer = post(client, f"{plan}/ops/rename", {"code": micro(1, 1), "name": f"第{number}个"}, match=etag(client, plan))
            if answer.status_code == 200:
                return tries
            assert answer.status_code == 409, answer.get_data(as_text=True)

    with ThreadPoolExecutor(8) as pool:
        tries = list(pool.map(write, range(50)))
    steps = planner.get(f"{plan}/steps").get_json()["steps"]
    assert sorted(s["body"]["name"] for s in steps) == sorted(f"第{n}个" for n in range(50))
    assert [s["parent"] for s in steps] == list(range(50)), "each was drawn on what the one before left"
    assert sum(tries) >= 50


def test_of_fifty_who_saw_the_same_one_is_first(app: APIFlask, planner: FlaskClient, plan: str) -> None:
    seen, start = etag(planner, plan), Barrier(50)
    cookie = planner.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None

    def write(number: int) -> int:
        client = callers.anonymous(app)
        client.environ_base.update(planner.environ_base)
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie.value)
        start.wait(timeout=60)
        return post(client, f"{plan}/ops/rename", {"code": micro(1, 1), "name": f"第{number}个"}, match=seen).status_code

    with ThreadPoolExecutor(50) as pool:
        answers = sorted(pool.map(write, range(50)))
    assert answers == [200, *([409] * 49)], "the others are told, and none overwrites the first"
    assert len(planner.get(f"{plan}/steps").get_json()["steps"]) == 1


def test_the_difference_between_two_steps(planner: FlaskClient, plan: str) -> None:
    do(planner, plan, "merge", {"codes": [micro(3, 1), micro(3, 2)], "into": micro(3, 1)})
    do(planner, plan, "rename", {"code": town.village(1), "name": "新村"})
    told = {d["code"]: d for d in planner.get(f"{plan}/compare").get_json()["differences"]}
    assert told.keys() == {micro(3, 1), micro(3, 2), town.village(1)}
    assert told[micro(3, 2)]["after"] is None
    merged = shapely.geometry.shape(told[micro(3, 1)]["after"]["geometry"])
    assert merged.area == pytest.approx(2 * town.CELL**2)
    assert told[town.village(1)]["after"]["properties"]["name"] == "新村"
    assert planner.get(f"{plan}/compare?from=1&to=1").get_json()["differences"] == []


def test_the_arcs_of_a_box_are_those_of_the_whole(planner: FlaskClient, plan: str) -> None:
    whole = planner.get(f"{plan}/topology").get_json()
    assert len(whole["arcs"]) == 20
    west, south = spot(0.2, 0.2)
    part = planner.get(f"{plan}/topology?bbox={west},{south},{west + 0.001},{south + 0.001}").get_json()
    assert [g["id"] for g in part["objects"]["grids"]["geometries"]] == [micro(1, 1)]
    assert set(part["arc_ids"]) <= set(whole["arc_ids"])
    assert planner.get(f"{plan}/topology?step=1").status_code == 404


def test_comments_and_reviewers(app: APIFlask, planner: FlaskClient, plan: str) -> None:
    head = callers.signed_in(app, Role.GRID_HEAD)
    before = etag(planner, plan)
    place = list(spot(1, 1))
    said = head.post(f"{plan}/comments", json={"words": "这里有条河", "place": place})
    assert said.status_code == 201
    assert planner.get(f"{plan}/comments").get_json()["comments"] == [said.get_json()]
    assert (said.get_json()["place"], etag(planner, plan)) == (place, before)
    by = said.get_json()["by"]
    asked = planner.put(f"{plan}/reviewers", json={"reviewers": [by]}, headers={"If-Match": before}).get_json()
    assert asked == planner.get(f"{plan}/reviewers").get_json()
    assert asked == {"reviewers": [by], "candidates": [{"username": by, "approves": False}]}
    assert head.get(f"{plan}/reviewers").get_json() == {"reviewers": [by], "candidates": []}
    nobody = planner.put(f"{plan}/reviewers", json={"reviewers": ["nobody"]}, headers={"If-Match": "*"})
    assert nobody.status_code == 422


def test_each_within_their_scope(app: APIFlask, planner: FlaskClient, plan: str) -> None:
    village = callers.signed_in(app, Role.PLANNER, town.village(2))
    assert village.get(plan).status_code == 403
    assert village.get(PLANS).get_json()["plans"] == []
    assert village.post(PLANS, json={"name": "越界", "ground": town.TOWN}).status_code == 403
    own = f"{PLANS}/{village.post(PLANS, json={'name': '本村', 'ground': town.village(2)}).get_json()['id']}"
    assert [p["name"] for p in planner.get(PLANS).get_json()["plans"]] == ["本村", "细分试点"]
    assert post(village, f"{own}/ops/merge", {"codes": [micro(1, 1), micro(1, 2)]}).status_code == 422
    assert post(village, f"{own}/ops/split", split_at(1.5)).status_code == 200
    for ground in (micro(1, 1), "310151999209", "310151998"):
        assert planner.post(PLANS, json={"name": "x", "ground": ground}).status_code in (403, 422)


@pytest.mark.parametrize(
    ("deed", "body", "field"),
    [
        ("move", {"moves": [{"from": [121.4, 31.6], "to": [31.6, 121.4]}]}, "moves.0.to.1"),
        ("move", {"moves": []}, "moves"),
        ("move", {"moves": [{"from": [0, 0], "to": [0, 0]}]}, "moves.0.from"),
        ("split", {"code": "31", "line": [[121.4, 31.6], [121.5, 31.6]]}, "code"),
        ("split", {"code": micro(2, 2), "line": [[121.4, 31.6]]}, "line"),
        ("split", {"code": micro(2, 2), "line": [[121.4, 31.6], [121.4, 31.6]]}, "line"),
        ("divide", {"code": micro(2, 2), "parts": 1}, "parts"),
        ("redraw", {"code": micro(2, 2), "outline": [[121.4, 31.6], [121.5, 31.6], [121.4, 31.6]]}, "outline"),
        ("rename", {"code": micro(2, 2), "name": "\x00"}, "name"),
        ("reshape", {"arc": "x", "line": [[121.4, 31.6], [121.5, 31.6]]}, "arc"),
    ],
)
def test_nonsense_names_its_field(planner: FlaskClient, plan: str, deed: str, body: dict[str, Any], field: str) -> None:
    answer = post(planner, f"{plan}/ops/{deed}", body)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert answer.get_json()["errors"][0]["field"] == field
