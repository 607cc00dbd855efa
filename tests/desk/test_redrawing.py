"""A publish with all that hangs on it: cases, tasks, notices, lineage; and the preview that is the deed itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts.rights import Grant, Role, Scope, Where, covers
from gridmap.cases.loop_models import CaseTask
from gridmap.cases.models import Case
from gridmap.cases.states import State
from gridmap.cases.tasks import Asker
from gridmap.cases.workflow import Action
from gridmap.desk.acting.askers import scope_of
from gridmap.desk.alerts import receive
from gridmap.desk.redrawing.enact import Enacted, enact, enact_whole, roll_back
from gridmap.desk.redrawing.impact import measured, preview
from gridmap.grids.change import Change, GridDraft
from gridmap.grids.models import Lineage, Publication
from gridmap.journal.models import JournalEntry
from gridmap.notices.models import Notice
from gridmap.routing.ask import Place, route_one
from gridmap.routing.words import explain
from tests import town
from tests.desk import stage
from tests.desk.incoming import NOW, POLICY, alert, take
from tests.grids.publishes import everything, redrawn
from tests.people import crew

BEFORE, AFTER = town.micro(2, 1), town.micro(1, 1)
MOVING, STAYING = (1.1, 0.2), (1.8, 0.5)  # The first lies west of the turned border, the second east of it.


def newest(session: Session) -> int:
    return session.execute(select(func.max(Publication.id))).scalar_one()


def turned(session: Session) -> Change:
    """The border between (1, 1) and (2, 1) turned."""
    drafts = {draft.code: draft for draft in town.drafts(**redrawn()) if draft.code in (AFTER, BEFORE)}
    return Change(newest(session), drafts)


def publish(session: Session, change: Change | None = None, *, actor: str = "account:planner") -> Enacted:
    with clock.frozen(NOW + timedelta(hours=1)):
        return enact(session, change or turned(session), actor=actor, nearest_limit_m=30.0)


def opened(session: Session, *places: tuple[float, float]) -> list[Case]:
    """Cases of different categories, so that none joins another."""
    made = take(session, [alert(n, at=at) for n, at in enumerate(places)], policy=replace(POLICY, duplicate_radius_m=0))
    return [session.scalars(select(Case).where(Case.number == one.number)).one() for one in made]


@pytest.fixture
def desk(tiny_town: Session) -> Session:
    town.category(tiny_town)
    return tiny_town


# ---- cases


def test_open_cases_go_with_the_ground_and_say_why(desk: Session) -> None:
    moving, staying = opened(desk, MOVING, STAYING)
    done = publish(desk)
    assert [(one.number, one.before, one.after) for one in done.moved] == [(moving.number, BEFORE, AFTER)]
    desk.expire_all()
    assert (moving.grid_code, moving.version, staying.grid_code, staying.version) == (AFTER, 1, BEFORE, 0)
    assert moving.route["redrawn"] | {"at": ""} == {"publication": done.published.publication, "at": "", "from": BEFORE}
    assert moving.route["rule"] == "covers"
    words = explain(moving.route, {BEFORE: ("旧格", "Old grid")})
    assert "边界重划以后从旧格转来" in words["zh"]
    assert "moved here from Old grid when the boundaries were redrawn" in words["en"]


def test_the_route_is_the_one_an_alert_would_have_now(desk: Session) -> None:
    cases = opened(desk, MOVING, (1.0, 0.999), (0.99, 0.5), (1.49, 0.01), (1.2, 0.6))
    publish(desk)
    desk.expire_all()
    for case in cases:
        assert case.location is not None
        anew = route_one(desk, Place(case.location.x, case.location.y), limit_m=30.0)
        assert case.grid_code == anew.grid
        if "redrawn" in case.route:
            assert {k: v for k, v in case.route.items() if k != "redrawn"} == anew.facts()


def test_closed_cases_stay_where_they_were(desk: Session) -> None:
    (case,) = opened(desk, MOVING)
    town.stand(desk, State.CLOSED)
    assert publish(desk).moved == []
    desk.expire_all()
    assert case.grid_code == BEFORE


def test_each_case_has_its_row_in_the_journal(desk: Session) -> None:
    moving, _, third = opened(desk, MOVING, STAYING, (1.15, 0.3))
    publish(desk)
    rows = desk.scalars(select(JournalEntry).where(JournalEntry.kind == "case.rerouted").order_by(JournalEntry.id)).all()
    assert [row.subject for row in rows] == [moving.number, third.number]
    assert (rows[0].actor, rows[0].data["from_grid"], rows[0].data["to_grid"]) == ("account:planner", BEFORE, AFTER)
    assert rows[0].data["case"]["properties"]["grid"]["code"] == AFTER
    assert rows[0].data["case"]["properties"]["version"] == 1


def test_a_camera_s_case_goes_by_what_the_camera_sees(desk: Session) -> None:
    town.camera(desk, 1, at=MOVING)
    take(desk, [alert(1, at=None, camera_id="31015100081326000001")])
    (case,) = desk.scalars(select(Case))
    publish(desk)
    desk.expire_all()
    assert (case.grid_code, case.route["basis"]) == (AFTER, "camera_view")


def test_a_whole_set_from_a_file_takes_cases_along_too(desk: Session) -> None:
    (case,) = opened(desk, MOVING)
    with clock.frozen(NOW + timedelta(hours=1)):
        enact_whole(desk, town.drafts(**redrawn()), actor="cli:test", nearest_limit_m=30.0)
    desk.expire_all()
    assert case.grid_code == AFTER


# ---- tasks and people


def test_who_has_accepted_a_task_keeps_it_and_may_finish_it(desk: Session) -> None:
    crew.kinds(desk)
    (case,) = opened(desk, MOVING)
    member = crew.person(desk, 7)
    crew.post(desk, member, BEFORE)
    asker = Asker(f"account:{member.ref.lower()}", member.id)
    stage.act(desk, case, Action.ACCEPT, asker, NOW + timedelta(minutes=5))
    publish(desk)
    desk.expire_all()
    task = desk.scalars(select(CaseTask)).one()
    assert (task.holder_id, task.state, case.grid_code) == (member.id, "accepted", AFTER)
    scope = scope_of(desk, case.id, case.grid_code)
    assert scope == Scope(AFTER, frozenset(), held_in=BEFORE)
    assert covers(Grant(Role.MEMBER, BEFORE), scope, Where.GRID)
    assert not covers(Grant(Role.MEMBER, town.micro(3, 3)), scope, Where.GRID)


def test_a_task_nobody_has_taken_is_offered_to_the_new_grid_s_team(desk: Session) -> None:
    (case,) = opened(desk, MOVING)
    desk.add(CaseTask(case_id=case.id, team="work", grid_code=BEFORE, given_by="test", state="waiting"))
    desk.flush()
    publish(desk)
    desk.expire_all()
    assert desk.scalars(select(CaseTask.grid_code)).one() == AFTER


def test_old_and_new_people_get_one_notice_each_however_many_cases(desk: Session) -> None:
    crew.kinds(desk)
    old, new, stranger = (crew.person(desk, n) for n in (1, 2, 3))
    crew.post(desk, old, BEFORE)
    crew.post(desk, old, BEFORE, "micro_head")
    crew.post(desk, new, AFTER)
    crew.post(desk, stranger, town.micro(3, 3))
    cases = opened(desk, MOVING, (1.15, 0.3), (1.2, 0.4), STAYING)
    done = publish(desk)
    notices = desk.scalars(select(Notice).order_by(Notice.person_id)).all()
    assert [(notice.person_id, notice.kind, notice.case_id) for notice in notices] == [
        (old.id, "redrawn", None),
        (new.id, "redrawn", None),
    ]
    assert done.told == 2
    assert notices[0].facts["moved"] == 3
    assert [one["number"] for one in notices[0].facts["cases"]] == [case.number for case in cases[:3]]
    (row,) = desk.scalars(select(JournalEntry).where(JournalEntry.kind == "notice.given"))
    assert (row.data["persons"], row.data["accounts"]) == ([old.id, new.id], [])


def test_it_asks_no_question_a_case(desk: Session) -> None:
    def asked(how_many: int) -> int:
        with desk.begin_nested() as savepoint:
            take(
                desk, [alert(n, at=(1.05 + n / 1000, 0.2)) for n in range(how_many)], policy=replace(POLICY, duplicate_radius_m=0)
            )
            counted = counting(desk, lambda: publish(desk))
            savepoint.rollback()
        desk.expire_all()
        return counted

    assert asked(60) == asked(2)


def counting(session: Session, deed: Callable[[], object]) -> int:
    seen: list[str] = []
    connection = session.connection()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        deed()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return len(seen)


# ---- lineage


def test_lineage_counts_the_cases_that_lie_on_the_ground(desk: Session) -> None:
    opened(desk, MOVING, STAYING, (1.9, 0.5), (1.7, 0.7))
    town.stand(desk, State.CLOSED, "source_id IN ('A-0', 'A-3')")
    publish(desk)
    told = {(r.from_code, r.to_code): (r.cases, r.case_share) for r in desk.scalars(select(Lineage))}
    assert told[BEFORE, AFTER] == (1, 0.25)
    assert told[BEFORE, BEFORE] == (3, 0.75)
    assert told[town.village(2), town.village(1)] == (1, 0.25)


# ---- preview and rollback


def test_the_preview_is_the_effect_and_leaves_nothing(desk: Session) -> None:
    crew.kinds(desk)
    crew.post(desk, crew.person(desk, 1), BEFORE)
    town.camera(desk, 1, at=MOVING)
    town.camera(desk, 2, at=STAYING)
    town.service_point(desk, 1, at=(1.2, 0.1))
    opened(desk, MOVING, STAYING, (1.3, 0.1), (1.6, 0.6))
    before = everything(desk)
    change = turned(desk)

    def deed() -> Enacted:
        return publish(desk, change)

    with clock.frozen(NOW + timedelta(hours=1)):
        told = preview(desk, deed)
        assert everything(desk) == before
        assert desk.scalar(select(func.count()).select_from(Notice)) == 0
        assert told == measured(desk, deed)
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
        told = preview(desk, lambda: publish(desk))
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
        told = preview(desk, lambda: roll_back(desk, done, actor="account:planner", nearest_limit_m=30.0))
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
        assert preview(desk, lambda: publish(desk, change)).left == {BEFORE: 1}


# ---- under way at the same time


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
