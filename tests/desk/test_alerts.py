"""What is kept of an alert, and told about it."""

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridmap.cases import lookup
from gridmap.cases.models import Alert, Case
from gridmap.journal.models import JournalEntry, PendingEntry
from tests import town
from tests.desk.incoming import NOW, PAPER, alert, count, take


def test_joined_alerts_are_counted_and_kept(desk: Session) -> None:
    outcomes = take(desk, [alert(n) for n in (1, 2, 3, 1, 2)]) + take(desk, [alert(4), alert(1)])
    assert [o.relation for o in outcomes] == ["opened", "joined", "joined", "known", "known", "joined", "known"]
    assert len({outcome.number for outcome in outcomes}) == 1
    assert desk.scalars(select(Case.alerts)).all() == [4]
    kept = desk.execute(select(Alert.source_id, Alert.relation, Alert.actor).order_by(Alert.id)).all()
    assert [tuple(row) for row in kept] == [
        ("A-1", "opened", "key:test"),
        ("A-2", "joined", "key:test"),
        ("A-3", "joined", "key:test"),
        ("A-4", "joined", "key:test"),
    ]


def test_what_was_sent_is_kept_to_the_letter(desk: Session) -> None:
    sent = '{ "z": 1e-99999, "a":1.50,\n"a": "twice", "text": "\\u8def\\u53e3 路口"}'
    take(desk, [alert(1, payload=sent)])
    assert desk.execute(text("SELECT payload::text FROM alert")).scalar_one() == sent


def test_every_new_alert_stands_in_the_journal_once(desk: Session) -> None:
    before = count(desk, JournalEntry)
    opened, *_ = take(desk, [alert(1), alert(2), alert(1)])
    rows = desk.scalars(select(JournalEntry).order_by(JournalEntry.id).offset(before)).all()
    assert [(row.topic, row.kind, row.subject, row.actor) for row in rows] == [
        ("cases", "case.opened", opened.number, "key:test"),
        ("cases", "alert.joined", opened.number, "key:test"),
    ]
    assert rows[1].data["alert"] == {"source": "dahua", "source_id": "A-2"}
    assert rows[1].data["case"]["properties"]["alerts"] == 2
    assert rows[1].data["case"]["id"] == opened.number
    pending = desk.scalars(select(PendingEntry.journal_id)).all()
    assert {row.id for row in rows} <= set(pending)


def test_the_case_told_is_the_case_on_record(desk: Session) -> None:
    (outcome,) = take(
        desk, [alert(1, accuracy_m=600.0, address="示例路1号", text="x", media=[{"url": "http://a.invalid/1.jpg"}])]
    )
    assert outcome.fresh is not None
    case = desk.scalars(select(Case)).one()
    assert orjson.loads(orjson.dumps(outcome.fresh.feature)) == lookup.by_ids(desk, [case.id], at=NOW)[case.id]
    assert outcome.fresh.route == case.route
    assert outcome.fresh.boundary is not None
    assert outcome.fresh.boundary.id == case.route["boundary"]
    assert case.media == [{"url": "http://a.invalid/1.jpg"}]


def test_a_late_alert_has_its_full_time_and_keeps_its_moment(desk: Session) -> None:
    happened = NOW - timedelta(days=400)
    take(desk, [alert(1, occurred_at=happened)])
    case = desk.scalars(select(Case)).one()
    assert (case.occurred_at, case.received_at) == (happened, NOW)
    assert case.due_at == NOW + timedelta(hours=4)


def test_a_category_without_a_limit_has_no_due_time(desk: Session) -> None:
    take(desk, [alert(1, category=PAPER)])
    assert desk.scalars(select(Case.due_at)).one() is None


@pytest.mark.parametrize(("source", "camera"), [("dahua", False), ("platform", True)])
def test_a_vendors_code_is_understood_from_the_source_or_its_camera(desk: Session, source: str, camera: bool) -> None:
    known = town.camera(desk, vendor="dahua", at=(0.5, 0.5)).id if camera else None
    take(desk, [alert(1, source=source, category=None, source_code="890", camera_id=known)])
    assert desk.scalars(select(Case.category_id)).one() is not None


def test_a_camera_alert_is_placed_where_the_camera_looks(desk: Session) -> None:
    watching = town.camera(desk, at=(0.5, 0.999), bearing_deg=0.0)
    blind = town.camera(desk, 2, at=(0.5, 0.5), bearing_deg=None)
    by_view, by_pole, unknown = take(
        desk, [alert(n, at=None, camera_id=camera) for n, camera in enumerate([watching.id, blind.id, "3" * 20])]
    )
    assert (by_view.grid, by_pole.grid, unknown.grid) == (town.micro(1, 2), town.micro(1, 1), None)
    routes = {case.source_id: case.route for case in desk.scalars(select(Case))}
    assert [routes[f"A-{n}"]["basis"] for n in range(3)] == ["camera_view", "camera_pole", "none"]
    assert routes["A-2"]["unknown_camera"] == "3" * 20


def test_nothing_is_asked_of_no_alerts(desk: Session) -> None:
    assert take(desk, []) == []


def test_without_any_grid_the_case_waits_to_be_placed(session: Session) -> None:
    town.category(session)
    (outcome,) = take(session, [alert(1)])
    assert (outcome.relation, outcome.grid) == ("opened", None)
