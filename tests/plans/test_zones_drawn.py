"""Special zones through the API: drawn in a plan, seen, published, asked for, taken back."""

from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from gridmap.accounts.rights import Role
from gridmap.grids.publishing import redraw
from gridmap.plans.flaws import Limits
from gridmap.plans.operations import zoning
from gridmap.plans.problems import problems
from tests import callers, town, zoned
from tests.api.asking import get, refused
from tests.desk.incoming import alert, take
from tests.plans.drawing import tiny

ANY = {"If-Match": "*"}
CODE, TARGET = f"{town.TOWN}Z001", town.micro(3, 3)
RUBBISH = {"standard_ref": town.STANDARD, "kind": "matter", "code": "06010"}


def ring(x: float, y: float, size: float = 0.5) -> list[tuple[float, float]]:
    return [town.spot(x, y), town.spot(x + size, y), town.spot(x + size, y + size), town.spot(x, y + size)]


MARKET: dict[str, Any] = {"name": "示例菜市场", "name_en": "Example market", "kind": "market", "takes": [RUBBISH],
                          "target": TARGET, "outline": ring(0.75, 0.75)}  # fmt: skip


@pytest.fixture
def address(planner: FlaskClient) -> str:
    made = planner.post("/api/v1/plans", json={"name": "专属区域", "ground": town.TOWN}).get_json()
    return f"plans/{made['id']}"


def do(client: FlaskClient, address: str, deed: str, body: dict[str, Any]) -> TestResponse:
    return client.post(f"/api/v1/{address}/ops/{deed}", json=body, headers=ANY)


