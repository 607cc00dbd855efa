from datetime import UTC, datetime, timedelta
from random import Random

from gridmap.cli.made_up import MARK, Pole, alert, poles

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOWN = [
    Pole("31015100081326000001", "dahua", "竹林路", 121.395, 31.652),
    Pole("31015100081326000002", "", "北门路", 121.40, 31.63),
]
MANY = [alert(Random(seed), TOWN, NOW) for seed in range(600)]


def test_every_kind_of_source_speaks() -> None:
    assert {body["source"] for body in MANY} == {"camera-ai", "ai-box", "city-terminal", "hotline-12345", "resident"}


def test_nobody_can_take_one_for_real() -> None:
    assert all(body["text"].startswith(MARK) for body in MANY)
    assert all(body["source_id"].startswith("sim-") for body in MANY)
    assert len({body["source_id"] for body in MANY}) == len(MANY)


def test_terminals_name_the_shifted_datum_and_mean_a_place_near_a_pole() -> None:
    shifted = [body["location"] for body in MANY if body["source"] == "city-terminal"]
    assert {place["datum"] for place in shifted} == {"gcj02"}
    near = [place for place in shifted if abs(place["lat"] - 31.64) < 0.05]
    assert len(near) > 0.8 * len(shifted)
    # GCJ-02 lies some 500 m east-south-east of WGS-84 here: a pole's own position would be further west.
    assert min(place["lon"] for place in near) > 121.395


def test_some_have_no_place_some_lie_outside_and_some_codes_are_unknown() -> None:
    assert any("location" not in body for body in MANY if body["source"] == "hotline-12345")
    assert any(abs(body["location"]["lat"] - 31.64) > 0.05 for body in MANY if "location" in body)
    assert any(body.get("source_code", "").startswith("demo-unknown") for body in MANY)


def test_they_happened_just_now_and_the_same_seed_tells_the_same_story() -> None:
    assert all(timedelta(0) < NOW - datetime.fromisoformat(body["occurred_at"]) < timedelta(minutes=1) for body in MANY)
    assert alert(Random(7), TOWN, NOW) == alert(Random(7), TOWN, NOW)


def test_poles_are_read_from_the_api_and_one_without_a_place_is_left_out() -> None:
    point = {"type": "Point", "coordinates": [121.4, 31.6]}
    features = [
        {"geometry": point, "properties": {"id": "1", "vendor": None, "name": "演示探头001 竹林路"}},
        {"geometry": None, "properties": {"id": "2"}},
    ]
    assert poles({"features": features}) == [Pole("1", "", "竹林路", 121.4, 31.6)]
