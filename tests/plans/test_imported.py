"""A whole set becomes a plan: its repairs are seen first, each is a step, and what can't be mended is refused with its place."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from werkzeug.test import TestResponse

from gridmap.accounts.rights import Role
from tests import callers, town
from tests.desk.loading.other_systems import zipped_shapefile
from tests.town import micro, square

IMPORT = "/api/v1/plans/import"
SOUND = {micro(x, y): square(x - 1, y - 1) for x in (1, 2, 3) for y in (1, 2, 3)}
STRIP = square(0, 0, width=0.999)  # A strip of some thousand square metres is nobody's.


def geojson(shapes: Mapping[str, Polygon | MultiPolygon]) -> bytes:
    made = [
        {"type": "Feature", "geometry": mapping(found), "properties": {"code": code, "name": f"新{code[-6:]}"}}
        for code, found in shapes.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": made}).encode()


def send(client: FlaskClient, data: bytes, name: str = "新网格.geojson", *, ask: str = "", **form: Any) -> TestResponse:
    given = {key: value for key, value in ({"datum": "wgs84", "repair_m2": "2000"} | form).items() if value is not None}
    return client.post(f"{IMPORT}{ask}", data={"file": (io.BytesIO(data), name)} | given, content_type="multipart/form-data")


def test_a_preview_lists_every_repair_and_keeps_nothing(planner: FlaskClient) -> None:
    told = send(planner, geojson(SOUND | {micro(1, 1): STRIP}), ask="?preview=true")
    assert told.status_code == 200, told.get_data(as_text=True)
    answer = told.get_json()
    assert (answer["plan"], answer["ground"], answer["ended"]) == (None, town.TOWN, [])
    gap = answer["repairs"][-1]
    assert [one["repair"] for one in answer["repairs"]] == ["node", "gap"]
    assert (gap["count"], gap["left_off"]) == (1, 0)
    assert gap["places"][0]["to"] == micro(2, 1)
    assert gap["area_m2"] == pytest.approx(0.001 * 948 * 1109, rel=0.01)
    assert gap["places"][0]["words"].startswith(f"{gap['area_m2']:,.1f} m² at 121.40999")
    assert planner.get("/api/v1/plans").get_json()["plans"] == []


def test_each_named_repair_is_a_step_and_the_plan_goes_its_way(app: APIFlask, planner: FlaskClient) -> None:
    new = dict(SOUND)
    first, last = new.pop(micro(1, 1)), new.pop(micro(3, 3))
    new[f"{town.village(1)}009"] = first.difference(square(0.999, 0))
    new[micro(3, 2)] = square(2, 1, height=1.9999)
    assert last.area > 0
    made = send(planner, geojson(new), name="整套.geojson")
    assert made.status_code == 201, made.get_data(as_text=True)
    plan = f"/api/v1/plans/{made.get_json()['plan']['id']}"
    assert made.get_json()["plan"]["name"] == "整套"
    assert made.get_json()["ended"] == [micro(1, 1), micro(3, 3)]
    steps = planner.get(f"{plan}/steps").get_json()["steps"]
    assert [(one["deed"], one["body"].get("repair")) for one in steps] == [("import", None), ("mend", "node"), ("mend", "gap")]
    assert planner.get(f"{plan}/problems?step=1").get_json()["problems"], "as it came it was not sound"
    assert {one["flaw"] for one in planner.get(f"{plan}/problems").get_json()["problems"]} == {"unheaded"}
    fresh = f"{town.village(1)}009"
    head = {"code": fresh, "head_name": "示例"}
    assert planner.post(f"{plan}/ops/head", json=head, headers={"If-Match": "*"}).status_code == 200
    assert planner.post(f"{plan}/submit", json={}, headers={"If-Match": "*"}).status_code == 200
    approver = callers.signed_in(app, Role.ADMINISTRATOR)
    assert approver.post(f"{plan}/approve", json={}, headers={"If-Match": "*"}).status_code == 200
    done = planner.post(f"{plan}/publish", json={}, headers={"If-Match": "*"})
    assert done.status_code == 200, done.get_data(as_text=True)
    kin = planner.get(f"/api/v1/grids/{micro(1, 1)}").get_json()["successors"]
    assert next(one["code"] for one in kin) == fresh


def test_what_is_too_large_to_be_mended_is_refused_with_its_place(planner: FlaskClient) -> None:
    refused = send(planner, geojson(SOUND | {micro(1, 1): STRIP}), repair_m2="1000")
    assert refused.status_code == 422
    problem = refused.get_json()["problems"][0]
    assert (problem["flaw"], problem["area_m2"]) == ("gap", pytest.approx(0.001 * 948 * 1109, rel=0.01))
    assert problem["place"] == pytest.approx(list(town.spot(0.9995, 0.5)), abs=1e-5)
    assert planner.get("/api/v1/plans").get_json()["plans"] == [], "nothing is kept"


@pytest.mark.parametrize(
    ("data", "name", "form", "said"),
    [
        (geojson(SOUND), "x.geojson", {}, "This would change nothing"),
        (b"", "x.geojson", {}, "The file is empty"),
        (b"{}", "x.geojson", {}, "FeatureCollection"),
        (geojson(SOUND), "x.exe", {}, "can't be read"),
        (geojson(SOUND), "../../x", {}, "can't be read"),
        (geojson(SOUND), "x.geojson", {"datum": None}, "datum"),
        (geojson(SOUND), "x.geojson", {"datum": "gcj02"}, "Wrong datum?"),
        (geojson(SOUND), "x.geojson", {"ground": town.village(1)}, "lies outside"),
        (geojson(SOUND), "x.geojson", {"repair_m2": "-1"}, "repair_m2"),
        (geojson(SOUND | {micro(1, 1): SOUND[micro(2, 2)]}), "x.geojson", {"repair_m2": "1000000"}, "a"),
        (geojson({micro(1, 1): SOUND[micro(1, 1)], "310151998201001": SOUND[micro(2, 1)]}), "x.geojson", {}, "310151998201"),
    ],
)
def test_nonsense_is_refused_in_words(planner: FlaskClient, data: bytes, name: str, form: dict[str, str], said: str) -> None:
    names = {code: f"演示村{code[11]}第{code[14]}微网格" for code in SOUND}
    told = json.loads(data) if data.startswith(b'{"type"') else None
    for feature in told["features"] if told else []:
        feature["properties"]["name"] = names.get(feature["properties"]["code"], "别处")
        feature["properties"]["name_en"] = (
            f"Demo Village {feature['properties']['code'][11]} Micro-grid {feature['properties']['code'][14]}"
        )
    refused = send(planner, json.dumps(told).encode() if told else data, name, **form)
    assert refused.status_code == 422, refused.get_data(as_text=True)
    assert said in refused.get_data(as_text=True)


def test_a_village_as_planning_offices_send_it(planner: FlaskClient, tmp_path: Path) -> None:
    """GBK, metres, one village alone, a border that neither meets the next village nor keeps to its own ground."""
    crooked = {"m21": square(0.9999, -0.0001, width=1.0003, height=1.0001), "m22": square(1.0001, 1, width=0.9998)}
    own = [draft for draft in town.drafts(**crooked) if draft.code.startswith(town.village(2))]
    path = zipped_shapefile(tmp_path, own, 4549)
    made = send(planner, path.read_bytes(), "村.zip", datum=None)
    assert made.status_code == 201, made.get_data(as_text=True)
    answer = made.get_json()
    assert (answer["ground"], answer["ended"], answer["problems"]) == (town.village(2), [], [])
    assert {one["repair"] for one in answer["repairs"]} >= {"node", "outside", "gap"}


def test_others_may_not(app: APIFlask, planner: FlaskClient) -> None:
    assert send(callers.signed_in(app, Role.OPERATOR), geojson(SOUND)).status_code == 403
    village = callers.signed_in(app, Role.PLANNER, town.village(2))
    assert send(village, geojson(SOUND | {micro(1, 1): STRIP})).status_code == 403
    own = {code: found for code, found in SOUND.items() if code.startswith(town.village(2))}
    joined = {
        micro(2, 1): shape(mapping(square(1, 0, height=1.5))),
        micro(2, 2): square(1, 1.5, height=0.5),
        micro(2, 3): own[micro(2, 3)],
    }
    made = send(village, geojson(joined))
    assert made.status_code == 201, made.get_data(as_text=True)
    assert made.get_json()["ground"] == town.village(2)
    assert set(made.get_json()["changed"]) == set(own)
