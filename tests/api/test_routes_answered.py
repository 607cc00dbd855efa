"""Routes by the API: the whole reason, every datum, the past, columns."""

from datetime import timedelta

import pytest
import shapely
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.geo.datum import Datum, from_wgs84
from tests import town
from tests.api.asking import get


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
