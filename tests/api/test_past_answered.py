"""Past cases by the API: there to be read, and nothing more."""

from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Engine

from tests import town
from tests.api.asking import get
from tests.desk.history.made import load, parquet, past


def test_a_past_case_is_told_and_nobody_can_do_anything_with_it(sender: FlaskClient, committing: Engine, tmp_path: Path) -> None:
    cases = [past(1), past(2, (1.0, 1.0), accuracy_m=20)]
    assert load(committing, parquet(tmp_path / "x.parquet", cases)).new == 2
    listed = get(sender, "cases.geojson?state=closed")["features"]
    assert [feature["id"] for feature in listed] == ["202603-00000002", "202603-00000001"]
    told = get(sender, "cases/202603-00000001")["properties"]
    assert (told["past"], told["allowed"], told["to_review"], told["tasks"], told["version"]) == (True, [], [], [], 0)
    assert (told["grid"]["code"], told["route"]["rule"], told["due_at"]) == (town.micro(1, 1), "covers", "2026-03-01T06:05:00Z")
    assert [alert["source_id"] for alert in told["received"]] == ["h-1"]
    assert [entry["kind"] for entry in told["timeline"]] == ["case.opened", "case.closed"]
    assert told["timeline"][1]["at"] == told["closed_at"]
    assert told["route"]["words"]["en"] == "Placed by the reported coordinates; inside Demo Village 1 Micro-grid 1."
    answer = sender.get("/api/v1/cases/202603-00000001/evidence")
    assert answer.status_code == 409
    assert sender.get("/api/v1/cases/202603-00000009/evidence").status_code == 404
    assert sender.get("/api/v1/cases/202603-00000009").status_code == 404


def test_the_search_finds_it_by_its_number(sender: FlaskClient, committing: Engine, tmp_path: Path) -> None:
    load(committing, parquet(tmp_path / "x.parquet", [past(1)]))
    found = get(sender, "search?q=202603-00000001")["results"]
    assert [one["kind"] for one in found] == ["case"]
