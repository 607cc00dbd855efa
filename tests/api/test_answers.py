"""What the API answers: figures against counting by hand, versions, moments, orders, keys."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import shapely
from flask.testing import FlaskClient
from pyproj import Geod
from shapely.geometry import shape
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts import keys
from gridmap.cases.states import State
from gridmap.geo.datum import Datum, from_wgs84
from gridmap.geo.measure import circle
from tests import town

GEOD = Geod(ellps="WGS84")
Body = dict[str, Any]


def get(client: FlaskClient, question: str, status: int = 200) -> Body:
    answer = client.get(f"/api/v1/{question}")
    assert answer.status_code == status, answer.get_data(as_text=True)
    told: Body = answer.get_json(force=True)
    return told


def send(client: FlaskClient, number: int, *, at: tuple[float, float] | None, **facts: Any) -> Body:
    place = dict(zip(("lon", "lat"), town.spot(*at), strict=True)) | {"datum": "wgs84"} if at else None
    body = {"source": "dahua", "source_id": f"A-{number}", "occurred_at": clock.now().isoformat(), "location": place, **facts}
    answer = client.post("/api/v1/alerts", json=body)
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    told: Body = answer.get_json()
    return told


# ---- grids


def test_grids_come_whole_and_nest(standing: FlaskClient) -> None:
    features = get(standing, "grids.geojson")["features"]
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
        ("at=2099-01-01T00:00:00Z", 13),
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


# ---- routes


def test_a_route_tells_its_whole_reason(standing: FlaskClient) -> None:
    lon, lat = town.spot(1.9, 1.5)
    told = get(standing, f"route?lon={lon}&lat={lat}&datum=wgs84&accuracy_m=100")
    assert (told["rule"], told["basis"], told["grid"]) == ("covers", "location", town.micro(2, 2))
    assert {level: name["code"] for level, name in told["levels"].items()} == {
        "town": town.TOWN, "village": town.village(2), "micro": town.micro(2, 2)}  # fmt: skip
    assert told["distance_to_border_m"] == pytest.approx(94.86, abs=0.1)
    assert told["runner_up"]["code"] == town.micro(3, 2)
    assert told["ambiguous"] is True
    assert [other["code"] for other in told["candidates"]] == [town.micro(3, 2)]
    assert told["point"] == {"lon": lon, "lat": lat}
    assert told["boundary"]["valid_from"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize("datum", list(Datum))
def test_every_datum_finds_the_same_grid(standing: FlaskClient, datum: Datum) -> None:
    lon, lat = from_wgs84(datum, *town.spot(1.05, 1.05))
    told = get(standing, f"route?lon={float(lon)!r}&lat={float(lat)!r}&datum={datum.value}")
    assert told["grid"] == town.micro(2, 2)
    assert told["point"]["lon"] == pytest.approx(town.spot(1.05, 1.05)[0], abs=2e-9)


def test_a_route_of_the_past_knows_when_it_ended(client: FlaskClient, committing: Engine) -> None:
    lon, lat = town.spot(2.5, 2.5)
    question = f"route?lon={lon}&lat={lat}&datum=wgs84&at=2026-01-02T00:00:00Z"
    assert get(client, question)["boundary"]["valid_until"] is None
    with Session(committing) as session, session.begin():
        bent = shapely.Polygon([*town.square(2, 2).exterior.coords[:2], town.spot(3.2, 2.5), town.spot(3, 3), town.spot(2, 3)])
        done = town.found(session, at=clock.now() - timedelta(seconds=1), m33=bent)
    then = get(client, question)["boundary"]
    assert then["valid_until"] == done.at.isoformat().replace("+00:00", "Z")
    assert get(client, question.partition("&at")[0])["boundary"]["publication"] == done.publication


def test_a_hundred_thousand_points_in_columns(standing: FlaskClient) -> None:
    points = [town.spot(0.0001 + n % 300 / 100, 0.0001 + n // 300 % 300 / 100) for n in range(100_000)]
    body = {"lon": [p[0] for p in points], "lat": [p[1] for p in points], "datum": "wgs84"}
    answer = standing.post("/api/v1/route", json=body)
    assert answer.status_code == 200
    told = answer.get_json()
    assert {len(column) for column in told.values() if isinstance(column, list)} == {100_000}
    expected = [town.micro(1 + n % 300 // 100, 1 + n // 300 % 300 // 100) for n in range(100_000)]
    assert told["grid"] == expected


def test_columns_and_single_points_agree(standing: FlaskClient) -> None:
    places = [(0.5, 0.5), (1, 1), (1.99, 1.5), (-0.01, 1.5), (-5, -5)]
    body = {"lon": [town.spot(*p)[0] for p in places], "lat": [town.spot(*p)[1] for p in places], "accuracy_m": [30] * 5}
    told = standing.post("/api/v1/route", json={**body, "datum": "wgs84"}).get_json()
    for i, place in enumerate(places):
        lon, lat = town.spot(*place)
        one = get(standing, f"route?lon={lon}&lat={lat}&datum=wgs84&accuracy_m=30")
        assert [told[key][i] for key in ("grid", "rule", "distance_to_border_m", "ambiguous")] == [
            one[key] for key in ("grid", "rule", "distance_to_border_m", "ambiguous")]  # fmt: skip
        assert told["runner_up"][i] == (one["runner_up"] or {"code": None})["code"]


@pytest.mark.parametrize(("minutes", "status"), [(9, 201), (11, 422)])
def test_a_senders_clock_may_run_ahead_a_little(sender: FlaskClient, minutes: int, status: int) -> None:
    ahead = (clock.now() + timedelta(minutes=minutes)).isoformat()
    body = {"source": "dahua", "source_id": "A-1", "occurred_at": ahead}
    assert sender.post("/api/v1/alerts", json=body).status_code == status


# ---- cases


def test_a_case_tells_its_story(sender: FlaskClient) -> None:
    number = send(sender, 1, at=(0.5, 0.5), source_code="890", text="一")["case"]["id"]
    send(sender, 2, at=(0.501, 0.5), source_code="890", text="二")
    told = get(sender, f"cases/{number}")["properties"]
    assert told["alerts"] == 2
    assert [(alert["source_id"], alert["relation"]) for alert in told["received"]] == [("A-1", "opened"), ("A-2", "joined")]
    assert [entry["kind"] for entry in told["timeline"]] == ["case.opened", "alert.joined"]
    assert all(entry["actor"] == "key:tests" and "case" not in entry["data"] for entry in told["timeline"])
    assert told["route"]["words"]["zh"].startswith("按上报坐标定位")
    assert told["urgency"] == "intime"


def test_pages_follow_each_other(sender: FlaskClient) -> None:
    for n in range(7):
        send(sender, n, at=(0.5, 0.5))
    seen, question = [], "cases.geojson?limit=3"
    while question:
        page = get(sender, question)
        assert page["matched"] == 7
        seen += [feature["properties"]["source_id"] for feature in page["features"]]
        question = f"cases.geojson?limit=3&cursor={quote(page['next'])}" if page["next"] else ""
    assert seen == [f"A-{n}" for n in range(6, -1, -1)]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("state=open", {"A-0", "A-1"}),
        ("state=closed", {"A-2"}),
        ("state=closed&state=discovered", {"A-0", "A-1", "A-2"}),
        ("state=closed,open", {"A-0", "A-1", "A-2"}),
        ("state=open&tray=unrouted", {"A-1"}),
        ("tray=triage", {"A-1", "A-2"}),
        (f"grid={town.TOWN}", {"A-0", "A-2"}),
        (f"category={quote(town.STANDARD)}|matter|06010", {"A-0"}),
        ("q=%E8%B7%AF", {"A-2"}),
        ("source=nobody", set()),
    ],
)
def test_cases_by_question(sender: FlaskClient, committing: Engine, question: str, found: set[str]) -> None:
    send(sender, 0, at=(0.5, 0.5), source_code="890")
    send(sender, 1, at=None)
    send(sender, 2, at=(1.5, 0.5), address="示例路")
    with Session(committing) as session, session.begin():
        town.stand(session, State.CLOSED, "source_id = 'A-2'")
    page = get(sender, f"cases.geojson?{question}")
    assert {feature["properties"]["source_id"] for feature in page["features"]} == found
    assert page["matched"] == len(found)


# ---- places and search


def test_circles_are_one_square_kilometre(standing: FlaskClient) -> None:
    for feature in get(standing, "service-circles.geojson")["features"]:
        assert abs(GEOD.geometry_area_perimeter(shape(feature["geometry"]))[0]) == pytest.approx(1_000_000, rel=1e-5)
        assert feature["properties"]["radius_m"] == 564.19


def test_cameras_tell_their_parts_and_what_they_see(standing: FlaskClient) -> None:
    sees, blind = get(standing, "cameras.geojson")["features"]
    assert sees["properties"]["grid"] == town.micro(1, 1)
    assert sees["properties"]["id_parts"]["industry"] == {"zh": "城市管理", "en": "City management"}
    assert shape(sees["properties"]["view"]).area > 0
    assert blind["properties"]["view"] is None


def test_nearby_in_any_datum(standing: FlaskClient) -> None:
    lon, lat = from_wgs84(Datum.GCJ02, *town.spot(0.5, 0.52))
    told = get(standing, f"nearby?lon={float(lon)}&lat={float(lat)}&datum=gcj02&radius_m=1000")
    assert [(c["id"][-1], c["covers"]) for c in told["cameras"]] == [("1", True), ("2", False)]
    assert [(p["code"], p["within_circle"]) for p in told["service_points"]] == [("SP-001", True)]
    assert told["service_points"][0]["distance_m"] == pytest.approx(22.2, abs=0.1)


@pytest.mark.parametrize(
    ("asked", "kind", "first"),
    [
        (town.micro(2, 3), "grid", town.micro(2, 3)),
        (town.village(2), "grid", town.village(2)),
        ("演示镇", "grid", town.TOWN),
        ("demo town", "grid", town.TOWN),
        ("VILLAGE 2 micro-grid 3", "grid", town.micro(2, 3)),
        ("探头2", "camera", "31015100081326000002"),
        ("31015100081326000001", "camera", "31015100081326000001"),
        ("service point 2", "service_point", "SP-002"),
        ("示例路1", "service_point", "SP-001"),
        ("121.4, 31.6", "coordinates", "wgs84:121.4, 31.6"),
        ("31.6 121.4", "coordinates", "wgs84:121.4, 31.6"),
        ("31.6，121.4", "coordinates", "wgs84:121.4, 31.6"),
        ("GCJ-02: 121.4,31.6", "coordinates", "gcj02:121.4, 31.6"),
    ],
)
def test_search(standing: FlaskClient, asked: str, kind: str, first: str) -> None:
    results = get(standing, f"search?q={quote(asked)}")["results"]
    assert (results[0]["kind"], results[0]["id"]) == (kind, first)


@pytest.mark.parametrize("asked", ["   ", "%", "_", "\\", "没有这样的地方", "999, 999"])
def test_searches_that_find_nothing(standing: FlaskClient, asked: str) -> None:
    assert get(standing, f"search?q={quote(asked)}")["results"] == []


def test_a_case_is_found_by_its_number(sender: FlaskClient) -> None:
    number = send(sender, 1, at=(0.5, 0.5))["case"]["id"]
    assert get(sender, f"search?q={number}")["results"][0]["id"] == number


# ---- keys and verbs


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic {0}", "{0}", "Bearer {0}x", "Bearer gmk_", "bearer: {0}", "Bearer x {0}"],
)
@pytest.mark.parametrize("address", ["/api/v1/alerts", "/api/v1/alerts/batch", "/api/v1/route"])
def test_only_a_key_in_force_opens_the_door(standing: FlaskClient, address: str, header: str | None) -> None:
    secret = standing.environ_base["HTTP_AUTHORIZATION"].partition(" ")[2]
    stranger = standing.application.test_client()
    given = {} if header is None else {"Authorization": header.format(secret)}
    answer = stranger.post(address, json={"nonsense": True}, headers=given)
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_key_is_refused_at_once(sender: FlaskClient, committing: Engine, key: str) -> None:
    send(sender, 1, at=(0.5, 0.5))
    with Session(committing) as session, session.begin():
        keys.revoke(session, "tests", actor="test")
        assert session.execute(text("SELECT digest FROM api_key")).scalars().all() == [hashlib.sha256(key.encode()).digest()]
    assert sender.post("/api/v1/alerts", json={}).status_code == 401


ADDRESSES = ["grids.geojson", "grids/counts", f"grids/{town.TOWN}", "cases.geojson", "cameras.geojson", "service-points.geojson",
             "service-circles.geojson", "nearby?lon=121&lat=31", "search?q=x", "route?lon=121&lat=31&datum=wgs84"]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_is_get_without_its_body(standing: FlaskClient, address: str) -> None:
    head = standing.head(f"/api/v1/{address}")
    assert (head.status_code, head.get_data()) == (200, b"")
    assert head.headers["Content-Type"] == standing.get(f"/api/v1/{address}").headers["Content-Type"]


@pytest.mark.parametrize("address", ["/api/v1/alerts", "/api/v1/grids.geojson", "/healthz"])
def test_options_name_the_verbs(standing: FlaskClient, address: str) -> None:
    answer = standing.options(address)
    assert answer.status_code == 200
    assert "OPTIONS" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("verb", "address"),
    [("put", "/api/v1/alerts"), ("get", "/api/v1/alerts"), ("delete", "/api/v1/cases/1"), ("post", "/api/v1/grids.geojson")],
)
def test_other_verbs_are_refused(standing: FlaskClient, verb: str, address: str) -> None:
    ask: Callable[..., Any] = getattr(standing, verb)
    answer = ask(address)
    assert answer.status_code == 405
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Allow"]


def test_an_invented_verb_makes_no_series_of_its_own(standing: FlaskClient) -> None:
    standing.open("/api/v1/grids.geojson", method="BREW")
    assert b"BREW" not in standing.get("/metrics").get_data()
    assert standing.get("/readyz").status_code == 200
