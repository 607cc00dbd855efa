"""Reports through the API: JSON, CSV and Excel, their rights, their versions, and what is refused."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import text

from gridmap import clock
from gridmap.accounts.rights import Role
from gridmap.http.state import state
from tests import callers, town
from tests.api.asking import get, send

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)  # A Friday, 14:00 in the town.


@pytest.fixture
def at_work(app: APIFlask, sender: FlaskClient) -> FlaskClient:
    """An operator; four cases on the day of NOW: on time, late, open and overdue, and one from nowhere whose source is hostile."""
    for number, at in enumerate([(0.5, 0.5), (1.5, 0.5), (0.5, 2.5), None], 1):
        send(sender, number, at=at, source_code="890" if at else "?", source="=cmd|' /C calc'!A0" if at is None else "dahua")
    with state(app).sessions.begin() as session:
        session.execute(text("UPDATE cases SET received_at = :at"), {"at": NOW - timedelta(hours=5)})
        session.execute(text("UPDATE cases SET due_at = received_at + interval '4 hours' WHERE due_at IS NOT NULL"))
        for number, hours in ((1, 2), (2, 4.5)):
            for step in ("verifying", "rating", "closed"):
                closed = NOW - timedelta(hours=5 - hours) if step == "closed" else None
                session.execute(
                    text("UPDATE cases SET state = :s, closed_at = :c WHERE source_id = :i"),
                    {"s": step, "c": closed, "i": f"A-{number}"},
                )
    return callers.signed_in(app)


def report(client: FlaskClient, question: str = "day?date=2026-11-20") -> Any:
    with clock.frozen(NOW):
        return get(client, f"reports/{question}")


def test_a_day(at_work: FlaskClient) -> None:
    told = report(at_work)
    assert told["period"]["complete"] is False
    measures = {key: one["now"] for key, one in told["total"]["measures"].items()}
    assert {key: measures[key] for key in ("reported", "filed", "closed", "in_hand", "left_open", "due", "on_time", "overdue_open")} == {
        "reported": 4, "filed": 4, "closed": 2, "in_hand": 4, "left_open": 2, "due": 3, "on_time": 1, "overdue_open": 1,
    }  # fmt: skip
    rate = told["total"]["ratios"]["on_time_rate"]
    assert rate["now"] == {"value": pytest.approx(1 / 3), "numerator": 1, "denominator": 3}
    assert rate["before"] == {"value": None, "numerator": 0, "denominator": 0}
    assert told["total"]["ratios"]["mean_handling"]["now"]["value"] == pytest.approx(3.25)
    assert [part["key"] for part in told["by"]["grid"]] == [town.village(1), town.village(2), None]
    assert told["before"]["at"] == "2026-11-19T14:00:00+08:00"
    assert told["year_before"]["first"] == "2025-11-20"


def test_the_same_case_is_in_its_week_and_month(at_work: FlaskClient) -> None:
    for kind, first in (("week", "2026-11-16"), ("month", "2026-11-01")):
        told = report(at_work, f"{kind}?date=2026-11-20")
        assert told["period"]["first"] == first
        assert told["total"]["measures"]["filed"]["now"] == 4


def test_a_grid_narrows_it(at_work: FlaskClient) -> None:
    told = report(at_work, f"day?grid={town.village(1)}")
    assert told["grid"]["name"] == "演示村1"
    assert told["total"]["measures"]["filed"]["now"] == 2
    assert [part["key"] for part in told["by"]["grid"]] == [town.micro(1, 1), town.micro(1, 3)]


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("year", 404),
        ("day?date=2027-01-01", 422),
        ("day?date=20261120", 422),
        ("day?date=1700000000", 422),
        ("day?grid=12", 422),
        (f"day?grid={town.village(9)}", 404),
        ("day?colour=red", 422),
        ("year.csv", 404),
    ],
)
def test_what_is_refused(standing: FlaskClient, question: str, status: int) -> None:
    client = callers.signed_in(standing.application)
    with clock.frozen(NOW):
        assert client.get(f"/api/v1/reports/{question}").status_code == status


def test_zero_denominators_are_no_number_anywhere(app: APIFlask) -> None:
    client = callers.signed_in(app)
    ratios = report(client)["total"]["ratios"]
    assert all(one["now"]["value"] is None for one in ratios.values())
    with clock.frozen(NOW):
        table = list(csv.reader(io.StringIO(client.get("/api/v1/reports/day.csv").get_data().decode("utf-8-sig"))))
    assert {row[3] for row in table[2:] if row[2] in ("On-time rate", "Satisfaction", "Mean handling time (h)")} == {"—"}


def test_csv_is_for_excel_and_holds_no_formula(at_work: FlaskClient) -> None:
    with clock.frozen(NOW):
        answer = at_work.get("/api/v1/reports/day.csv", headers={"Accept-Language": "zh"})
    content = answer.get_data()
    assert content.startswith(b"\xef\xbb\xbf")
    assert answer.mimetype == "text/csv"
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert table[1][:6] == ["范围", "名称", "指标", "本期", "分子", "分母"]
    assert ["合计", "", "按期结案率", "33.3%", "1", "3", "—", "—", "—", "—"] in table
    cells = [cell for row in table for cell in row]
    assert "'=cmd|' /C calc'!A0" in cells
    assert not [cell for cell in cells if re.match(r"[=+\-@\t\r]", cell)]


def test_excel_holds_the_figures_and_what_they_mean(at_work: FlaskClient) -> None:
    with clock.frozen(NOW):
        answer = at_work.get("/api/v1/reports/day.xlsx")
    book = load_workbook(io.BytesIO(answer.get_data()))
    assert book.sheetnames == ["Report", "Definitions"]
    cells = [cell for sheet in book for row in sheet for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert "'=cmd|' /C calc'!A0" in {cell.value for cell in cells}
    rows = [[cell.value for cell in row] for row in book["Report"]]
    assert ["Total", None, "Closed", 2] in [row[:4] for row in rows]
    assert 'filename="gridmap-day-2026-11-20.xlsx"' in answer.headers["Content-Disposition"]


def test_an_etag_lasts_until_something_happens(at_work: FlaskClient, sender: FlaskClient) -> None:
    def ask(tag: str = "") -> tuple[int, str]:
        answer = at_work.get("/api/v1/reports/day?date=2026-11-19", headers={"If-None-Match": tag})
        return answer.status_code, answer.headers["ETag"]

    _, tag = ask()
    assert ask(tag) == (304, tag)
    send(sender, 77, at=(2.5, 2.5), source_code="890")
    status, other = ask(tag)
    assert (status, other != tag) == (200, True)


def test_a_running_period_is_counted_anew_each_minute(at_work: FlaskClient) -> None:
    tags = []
    for minutes in (0, 0, 1):
        with clock.frozen(NOW + timedelta(minutes=minutes)):
            tags.append(at_work.get("/api/v1/reports/day").headers["ETag"])
    assert tags[0] == tags[1] != tags[2]


def test_this_moment(at_work: FlaskClient) -> None:
    with clock.frozen(NOW):
        told = get(at_work, "reports/now")
    assert told["standing"] == {"open": 2, "overdue": 1, "soon": 0, "suspended": 0}
    assert told["today"]["filed"] == 4
    assert told["on_time"] == {"value": pytest.approx(1 / 3), "numerator": 1, "denominator": 3}
    assert told["hours"]["today"][9] == 4
    assert told["hours"]["today"][13] == 0
    assert told["hours"]["today"][14] is None
    assert [row["code"] for row in told["by_grid"]] == [town.village(1), None, town.village(2)]
    assert told["days"][-1] == {"date": "2026-11-20", "filed": 4, "closed": 2}
    assert told["position"] >= 0


def test_a_case_soon_due_is_at_risk_until_it_is_handled(at_work: FlaskClient, app: APIFlask) -> None:
    with state(app).sessions.begin() as session:
        session.execute(text("UPDATE cases SET due_at = :d WHERE source_id = 'A-3'"), {"d": NOW + timedelta(minutes=40)})
    with clock.frozen(NOW):
        assert get(at_work, "reports/now")["standing"]["soon"] == 1
    with state(app).sessions.begin() as session:
        session.execute(text("UPDATE cases SET handled_at = :h WHERE source_id = 'A-3'"), {"h": NOW})
    with clock.frozen(NOW + timedelta(hours=2)):
        told = get(at_work, "reports/now")
    assert (told["standing"]["soon"], told["standing"]["overdue"]) == (0, 0)


@pytest.mark.parametrize("path", ["day", "day.csv", "day.xlsx", "now", "indicators"])
def test_reports_are_for_those_who_answer_for_the_whole(app: APIFlask, path: str) -> None:
    assert callers.signed_in(app, Role.AUDITOR).get(f"/api/v1/reports/{path}").status_code == 200
    assert callers.signed_in(app, Role.MEMBER).get(f"/api/v1/reports/{path}").status_code == 403
    assert callers.anonymous(app).get(f"/api/v1/reports/{path}").status_code == 401


def test_the_definitions_are_told(at_work: FlaskClient) -> None:
    told = {one["key"]: one for one in get(at_work, "reports/indicators")["indicators"]}
    assert told["on_time_rate"]["denominator"] == "due"
    assert told["due"]["rule_en"]