def done(client: FlaskClient, address: str, deed: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = do(client, address, deed, body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    told: dict[str, Any] = answer.get_json()
    return told


def codes(client: FlaskClient, address: str) -> list[str]:
    return [feature["id"] for feature in get(client, f"{address}/zones.geojson")["features"]]


def test_drawn_published_asked_for_and_taken_back(app: APIFlask, planner: FlaskClient, address: str, committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        take(session, [alert(1, at=(0.9, 0.9))])
    drawn = done(planner, address, "zone", MARKET)
    assert [(zone["id"], zone["properties"]["changed"], zone["properties"]["target_name"]) for zone in drawn["zones"]] == [
        (CODE, True, "演示村3第3微网格")
    ]
    assert drawn["problems"] == []
    assert planner.post(f"/api/v1/{address}/submit", headers=ANY).status_code == 200
    assert callers.signed_in(app, Role.PLANNER).post(f"/api/v1/{address}/approve", headers=ANY).status_code == 200
    seen = get(planner, f"{address}/impact")
    assert (seen["zones"], [(case["before"], case["after"]) for case in seen["cases"]]) == ([CODE], [(town.micro(1, 1), TARGET)])
    assert seen["names"].keys() == {town.micro(1, 1), TARGET}
    published = planner.post(f"/api/v1/{address}/publish", json={}, headers=ANY)
    assert (published.status_code, published.get_json()["moved"]) == (200, 1)
    (there,) = get(planner, "zones.geojson")["features"]
    assert (there["properties"]["takes"], there["properties"]["target"]) == ([RUBBISH], TARGET)
    assert there["properties"]["valid_from"] is not None
    lon, lat = town.spot(0.9, 0.9)
    asked = f"route?lon={lon}&lat={lat}&datum=wgs84&standard_ref={town.STANDARD}&kind=matter&code=06010"
    route = get(planner, asked)
    assert (route["grid"], route["zone"]["code"], route["zone"]["lies_in"]["code"]) == (TARGET, CODE, town.micro(1, 1))
    refused(planner.get(f"/api/v1/route?lon={lon}&lat={lat}&datum=wgs84&code=06010"), "standard_ref")
    many = {"lon": [lon], "lat": [lat], "datum": "wgs84", "category": RUBBISH}
    assert planner.post("/api/v1/route", json=many).get_json()["zone"] == [CODE]
    whole = get(planner, f"publications/{published.get_json()['publication']}")
    assert (whole["codes"]["zones"], whole["zones"], whole["bounds"] is None) == ([CODE], 1, False)
    (hit,) = get(planner, "search?q=示例菜市")["results"]
    assert (hit["kind"], hit["id"], "retired_at" in hit) == ("zone", CODE, False)
    back = planner.post(f"/api/v1/publications/{published.get_json()['publication']}/rollback", json={})
    assert (back.status_code, back.get_json()["moved"]) == (200, 1)
    assert get(planner, "zones.geojson")["features"] == []
    (hit,) = get(planner, f"search?q={CODE}")["results"]
    assert (hit["id"], hit["retired_at"] is not None, hit["successors"]) == (CODE, True, []), "old codes are found for ever"


def test_undo_and_redo_and_every_step(planner: FlaskClient, address: str) -> None:
    done(planner, address, "zone", MARKET)
    done(planner, address, "zone", {"code": CODE, "target": town.micro(2, 2), "takes": []})
    done(planner, address, "unzone", {"code": CODE})
    assert codes(planner, address) == []
    planner.post(f"/api/v1/{address}/undo", headers=ANY)
    (zone,) = get(planner, f"{address}/zones.geojson")["features"]
    assert (zone["properties"]["target"], zone["properties"]["takes"]) == (town.micro(2, 2), [])
    (zone,) = get(planner, f"{address}/zones.geojson?step=1")["features"]
    assert zone["properties"]["target"] == TARGET
    assert [(step["codes"], step["zones"]) for step in get(planner, f"{address}/steps")["steps"]] == [([], [CODE])] * 3
    (differs,) = get(planner, f"{address}/compare?from=1&to=2")["zones"]
    assert [differs[side]["properties"]["target"] for side in ("before", "after")] == [TARGET, town.micro(2, 2)]
    (differs,) = get(planner, f"{address}/compare?from=0&to=1")["zones"]
    assert (differs["code"], differs["before"], differs["after"]["id"]) == (CODE, None, CODE)
    assert done(planner, address, "zone", MARKET | {"outline": ring(2.1, 0.1)})["zones"][0]["id"] == f"{town.TOWN}Z002"


def test_a_village_s_plan_changes_only_zones_on_its_own_ground(planner: FlaskClient, committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        own = zoned.zone(2, town.square(2.1, 2.1, width=0.5, height=0.5))
        redraw(session, zoned.change(session, zoned.zone(), own), actor="test")
    made = planner.post("/api/v1/plans", json={"name": "一个村", "ground": town.village(3)}).get_json()
    there = get(planner, f"plans/{made['id']}/zones.geojson")
    assert [(zone["id"], zone["properties"]["drawn"]) for zone in there["features"]] == [(CODE, False), (own.code, True)]
    refused(do(planner, f"plans/{made['id']}", "unzone", {"code": CODE}), "outline")


def test_two_that_take_the_same_are_a_problem_with_a_repair(planner: FlaskClient, address: str) -> None:
    done(planner, address, "zone", MARKET)
    (problem,) = done(planner, address, "zone", MARKET | {"takes": [RUBBISH | {"code": "06"}], "outline": ring(1, 1)})["problems"]
    assert (problem["flaw"], problem["codes"]) == ("zone_overlap", [f"{town.TOWN}Z002", CODE])
    assert problem["area_m2"] > 1000
    refused(planner.post(f"/api/v1/{address}/submit", headers=ANY), status=409)
    repair = problem["repairs"][0]
    assert done(planner, address, repair["deed"], repair["body"])["problems"] == []


def test_one_too_small_or_too_thin_is_a_problem() -> None:
    limits = Limits(width_m=10.0, zone_m2=2000.0)

    def flaws(width: float, height: float) -> list[tuple[str, float, str]]:
        corners = [town.spot(x, y) for x, y in ((0, 0), (width, 0), (width, height), (0, height))]
        facts = {"name": "示例", "kind": "market", "target": TARGET, "outline": corners}
        drawn = tiny().then(zoning.zone(tiny(), None, facts))
        return [(str(one.flaw), one.limit, one.repairs[0].deed) for one in problems(drawn, limits)]

    assert flaws(0.1, 0.1) == []
    assert flaws(0.04, 0.04) == [("too_small", 2000.0, "unzone")]
    assert flaws(0.5, 0.008) == [("sliver", 10.0, "unzone")]


def test_a_target_that_ends_is_a_problem_with_a_repair(planner: FlaskClient, address: str) -> None:
    done(planner, address, "zone", MARKET)
    merged = {"codes": [town.micro(3, 2), TARGET], "into": town.micro(3, 2)}
    (problem,) = done(planner, address, "merge", merged)["problems"]
    assert (problem["flaw"], problem["codes"]) == ("zone_target", [CODE, TARGET])
    repair = problem["repairs"][0]
    assert repair["body"] == {"code": CODE, "target": town.micro(3, 2)}
    assert done(planner, address, repair["deed"], repair["body"])["problems"] == []


def test_a_village_s_plan_can_mend_a_zone_beyond_its_ground_whose_target_it_ends(
    planner: FlaskClient, committing: Engine
) -> None:
    with Session(committing) as session, session.begin():
        redraw(session, zoned.change(session, zoned.zone()), actor="test")
    made = planner.post("/api/v1/plans", json={"name": "一个村", "ground": town.village(3)}).get_json()
    address = f"plans/{made['id']}"
    merged = {"codes": [town.micro(3, 2), TARGET], "into": town.micro(3, 2)}
    (problem,) = done(planner, address, "merge", merged)["problems"]
    assert [repair["deed"] for repair in problem["repairs"]] == ["zone"], "to end it is the town's business"
    assert done(planner, address, "zone", problem["repairs"][0]["body"])["problems"] == []
    for name, value in (("name", "别的名字"), ("takes", []), ("outline", ring(2.1, 2.1))):
        refused(do(planner, address, "zone", problem["repairs"][0]["body"] | {name: value}), "outline")


def test_nonsense_is_refused(planner: FlaskClient, address: str) -> None:
    for body, field in (
        ({"outline": ring(2.8, 2.8)}, "outline"),
        ({"outline": [town.spot(0.1, 0.1), town.spot(0.4, 0.4), town.spot(0.4, 0.1), town.spot(0.1, 0.4)]}, "outline"),
        ({"target": town.village(1)}, "target"),
        ({"takes": [RUBBISH | {"code": "0601"}]}, "takes"),
        ({"name": " "}, "name"),
    ):
        refused(do(planner, address, "zone", MARKET | body), field)
    refused(do(planner, address, "zone", {"name": "无"}), "kind")
    assert do(planner, address, "unzone", {"code": CODE}).status_code == 404
    assert codes(planner, address) == []
