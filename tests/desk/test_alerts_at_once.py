"""Senders at the same time, with real commits."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from gridmap.cases.models import Alert, Case
from gridmap.desk.alerts import Incoming, receive
from tests import town
from tests.desk.incoming import POLICY, alert, count, take


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
