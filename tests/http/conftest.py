"""The stage on which every address, role and scope is tried."""

from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from gridmap.http.state import state
from gridmap.people import departments
from tests import callers, town
from tests.http.stage import MICRO, Stage
from tests.people import crew


@pytest.fixture(scope="module")
def stage(standing: FlaskClient) -> Stage:
    app = standing.application
    assert isinstance(app, APIFlask)
    with state(app).sessions.begin() as session:
        crew.kinds(session)
        person = crew.person(session, 1)
        crew.post(session, person, MICRO)
        first, other = (departments.make(session, code, {"name": "示例部门"}, actor="test") for code in ("repairs", "others"))
        departments.bring_in(session, "repairs", person.ref, leader=True, actor="test")
        ids = first.id, other.id
    return Stage(app, _handed(standing, app), *ids)


def _handed(machine: FlaskClient, app: APIFlask) -> str:
    """A case in the south-western micro-grid that the first department has a task of."""
    lon, lat = town.spot(0.5, 0.5)
    alert: dict[str, Any] = {
        "source": "dahua",
        "source_id": "M-1",
        "occurred_at": "2026-11-22T08:00:00+08:00",
        "source_code": "890",
    }
    alert |= {"location": {"lon": lon, "lat": lat, "datum": "wgs84"}, "reporter": {"name": "示例居民", "phone": "021-5550-0001"}}
    opened = machine.post("/api/v1/alerts", json=alert)
    assert opened.status_code == 201, opened.text
    number = str(opened.get_json()["case"]["properties"]["number"])
    operator = callers.signed_in(app)
    tag = operator.get(f"/api/v1/cases/{number}").headers["ETag"]
    path = f"/api/v1/cases/{number}/actions/dispatch"
    handed = operator.post(path, json={"to": [{"department": "repairs"}]}, headers={"If-Match": tag})
    assert handed.status_code == 200, handed.text
    return number
