"""Sets of grids as files: other programs read them, codes lead to codes, past moments and drafts too."""

import csv
import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

import geopandas
import orjson
import pyogrio
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from shapely.geometry import Polygon
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.accounts.rights import Role
from gridmap.grids.change import Change, GridDraft
from gridmap.grids.publishing import redraw
from tests import callers, town, zoned
from tests.town import micro, square, village

FRESH = f"{village(1)}004"


@pytest.fixture
def redrawn(committing: Engine, app: APIFlask) -> datetime:
    """The grid in the south-west is split, its code ends; the moment of that."""
    halves = {FRESH: square(0, 0, width=0.5), f"{village(1)}005": square(0.5, 0, width=0.5)}
    shapes = halves | {micro(1, 2): Polygon([town.spot(*at) for at in ((0, 1), (0.5, 1), (1, 1), (1, 2), (0, 2))])}
    drafts = {code: GridDraft(code, f"细分{code[-3:]}", head_name="示例丙", shape=shape) for code, shape in shapes.items()}
    with Session(committing) as session, session.begin():
        change = Change(1, drafts, frozenset({micro(1, 1)}), dict.fromkeys(halves, (micro(1, 1),)))
        return redraw(session, change, actor="test").at


@pytest.fixture
def planner(app: APIFlask, redrawn: datetime) -> FlaskClient:
    """A planner of the whole town."""
    return callers.signed_in(app, Role.PLANNER)


def fetch(client: FlaskClient, address: str, folder: Path) -> Path:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    path = folder / answer.headers["Content-Disposition"].partition('"')[2].rstrip('"')
    path.write_bytes(answer.data)
    return path


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "zip"])
def test_other_programs_read_them(planner: FlaskClient, tmp_path: Path, suffix: str) -> None:
    path = fetch(planner, f"grids/export.{suffix}", tmp_path)
    options = {"layer": "grids"} if suffix == "gpkg" else {}
    found = geopandas.read_file(path, **options)
    assert len(found) == 10 + 3 + 1
    assert found.crs == "EPSG:4326"
    codes = dict(zip(found["code"].astype(str), found.itertuples(), strict=True))
    assert codes[FRESH].made_from == micro(1, 1)
    assert codes[FRESH].geometry.area == pytest.approx(town.CELL**2 / 2)
    assert codes[town.TOWN].geometry.area == pytest.approx(9 * town.CELL**2)
    assert {name for name in found.columns if len(name) > 10} == set()


def test_kml_calls_them_by_name_and_code(planner: FlaskClient, tmp_path: Path) -> None:
    path = fetch(planner, "grids/export.kml", tmp_path)
    # Read as text: GDAL's two readers of KML call these differently.
    named = re.findall(r"<name>([^<]*)</name>\s*<description>([^<]*)</description>", path.read_text("utf-8"))
    assert ("细分004", FRESH) in named
    assert len(geopandas.read_file(path)) == 10 + 3 + 1
    assert f'<SimpleData name="made_from">{micro(1, 1)}</SimpleData>' in path.read_text("utf-8")
    told = path.read_text("utf-8").partition('<Data name="lineage"><value>')[2].partition("</value>")[0]
    assert [row["to_code"] for row in csv.DictReader(io.StringIO(told))] == [FRESH, f"{village(1)}005"]


def test_the_lineage_lies_beside_them(planner: FlaskClient, redrawn: datetime, tmp_path: Path) -> None:
    with zipfile.ZipFile(fetch(planner, "grids/export.zip", tmp_path)) as inside:
        assert inside.read("grids.cpg").decode() == "UTF-8"
        table = list(csv.DictReader(io.StringIO(inside.read("lineage.csv").decode("utf-8-sig"))))
    assert {(row["from_code"], row["to_code"], row["kind"], row["share"]) for row in table} == {
        (micro(1, 1), FRESH, "split", "0.5"),
        (micro(1, 1), f"{village(1)}005", "split", "0.5"),
    }
    assert {datetime.fromisoformat(row["since"]) for row in table} == {redrawn.replace(microsecond=0)}
    package = fetch(planner, "grids/export.gpkg", tmp_path)
    assert pyogrio.read_dataframe(package, layer="lineage")["to_code"].tolist() == [row["to_code"] for row in table]
    whole = orjson.loads(fetch(planner, "grids/export.geojson", tmp_path).read_bytes())
    assert [row["to_code"] for row in whole["lineage"]] == [row["to_code"] for row in table]


@pytest.fixture
def zoned_town(committing: Engine, redrawn: datetime) -> str:
    """A market in the middle of the redrawn town; its code."""
    with Session(committing) as session, session.begin():
        market = zoned.zone()
        redraw(session, zoned.change(session, market), actor="test")
    return market.code


