"""Cases by the API: a case's story, pages, questions, clocks that run ahead."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.cases.states import State
from tests import town
from tests.api.asking import get, send


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
