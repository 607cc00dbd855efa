"""Asking the API, and sending it alerts, as its tests do."""

from typing import Any

from flask.testing import FlaskClient

from gridmap import clock
from tests import town

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
