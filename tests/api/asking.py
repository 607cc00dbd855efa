"""Asking the API, and sending it alerts, as its tests do."""

from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridmap import clock
from tests import town

Body = dict[str, Any]
FAR_AHEAD = (clock.now() + timedelta(hours=1)).isoformat()
PROBLEM = "application/problem+json"


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


def refused(answer: TestResponse, *fields: str, status: int = 422) -> dict[str, Any]:
    """The problem an answer tells, once it is one and names the fields."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == PROBLEM
    told: dict[str, Any] = answer.get_json(force=True)
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    if fields:
        assert {error["field"] for error in told["errors"]} == set(fields)
        assert all(error["message"] for error in told["errors"])
    return told
