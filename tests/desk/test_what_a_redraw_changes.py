"""What a publish counts: lineage, the preview that is the deed itself, rolling back, alerts meanwhile."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Event, Thread

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.states import State
from gridmap.desk.alerts import receive
from gridmap.desk.redrawing.enact import enact, roll_back
from gridmap.desk.redrawing.impact import measured, preview
from gridmap.grids.change import Change, GridDraft
from gridmap.grids.models import Lineage
from gridmap.notices.models import Notice
from tests import town
from tests.desk.incoming import NOW, POLICY, alert
from tests.desk.turning import AFTER, BEFORE, MOVING, STAYING, newest, opened, publish, turned
from tests.grids.publishes import everything
from tests.people import crew


def test_lineage_counts_the_cases_that_lie_on_the_ground(desk: Session) -> None:
    opened(desk, MOVING, STAYING, (1.9, 0.5), (1.7, 0.7))
    town.stand(desk, State.CLOSED, "source_id IN ('A-0', 'A-3')")
    publish(desk)
    told = {(r.from_code, r.to_code): (r.cases, r.case_share) for r in desk.scalars(select(Lineage))}
    assert told[BEFORE, AFTER] == (1, 0.25)
    assert told[BEFORE, BEFORE] == (3, 0.75)
    assert told[town.village(2), town.village(1)] == (1, 0.25)


def test_the_preview_is_the_effect_and_leaves_nothing(desk: Session) -> None:
    crew.kinds(desk)
    crew.post(desk, crew.person(desk, 1), BEFORE)
    town.camera(desk, 1, at=MOVING)
    town.camera(desk, 2, at=STAYING)
    town.service_point(desk, 1, at=(1.2, 0.1))
    opened(desk, MOVING, STAYING, (1.3, 0.1), (1.6, 0.6))
    before = everything(desk)
    change = turned(desk)

    with clock.frozen(NOW + timedelta(hours=1)):
        told = preview(desk, partial(publish, desk, change))
        assert everything(desk) == before
        assert desk.scalar(select(func.count()).select_from(Notice)) == 0
        assert told == measured(desk, publish(desk, change))
    assert [camera.id for camera in told.cameras] == ["31015100081326000001"]
    assert [(point.before, point.after) for point in told.service_points] == [(BEFORE, AFTER)]
    by_code = {grid.code: grid for grid in told.grids}
    west, east = by_code[AFTER], by_code[BEFORE]
    assert west.before is not None
    assert west.after is not None
    assert east.after is not None
    assert (west.before.open_cases, west.after.open_cases, east.after.open_cases) == (0, 2, 2)
    assert (west.after.cameras, west.after.service_points, west.after.people, west.after.load) == (1, 1, 0, None)
    assert (east.after.people, east.after.load) == (1, 2.0)
    assert west.after.area_m2 == pytest.approx(west.before.area_m2 * 1.25, rel=1e-3)
    # What it says is what stands there.
    rows = desk.execute(text("SELECT grid_code, count(*) FROM cases WHERE closed_at IS NULL GROUP BY 1"))
    assert {row[0]: row[1] for row in rows} == {AFTER: west.after.open_cases, BEFORE: east.after.open_cases}


def test_compactness_of_a_square(desk: Session) -> None:
    with clock.frozen(NOW):
        told = preview(desk, partial(publish, desk))
    square = next(grid for grid in told.grids if grid.code == AFTER).before
    assert square is not None
    assert square.polsby_popper == pytest.approx(0.785, abs=0.01)  # Nearly a square: 948 m by 1,109 m.
    assert square.reock == pytest.approx(0.63, abs=0.01)
    assert square.parts == 1


def test_a_rollback_brings_the_cases_home(desk: Session) -> None:
    (case,) = opened(desk, MOVING)
    done = publish(desk).published.publication
    assert done is not None
    with clock.frozen(NOW + timedelta(hours=2)):
        told = preview(desk, partial(roll_back, desk, done, actor="account:planner", nearest_limit_m=30.0))
        back = roll_back(desk, done, actor="account:planner", nearest_limit_m=30.0)
    desk.expire_all()
    assert [(one.before, one.after) for one in back.moved] == [(AFTER, BEFORE)] == [(c.before, c.after) for c in told.cases]
    assert case.grid_code == BEFORE
    assert (case.route["rule"], case.version) == ("covers", 2)


def test_people_left_behind_are_told_of(desk: Session) -> None:
    crew.kinds(desk)
    crew.post(desk, crew.person(desk, 1), BEFORE)
    wide = town.square(0, 0, width=2)
    noded = type(wide)(
        [*wide.exterior.coords[:1], town.spot(1, 0), *wide.exterior.coords[1:3], town.spot(1, 1), *wide.exterior.coords[3:]]
    )
    change = Change(newest(desk), {AFTER: GridDraft(AFTER, "宽", shape=noded)}, frozenset({BEFORE}))
    with clock.frozen(NOW):
        assert preview(desk, partial(publish, desk, change)).left == {BEFORE: 1}


def test_alerts_meanwhile_go_by_the_old_boundaries_or_the_new_ones(committing: Engine) -> None:
    """Several senders without pause, several publishes: no case opens by boundaries that were not in force just then."""
    with Session(committing) as session, session.begin():
        town.found(session)
        town.category(session)
    stop, wrong = Event(), []

    def send(name: str) -> None:
        number = 0
        try:
            while not stop.is_set():
                number += 1
                with Session(committing) as session, session.begin():
                    receive(
                        session,
                        [alert(f"{name}-{number}", at=MOVING)],
                        actor="key:test",
                        policy=replace(POLICY, duplicate_radius_m=0),
                    )
        except Exception as error:  # noqa: BLE001  # whatever it is, the test tells it
            wrong.append(error)

    threads = [Thread(target=send, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for _ in range(4):
        with Session(committing) as session, session.begin():
            enact(session, turned(session), actor="account:planner", nearest_limit_m=30.0)
        with Session(committing) as session, session.begin():
            last = newest(session)
            roll_back(session, last, actor="account:planner", nearest_limit_m=30.0)
    stop.set()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    with Session(committing) as session:
        rows = session.execute(
            text(
                """
                SELECT count(*) AS cases, count(*) FILTER (WHERE c.grid_code <> :home) AS astray,
                       count(*) FILTER (WHERE NOT b.valid @> c.received_at AND c.version = 0) AS mixed
                FROM cases c JOIN boundary b ON b.id = CAST(c.route ->> 'boundary' AS bigint)
                """
            ),
            {"home": BEFORE},
        ).one()
        assert rows.cases > 8
        assert (rows.astray, rows.mixed) == (0, 0)
