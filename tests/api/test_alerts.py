from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from gridmap import clock
from tests import town


def alert(number: int = 1, *, at: tuple[float, float] = (1.5, 2.5), **facts: Any) -> dict[str, Any]:
    lon, lat = town.spot(*at)
    body = {
        "source": "dahua",
        "source_id": f"A-{number}",
        "occurred_at": clock.now().isoformat(),
        "source_code": "890",
        "location": {"lon": lon, "lat": lat, "datum": "wgs84"},
        "text": "路口有暴露垃圾",
    }
    return {key: value for key, value in (body | facts).items() if value is not ...}


def test_blanks_around_words_are_nobodys_so_that_files_bring_back_what_was_there(sender: FlaskClient) -> None:
    told = sender.post(
        "/api/v1/alerts", json=alert(text="\t路口 有垃圾\r\n", address="\u3000示例路 1 号 ", source_code=" 890\n")
    ).get_json()
    case = told["case"]["properties"]
    assert (case["text"], case["address"], case["source_code"]) == ("路口 有垃圾", "示例路 1 号", "890")
    assert case["category"]["code"] == "06010"
    plain = sender.post("/api/v1/alerts", json=alert(2, text=" 路口", address="一路 ", join=False)).get_json()["case"][
        "properties"
    ]
    assert (plain["text"], plain["address"]) == ("路口", "一路")


def test_an_alert_opens_a_case_in_its_micro_grid_and_says_why(sender: FlaskClient) -> None:
    answer = sender.post("/api/v1/alerts", json=alert())
    assert answer.status_code == 201
    told = answer.get_json()
    assert told["relation"] == "opened"
    assert told["case"]["properties"]["grid"]["code"] == town.micro(2, 3)
    assert told["case"]["properties"]["category"]["code"] == "06010"
    assert told["route"]["rule"] == "covers"
    assert told["route"]["levels"]["village"]["code"] == town.village(2)
    assert town.micro(2, 3) not in told["route"]["words"]["zh"]  # people read names
    assert "演示村2第3微网格" in told["route"]["words"]["zh"]


def test_the_same_alert_again_is_the_same_case(sender: FlaskClient) -> None:
    first = sender.post("/api/v1/alerts", json=alert())
    second = sender.post("/api/v1/alerts", json=alert(text="again, in other words"))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.get_json()["case"]["id"] == second.get_json()["case"]["id"]
    assert second.get_json()["relation"] == "known"


def test_a_twin_near_by_joins_unless_the_sender_says_otherwise(sender: FlaskClient) -> None:
    case = sender.post("/api/v1/alerts", json=alert(1)).get_json()["case"]["id"]
    twin = sender.post("/api/v1/alerts", json=alert(2, at=(1.502, 2.5))).get_json()
    assert (twin["relation"], twin["case"]["id"], twin["case"]["properties"]["alerts"]) == ("joined", case, 2)
    own = sender.post("/api/v1/alerts", json=alert(3, join=False)).get_json()
    assert own["relation"] == "opened"
    far = sender.post("/api/v1/alerts", json=alert(4, at=(1.6, 2.5))).get_json()
    assert far["relation"] == "opened"
    late = alert(5, occurred_at=(clock.now() - timedelta(hours=30)).isoformat(), at=(1.6, 2.5))
    assert sender.post("/api/v1/alerts", json=late).get_json()["relation"] == "opened"


@pytest.mark.parametrize(
    ("facts", "trays"),
    [
        ({"location": {"lon": 120.0, "lat": 30.0, "datum": "wgs84"}}, ["unrouted"]),
        ({"location": ...}, ["unrouted"]),
        ({"location": ..., "camera_id": "31015100081326999999"}, ["unrouted"]),
        ({"source_code": "no such code"}, ["triage"]),
        ({"source_code": ...}, ["triage"]),
        ({"source_code": ..., "category": {"standard_ref": "GB/T 0", "kind": "matter", "code": "1"}}, ["triage"]),
        ({"location": ..., "source_code": ...}, ["unrouted", "triage"]),
    ],
)
def test_no_alert_is_lost_to_geometry_or_vocabulary(sender: FlaskClient, facts: dict[str, Any], trays: list[str]) -> None:
    answer = sender.post("/api/v1/alerts", json=alert(**facts))
    assert answer.status_code == 201
    assert answer.get_json()["case"]["properties"]["trays"] == trays


def test_without_a_key_nothing_is_taken(anonymous: FlaskClient, client: FlaskClient) -> None:
    answer = anonymous.post("/api/v1/alerts", json=alert())
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert client.get("/api/v1/cases.geojson").get_json()["matched"] == 0


def test_spaces_around_a_name_are_nobodys(sender: FlaskClient) -> None:
    # Loading a file takes them off, too: else an exported case would be a stranger to its own file.
    first = sender.post("/api/v1/alerts", json=alert(source=" dahua", source_id="A-1 "))
    again = sender.post("/api/v1/alerts", json=alert())

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json()["case"]["properties"]["source_id"] == "A-1"
    assert again.get_json()["relation"] == "known"