def test_special_zones_go_along(planner: FlaskClient, zoned_town: str, tmp_path: Path) -> None:
    whole = orjson.loads(fetch(planner, "grids/export.geojson", tmp_path).read_bytes())
    assert [one["properties"]["code"] for one in whole["zones"]["features"]] == [zoned_town]
    package = pyogrio.read_dataframe(fetch(planner, "grids/export.gpkg", tmp_path), layer="zones")
    assert (package["code"].tolist(), package.crs) == ([zoned_town], "EPSG:4326")
    assert package.geometry[0].area == pytest.approx(town.CELL**2 / 4)
    with zipfile.ZipFile(fetch(planner, "grids/export.zip", tmp_path)) as inside:
        (row,) = csv.DictReader(io.StringIO(inside.read("zones.csv").decode("utf-8-sig")))
    assert (row["target"], "POLYGON" in row["wkt"]) == (micro(3, 3), True)
    kml = fetch(planner, "grids/export.kml", tmp_path)
    assert [name for name, _ in pyogrio.list_layers(kml)] == ["grids", "zones"]
    assert pyogrio.read_dataframe(kml, layer="zones").geometry[0].area == pytest.approx(town.CELL**2 / 4)
    before = orjson.loads(fetch(planner, "grids/export.geojson?publication=2", tmp_path).read_bytes())
    assert before["zones"]["features"] == []


def test_a_plan_has_those_on_its_ground(planner: FlaskClient, zoned_town: str, tmp_path: Path) -> None:
    def codes(ground: str) -> list[str]:
        made = planner.post("/api/v1/plans", json={"name": "区域", "ground": ground}).get_json()
        found = orjson.loads(fetch(planner, f"plans/{made['id']}/export.geojson", tmp_path).read_bytes())
        return [one["properties"]["code"] for one in found["zones"]["features"]]

    assert (codes(village(1)), codes(village(3))) == ([zoned_town], [])


def test_codes_that_have_ended_say_what_became_of_them(planner: FlaskClient, redrawn: datetime, tmp_path: Path) -> None:
    table = fetch(planner, "grids/export.csv", tmp_path).read_text("utf-8-sig")
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(table))}
    assert rows[micro(1, 1)]["became"] == f"{FRESH};{village(1)}005"
    assert datetime.fromisoformat(rows[micro(1, 1)]["until"]) == redrawn.replace(microsecond=0)
    assert rows[FRESH]["until"] == ""
    before = fetch(planner, "grids/export.csv?publication=1", tmp_path).read_text("utf-8-sig")
    assert before == fetch(planner, "grids/export.csv?at=2026-01-02T00:00:00Z", tmp_path).read_text("utf-8-sig")
    assert FRESH not in before
    assert planner.get("/api/v1/grids/export.csv?publication=99").status_code == 404
    assert planner.get("/api/v1/grids/export.exe").status_code == 404


def test_a_draft_and_its_steps(planner: FlaskClient, tmp_path: Path) -> None:
    made = planner.post("/api/v1/plans", json={"name": "并", "ground": village(1)}).get_json()
    plan, both = f"plans/{made['id']}", [FRESH, f"{village(1)}005"]
    done = planner.post(f"/api/v1/{plan}/ops/merge", json={"codes": both, "into": FRESH}, headers={"If-Match": "*"})
    assert done.status_code == 200, done.get_data(as_text=True)
    drafted = geopandas.read_file(fetch(planner, f"{plan}/export.zip?encoding=gbk", tmp_path))
    assert sorted(drafted["code"]) == [village(1), micro(1, 2), micro(1, 3), FRESH]
    assert dict(zip(drafted["code"], drafted["made_from"], strict=True))[FRESH] == both[1]
    assert "演示村1" in set(drafted["name"]), "in GBK, and read by its .cpg"
    assert len(geopandas.read_file(fetch(planner, f"{plan}/export.geojson?step=0", tmp_path))) == 5
    assert planner.get(f"/api/v1/{plan}/export.zip?step=9").status_code == 404


def test_letters_that_gbk_has_not(planner: FlaskClient, committing: Engine) -> None:
    made = planner.post("/api/v1/plans", json={"name": "名", "ground": village(1)}).get_json()
    plan = f"/api/v1/plans/{made['id']}"
    planner.post(f"{plan}/ops/rename", json={"code": FRESH, "name": "𠮷家宅"}, headers={"If-Match": "*"})
    refused = planner.get(f"{plan}/export.zip?encoding=gbk")
    assert refused.status_code == 422
    assert "GBK has no letter for '𠮷'" in refused.get_data(as_text=True)
    assert planner.get(f"{plan}/export.zip").status_code == 200


def test_who_heads_a_grid_is_for_those_who_may_know(app: APIFlask, planner: FlaskClient) -> None:
    assert "示例丙" not in planner.get("/api/v1/grids/export.csv").get_data(as_text=True), "planners draw, and see no names"
    assert "示例丙" in callers.signed_in(app, Role.OPERATOR).get("/api/v1/grids/export.csv").get_data(as_text=True)
    assert callers.anonymous(app).get("/api/v1/grids/export.csv").status_code == 401
    assert callers.signed_in(app, Role.MEMBER).get("/api/v1/plans/1/export.csv").status_code == 403
