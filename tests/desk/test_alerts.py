"""Taking alerts: many at once as one by one, each once, twins together, all or nothing, nothing lost."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Barrier, Thread
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases import lookup
from gridmap.cases.categories import CategoryKey
from gridmap.cases.models import Alert, Case
from gridmap.cases.states import State
from gridmap.desk.alerts import Incoming, Outcome, Policy, receive
from gridmap.journal.models import JournalEntry, PendingEntry
from tests import town

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
POLICY = Policy(nearest_limit_m=30.0, duplicate_radius_m=50.0, duplicate_hours=24.0)
RUBBISH = CategoryKey(town.STANDARD, "matter", "06010")
PAPER = CategoryKey(town.STANDARD, "matter", "06011")


def alert(number: int | str = 1, *, at: tuple[float, float] | None = (1.5, 2.5), **facts: Any) -> Incoming:
    lon, lat = town.spot(*at) if at else (None, None)
    usual = Incoming("dahua", f"A-{number}", NOW, f'{{"n": "{number}"}}', category=RUBBISH, lon=lon, lat=lat)
    return replace(usual, **facts)


def take(session: Session, alerts: Sequence[Incoming], *, policy: Policy = POLICY, now: datetime = NOW) -> list[Outcome]:
    with clock.frozen(now):
        return receive(session, alerts, actor="key:test", policy=policy)


def one_by_one(session: Session, alerts: Sequence[Incoming], policy: Policy) -> list[Outcome]:
    return [outcome for each in alerts for outcome in take(session, [each], policy=policy)]


@pytest.fixture
def desk(tiny_town: Session) -> Session:
    """The tiny town with two categories."""
    town.category(tiny_town, vendor_code="890")
    town.category(tiny_town, "06011", hours=None)
    return tiny_town


def count(session: Session, model: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


# ---- as one by one


class Seen(NamedTuple):
    """What can be told apart afterwards: what became of each alert, and which of them share a case."""

    relations: list[str]
    partition: list[int]
    alerts_by_case: list[int]


def seen(session: Session, outcomes: list[Outcome]) -> Seen:
    numbers = list(dict.fromkeys(outcome.number for outcome in outcomes))
    counts = {row.number: row.alerts for row in session.execute(select(Case.number, Case.alerts))}
    return Seen(
        [outcome.relation.value for outcome in outcomes],
        [numbers.index(outcome.number) for outcome in outcomes],
        [counts[number] for number in numbers],
    )


# Steps of some 12 m, so that many pairs lie within 50 m of each other and many do not; never quite the same distance twice.
step = st.integers(0, 12)
random_alerts = st.lists(
    st.builds(
        lambda number, x, y, hours, category, join: alert(
            number,
            at=(1.4 + x * 0.0131 + y * 0.00017, 1.4 + y * 0.0113 + x * 0.00023),
            occurred_at=NOW - timedelta(hours=hours),
            category=category,
            join=join,
        ),
        st.integers(0, 14),
        step,
        step,
        st.sampled_from([0, 1, 20, 30, 47]),
        st.sampled_from([RUBBISH, RUBBISH, RUBBISH, PAPER, None]),
        st.sampled_from([True, True, True, False]),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(alerts=random_alerts, cuts=st.lists(st.integers(1, 24), max_size=3), radius=st.sampled_from([50.0, 30.0, 0.0]))
def test_many_at_once_are_taken_as_one_by_one(desk: Session, alerts: list[Incoming], cuts: list[int], radius: float) -> None:
    policy = replace(POLICY, duplicate_radius_m=radius)
    edges = sorted({0, len(alerts), *(cut for cut in cuts if cut < len(alerts))})
    chunks = [alerts[a:b] for a, b in pairwise(edges)]
    told = []
    for way in ([alerts], chunks, [[each] for each in alerts]):
        with desk.begin_nested() as savepoint:
            outcomes = [outcome for chunk in way for outcome in take(desk, chunk, policy=policy)]
            told.append(seen(desk, outcomes))
            savepoint.rollback()
    assert told[0] == told[2]
    assert told[1] == told[2]


def test_a_case_that_was_not_to_join_may_be_joined_in_the_same_breath(desk: Session) -> None:
    first, second = take(desk, [alert(1, join=False), alert(2)])
    assert (first.relation, second.relation) == ("opened", "joined")
    assert first.number == second.number


def test_the_nearest_case_is_joined_on_record_or_not(desk: Session) -> None:
    (far,) = take(desk, [alert(1, at=(1.5, 1.5))])
    near, joins = take(desk, [alert(2, at=(1.5, 1.54), join=False), alert(3, at=(1.5, 1.53))])
    assert (near.relation, joins.relation, joins.number) == ("opened", "joined", near.number)
    (other,) = take(desk, [alert(4, at=(1.5, 1.511))])
    assert (other.relation, other.number) == ("joined", far.number)


# ---- thresholds


@pytest.mark.parametrize(
    ("second", "relation"),
    [
        (alert(2, at=(1.5, 2.5 + 49.5 / 1109)), "joined"),
        (alert(2, at=(1.5, 2.5 + 50.5 / 1109)), "opened"),
        (alert(2, occurred_at=NOW - timedelta(hours=24)), "joined"),
        (alert(2, occurred_at=NOW + timedelta(hours=24)), "joined"),
        (alert(2, occurred_at=NOW - timedelta(hours=24, seconds=1)), "opened"),
        (alert(2, category=PAPER), "opened"),
        (alert(2, category=None), "opened"),
        (alert(2, join=False), "opened"),
        (alert(2, at=None), "opened"),
        (alert(2, source="hikvision", source_id="A-1"), "joined"),
    ],
)
@pytest.mark.parametrize("together", [False, True])
def test_what_joins(desk: Session, second: Incoming, relation: str, together: bool) -> None:
    both = take(desk, [alert(1), second]) if together else [*take(desk, [alert(1)]), *take(desk, [second])]
    assert [outcome.relation for outcome in both] == ["opened", relation]


@pytest.mark.parametrize("together", [False, True])
def test_a_radius_of_nothing_joins_nothing(desk: Session, together: bool) -> None:
    policy = replace(POLICY, duplicate_radius_m=0.0)
    way = take(desk, [alert(1), alert(2)], policy=policy) if together else one_by_one(desk, [alert(1), alert(2)], policy)
    assert [outcome.relation for outcome in way] == ["opened", "opened"]


def test_hours_of_nothing_join_only_the_same_moment(desk: Session) -> None:
    policy = replace(POLICY, duplicate_hours=0.0)
    later = alert(3, occurred_at=NOW + timedelta(seconds=1))
    assert [o.relation for o in take(desk, [alert(1), alert(2), later], policy=policy)] == ["opened", "joined", "opened"]


def test_closed_cases_are_not_joined(desk: Session) -> None:
    take(desk, [alert(1)])
    town.stand(desk, State.CLOSED)
    assert take(desk, [alert(2)])[0].relation == "opened"


# ---- what is kept and told


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
    assert outcome.fresh.feature == lookup.by_ids(desk, [case.id], at=NOW)[case.id]
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


# ---- at the same time, with real commits


@pytest.fixture
def busy(committing: Engine) -> Engine:
    """A database with the tiny town, committed."""
    with Session(committing) as session, session.begin():
        town.found(session)
        town.category(session)
    return committing


def at_once(engine: Engine, deeds: Sequence[Callable[[Session], None]]) -> list[Exception]:
    """Do all deeds at the same time, each in a transaction of its own; what went wrong."""
    together = Barrier(len(deeds))
    wrong: list[Exception] = []

    def do(deed: Callable[[Session], None]) -> None:
        try:
            with Session(engine) as session, session.begin():
                session.execute(text("SELECT 1"))
                together.wait(20)
                deed(session)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test tells it
            wrong.append(error)

    threads = [Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return wrong


def sending(alerts: Sequence[Incoming]) -> Callable[[Session], None]:
    def send(session: Session) -> None:
        receive(session, alerts, actor="key:test", policy=POLICY)

    return send


def test_twenty_senders_of_one_alert_open_one_case(busy: Engine) -> None:
    assert at_once(busy, [sending([alert(1)])] * 20) == []
    with Session(busy) as session:
        assert (count(session, Case), count(session, Alert)) == (1, 1)
        assert session.scalars(select(Case.alerts)).one() == 1


def test_twenty_twins_open_one_case(busy: Engine) -> None:
    twins = [alert(n, at=(1.5 + n * 0.001, 1.5)) for n in range(20)]
    assert at_once(busy, [sending([twin]) for twin in twins]) == []
    with Session(busy) as session:
        assert (count(session, Case), count(session, Alert)) == (1, 20)
        assert session.scalars(select(Case.alerts)).one() == 20


def test_batches_that_cross_each_other_do_not_lock_up(busy: Engine) -> None:
    places = [(0.1 + n * 0.07, 0.1 + n * 0.07) for n in range(40)]
    batches = []
    for sender in range(6):
        order = places if sender % 2 else places[::-1]
        batches.append([alert(f"{sender}-{x}", at=(x, y)) for x, y in order])
    assert at_once(busy, [sending(batch) for batch in batches]) == []
    with Session(busy) as session:
        assert (count(session, Case), count(session, Alert)) == (40, 240)
        assert set(session.scalars(select(Case.alerts))) == {6}


def test_what_breaks_off_leaves_nothing(busy: Engine) -> None:
    with Session(busy) as session:
        tables = ("cases", "alert", "journal", "journal_pending")
        before = [session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]
    with suppress(KeyboardInterrupt), Session(busy) as session, session.begin():
        receive(session, [alert(n, join=False) for n in range(50)], actor="key:test", policy=POLICY)
        raise KeyboardInterrupt
    with Session(busy) as session:
        assert [session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables] == before
        outcomes = take(session, [alert(n, join=False) for n in range(50)])
        assert {outcome.relation for outcome in outcomes} == {"opened"}


def test_a_sender_waits_for_one_who_may_yet_give_up(busy: Engine) -> None:
    with Session(busy) as first:
        receive(first, [alert(1)], actor="key:test", policy=POLICY)
        found: list[str] = []

        def second() -> None:
            with Session(busy) as session, session.begin():
                found.extend(o.relation for o in receive(session, [alert(2)], actor="key:test", policy=POLICY))

        thread = Thread(target=second)
        thread.start()
        thread.join(0.4)
        assert thread.is_alive()
        first.rollback()
        thread.join(20)
    assert found == ["opened"]
