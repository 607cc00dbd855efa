"""The past as it was: boundaries, names and tiles of any moment."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from gridmap.grids.change import Change, GridDraft
from gridmap.grids.models import Publication
from gridmap.grids.publishing import redraw
from tests import town
from tests.grids.test_lineage import BOTH, M11, M12
from tests.mvt import decode

MERGED = datetime(2026, 6, 1, tzinfo=UTC)
BEFORE, AFTER = (f"at={(MERGED + by).strftime('%Y-%m-%dT%H:%M:%SZ')}" for by in (-timedelta(seconds=1), timedelta(0)))


@pytest.fixture(autouse=True)
def _merged(committing: Engine, app: APIFlask) -> None:  # the town comes with it
    with Session(committing) as session, session.begin():
        base = session.scalar(select(func.max(Publication.id)))
        change = Change(base, {M11: GridDraft(M11, "大格", "Larger", shape=BOTH)}, frozenset({M12}))
        redraw(session, change, actor="test", at=MERGED)


def names(client: FlaskClient, when: str) -> dict[str, str]:
    answer = client.get(f"/api/v1/grids.geojson?level=micro&{when}").get_json()
    return {feature["id"]: feature["properties"]["name_en"] for feature in answer["features"]}


def tile(client: FlaskClient, when: str, zoom: int = 14) -> dict[str, str]:
    lon, lat = town.spot(0.5, 1.0)
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    address = f"/tiles/grids/{zoom}/{int((lon + 180) / 360 * 2**zoom)}/{int(row * 2**zoom)}.mvt"
    answer = client.get(f"{address}?level=micro&{when}")
    assert answer.status_code == 200
    return {one.properties["code"]: one.properties["name_en"] for one in decode(answer.data).get("micro", [])}


def test_boundaries_and_names_of_a_moment(client: FlaskClient) -> None:
    before, after = names(client, BEFORE), names(client, AFTER)
    assert (len(before), len(after)) == (9, 8)
    assert (before[M11], after[M11]) == ("Demo Village 1 Micro-grid 1", "Larger")
    assert M12 not in after
    assert names(client, "") == after


@pytest.mark.parametrize("zoom", [12, 14, 18])
def test_tiles_of_a_moment(client: FlaskClient, zoom: int) -> None:
    before, after = tile(client, BEFORE, zoom), tile(client, AFTER, zoom)
    assert (before[M11], after[M11]) == ("Demo Village 1 Micro-grid 1", "Larger")
    assert M12 in before
    assert M12 not in after
    assert tile(client, "", zoom) == after


def test_before_the_first_there_is_nothing(client: FlaskClient) -> None:
    assert names(client, "at=2020-01-01T00:00:00Z") == {}
    assert tile(client, "at=2020-01-01T00:00:00Z") == {}


def test_only_grids_are_kept_for_past_moments(client: FlaskClient) -> None:
    answer = client.get("/tiles/cameras/12/3428/1667.mvt?at=2026-01-01T00:00:00Z")
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "at"


def test_a_grids_card_of_a_moment(client: FlaskClient) -> None:
    before, after = (client.get(f"/api/v1/grids/{M11}?{when}").get_json() for when in (BEFORE, AFTER))
    assert (before["name_en"], after["name_en"]) == ("Demo Village 1 Micro-grid 1", "Larger")
    assert before["area_m2"] < after["area_m2"]
    assert before["boundary"]["valid_until"] == after["boundary"]["valid_from"] == "2026-06-01T00:00:00Z"
    assert before["at"] == "2026-05-31T23:59:59Z"
    village = town.village(1)
    children = [client.get(f"/api/v1/grids/{village}?{when}").get_json()["children"] for when in (BEFORE, AFTER)]
    assert [len(there) for there in children] == [3, 2]
    assert {one["name_en"] for one in children[0]} == {f"Demo Village 1 Micro-grid {n}" for n in (1, 2, 3)}
    assert client.get(f"/api/v1/grids/{M12}?{BEFORE}").status_code == 200
    assert client.get(f"/api/v1/grids/{M12}?{AFTER}").status_code == 404
    assert client.get(f"/api/v1/grids/{M12}").get_json()["successors"][0]["code"] == M11
