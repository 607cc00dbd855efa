"""Grids by the API: whole and nested, by level, moment and box, versions, a grid's card against counting by hand."""

from datetime import timedelta

import pytest
import shapely
from flask.testing import FlaskClient
from pyproj import Geod
from shapely.geometry import shape
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.states import State
from gridmap.geo.measure import circle
from tests import callers, town
from tests.api.asking import get, send

GEOD = Geod(ellps="WGS84")


def test_grids_come_whole_and_nest(standing: FlaskClient) -> None:
    features = get(callers.signed_in(standing.application), "grids.geojson")["features"]  # a key sees no names
    assert len(features) == 13
    shapes = {f["id"]: shape(f["geometry"]) for f in features}
    assert shapes[town.TOWN].equals(shapely.union_all([s for code, s in shapes.items() if len(code) == 15]))
    facts = {f["id"]: f["properties"] for f in features}
    assert facts[town.micro(2, 3)]["parent"] == town.village(2)
    assert facts[town.TOWN]["parent"] is None
    assert facts[town.TOWN]["head"] == {"name": "示例总网格长", "phone": ""}
    assert facts[town.micro(2, 3)]["level"] == "micro"
    exact = shapely.get_coordinates(shapes[town.micro(2, 3)]).tolist()
    assert sorted(map(tuple, exact)) == sorted(town.square(1, 2).exterior.coords)


def test_a_clock_that_runs_ahead_a_little_asks_about_now(standing: FlaskClient) -> None:
    soon = (clock.now() + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(get(standing, f"grids.geojson?at={soon}")["features"]) == 13
    lon, lat = town.spot(0.5, 0.5)
    assert get(standing, f"route?lon={lon}&lat={lat}&datum=wgs84&at={soon}")["grid"] == town.micro(1, 1)


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("level=micro", 9),
        ("level=village", 3),
        ("level=town", 1),
        ("at=2025-12-31T23:59:59Z", 0),
        ("at=2026-01-01T00:00:00Z", 13),
        ("at=2026-01-01T08:00:00%2B08:00", 13),
        ("at=2026-01-01T08:00:00+08:00", 13),
        ("at=2026-01-01T07:59:59.999+0800", 0),
        ("level=micro&bbox=121.401,31.601,121.402,31.602", 1),
        ("level=micro&bbox=121.409,31.609,121.411,31.611", 4),
        ("bbox=100,10,101,11", 0),
    ],
)
def test_grids_by_level_moment_and_box(standing: FlaskClient, question: str, count: int) -> None:
    assert len(get(standing, f"grids.geojson?{question}")["features"]) == count


@pytest.mark.parametrize(
    "address",
    ["/api/v1/grids.geojson", "/api/v1/cameras.geojson", "/api/v1/service-points.geojson", "/api/v1/service-circles.geojson"],
)
def test_who_holds_the_version_is_told_nothing_new(standing: FlaskClient, address: str) -> None:
    first = standing.get(address)
    tag = first.headers["ETag"]
    again = standing.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.get_data(), again.headers["ETag"]) == (304, b"", tag)
    assert standing.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    assert standing.get(address, headers={"If-None-Match": f'W/{tag}, "other"'}).status_code == 304


def test_the_version_moves_with_the_grids(client: FlaskClient, committing: Engine) -> None:
    tags = {client.get("/api/v1/grids.geojson").headers["ETag"]}
    with Session(committing) as session, session.begin():
        town.found(session, at=clock.now() - timedelta(seconds=1), m33=shapely.Polygon(
            [*town.square(2, 2).exterior.coords[:2], town.spot(3.2, 2.5), town.spot(3, 3), town.spot(2, 3)]))  # fmt: skip
    tags.add(client.get("/api/v1/grids.geojson").headers["ETag"])
    assert len(tags) == 2
    before = get(client, "grids.geojson?level=micro&at=2026-01-02T00:00:00Z")["features"]
    assert shapely.union_all([shape(f["geometry"]) for f in before]).equals(town.square(0, 0, width=3, height=3))


def test_one_grids_card_against_counting(sender: FlaskClient, committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        for n, place in enumerate([(0.2, 0.2), (0.8, 0.8), (1.0, 0.5), (1.2, 0.2), (0.5, 1.5)]):
            town.camera(session, n, at=place)
        town.service_point(session, 1, at=(0.5, 0.5))
        town.service_point(session, 2, at=(1.0, 0.6))
    where: list[tuple[float, float] | None] = [(0.5, 0.5), (0.6, 0.6), (0.7, 0.2), (0.5, 1.5), (1.5, 0.5), None]
    for n, seen_at in enumerate(where):
        send(sender, n, at=seen_at, source_code="890")
    with Session(committing) as session, session.begin():
        town.stand(session, State.CLOSED, "source_id = 'A-1'")
        session.execute(text("UPDATE cases SET received_at = now() - interval '25 hours', due_at = now() - interval '1 hour' "
                             "WHERE source_id = 'A-2'"))  # fmt: skip
    card = get(sender, f"grids/{town.micro(1, 1)}")
    assert (card["open_cases"], card["cases_24h"], card["overdue"]) == (2, 2, 1)
    assert (card["cameras"], card["service_points"]) == (3, 2)  # On the border: the lower code's.
    assert card["parent"]["code"] == town.village(1)
    assert card["children"] == []
    assert card["area_m2"] == pytest.approx(abs(GEOD.geometry_area_perimeter(town.square(0, 0))[0]), abs=0.1)
    assert card["bounds"] == list(town.square(0, 0).bounds)
    circles = shapely.union_all([circle(*town.spot(0.5, 0.5)), circle(*town.spot(1.0, 0.6))])
    assert card["circle_share"] == pytest.approx(circles.intersection(town.square(0, 0)).area / town.square(0, 0).area, abs=1e-3)
    assert card["boundary"]["valid_until"] is None
    assert card["retired_at"] is None
    village = get(sender, f"grids/{town.village(1)}")
    assert (village["open_cases"], village["cases_24h"], village["cameras"]) == (3, 3, 4)
    assert [child["code"] for child in village["children"]] == [town.micro(1, y) for y in (1, 2, 3)]
    whole = get(sender, f"grids/{town.TOWN}")
    assert (whole["open_cases"], whole["cameras"], whole["service_points"]) == (4, 5, 2)
    counts = get(sender, "grids/counts")
    assert counts["counts"][town.micro(1, 1)] == {"open": 2, "last_24h": 1, "overdue": 1}
    assert counts["counts"][town.village(1)]["open"] == 3
    assert counts["counts"][town.TOWN]["open"] == 4
    assert town.micro(3, 3) not in counts["counts"]
    assert (counts["unrouted"], counts["triage"], counts["total_open"]) == (1, 0, 5)
