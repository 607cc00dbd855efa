"""Alerts in the very instant of a publish, with real commits."""

from collections.abc import Callable
from threading import Thread
from time import sleep

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap.desk.alerts import Outcome, prepare, receive, take
from gridmap.grids.publishing import publish
from gridmap.routing.ask import index_at
from tests import town
from tests.desk.incoming import POLICY, alert
from tests.grids.publishes import redrawn

PLACE = (1.1, 0.2)  # In the micro-grid (2, 1); in (1, 1) once redrawn.
WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")


@pytest.fixture
def busy(committing: Engine) -> Engine:
    with Session(committing) as session, session.begin():
        town.found(session)
        town.category(session)
    return committing


def redraw(session: Session) -> None:
    publish(session, town.drafts(**redrawn()), actor="test")


def meanwhile(engine: Engine, deed: Callable[[Session], None], first: Session) -> None:
    """Begin `deed` on a connection of its own; once it waits, commit what `first` has done."""
    wrong: list[Exception] = []

    def do() -> None:
        try:
            with Session(engine) as session, session.begin():
                deed(session)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test tells it
            wrong.append(error)

    thread = Thread(target=do)
    thread.start()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looking:
        for _ in range(400):
            if looking.execute(WAITING).scalar_one():
                break
            sleep(0.01)
        else:
            raise AssertionError("it did not wait")
    first.commit()
    thread.join(60)
    assert not thread.is_alive()
    assert wrong == []


def test_prepared_before_and_taken_after_a_publish(busy: Engine) -> None:
    with Session(busy) as taking, Session(busy) as publishing:
        prepared = prepare(taking, [alert(1, at=PLACE)], nearest_limit_m=POLICY.nearest_limit_m)
        taking.rollback()
        assert prepared.drafts[0].route.grid == town.micro(2, 1)
        redraw(publishing)
        publishing.commit()
        (outcome,) = take(taking, prepared, actor="key:test", policy=POLICY)
        taking.commit()
        told = taking.execute(text("SELECT grid_code, route->>'publication' FROM cases")).one()
    assert outcome.grid == told[0] == town.micro(1, 1)
    assert told[1] == "2"


def test_a_publish_that_was_taken_back_leaves_nothing_behind(busy: Engine) -> None:
    """Even where this very process had already looked at its boundaries."""
    with Session(busy) as publishing:
        redraw(publishing)
        assert index_at(publishing).publication == 2
        publishing.rollback()
    for number in (1, 2):
        with Session(busy) as taking:
            (outcome,) = receive(taking, [alert(number, at=PLACE)], actor="key:test", policy=POLICY)
            taking.commit()
        assert outcome.grid == town.micro(2, 1)


def test_an_alert_waits_for_who_is_publishing(busy: Engine) -> None:
    outcomes: list[Outcome] = []
    with Session(busy) as publishing:
        redraw(publishing)
        meanwhile(
            busy,
            lambda session: outcomes.extend(receive(session, [alert(1, at=PLACE)], actor="key:test", policy=POLICY)),
            publishing,
        )
    assert [outcome.grid for outcome in outcomes] == [town.micro(1, 1)]


def test_who_publishes_waits_for_an_alert_in_hand(busy: Engine) -> None:
    with Session(busy) as taking:
        (outcome,) = receive(taking, [alert(1, at=PLACE)], actor="key:test", policy=POLICY)
        meanwhile(busy, redraw, taking)
        last = taking.execute(text("SELECT max(at) FROM publication")).scalar_one()
        received = taking.execute(text("SELECT received_at FROM cases")).scalar_one()
    assert outcome.grid == town.micro(2, 1)
    assert received < last
