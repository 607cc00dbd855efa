"""Alerts in the very instant of a publish, with real commits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from time import sleep

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap.cases.judging import RouteCheck, judge_some
from gridmap.cases.tasks import Asker
from gridmap.cases.workflow import Action
from gridmap.desk.acting.act import Call, act, locked
from gridmap.desk.acting.told import Spot, Told
from gridmap.desk.alerts import Outcome, prepare, receive, take
from gridmap.desk.redrawing.enact import enact_whole
from gridmap.grids.publishing import publish
from gridmap.routing.ask import index_at
from tests import town
from tests.desk.incoming import POLICY, RUBBISH, alert
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
        prepared = prepare(taking, [alert(1, at=PLACE)], policy=POLICY)
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


@pytest.mark.parametrize("action", [Action.LOCATE, Action.CLASSIFY])
def test_who_routes_a_case_anew_waits_for_who_is_publishing(busy: Engine, action: Action) -> None:
    """Else it would be routed by boundaries that end, after the publish has looked which cases lie on them."""
    lon, lat = town.spot(*PLACE)
    told = Told(location=Spot(lon, lat)) if action is Action.LOCATE else Told(category=RUBBISH)
    with Session(busy) as session:
        before = PLACE if action is Action.CLASSIFY else (0.5, 2.5)
        (opened,) = receive(session, [alert(1, at=before)], actor="key:test", policy=POLICY)
        session.commit()

    def act_on_it(session: Session) -> None:
        case = locked(session, opened.number, action)
        act(session, case, action, told, Asker("account:test"), call=Call(), nearest_limit_m=30.0)

    with Session(busy) as publishing:
        move_border(publishing, 0)
        meanwhile(busy, act_on_it, publishing)
    with Session(busy) as session:
        assert misplaced(session) == []


def move_border(session: Session, turn: int) -> None:
    """The border between (1, 1) and (2, 1) turned, or straight again."""
    shapes = redrawn() if turn % 2 == 0 else {"m11": town.square(0, 0), "m21": town.square(1, 0)}
    enact_whole(session, town.drafts(**shapes), actor="test", nearest_limit_m=30.0)


LIES_ELSEWHERE = text(
    """
    SELECT c.id, c.grid_code FROM cases c
    LEFT JOIN micro_grid_at(ST_X(c.location), ST_Y(c.location), clock_timestamp()) AS m ON true
    WHERE c.grid_code IS DISTINCT FROM m.code
    """
)


def misplaced(session: Session) -> list[int]:
    """Cases that by PostGIS lie in another grid than theirs: by the boundaries now, or by those their routes name."""
    judged = judge_some(session, session.get_one(RouteCheck, 1), 500)
    return [row.id for row in session.execute(LIES_ELSEWHERE)] + [one.case_id for one in judged]


def test_alerts_and_publishes_all_at_once_leave_no_case_by_old_boundaries(busy: Engine) -> None:
    over = Event()

    def publish_often() -> None:
        try:
            for turn in range(6):
                with Session(busy) as session, session.begin():
                    move_border(session, turn)
        finally:
            over.set()

    def take_often(who: int) -> int:
        turn = 0
        while not over.is_set() or turn == 0:
            alerts = [alert(f"{who}-{turn}-{i}", at=(0.6 + 0.08 * i, 0.05 + 0.1 * (turn % 9)), join=False) for i in range(10)]
            with Session(busy) as session, session.begin():
                receive(session, alerts, actor="key:test", policy=POLICY)
            turn += 1
        return turn

    with ThreadPoolExecutor(3) as pool:
        publishing, taking = pool.submit(publish_often), [pool.submit(take_often, who) for who in (1, 2)]
        publishing.result()
        taken = sum(one.result() for one in taking)
    with Session(busy) as session:
        assert session.execute(text("SELECT count(*) FROM cases")).scalar_one() == 10 * taken
        assert session.execute(text("SELECT count(*) FROM publication")).scalar_one() == 7
        assert misplaced(session) == []
