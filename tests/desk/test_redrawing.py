"""A publish takes cases, tasks and people along."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts.rights import Grant, Role, Scope, Where, covers
from gridmap.cases.loop_models import CaseTask
from gridmap.cases.models import Case
from gridmap.cases.states import State
from gridmap.cases.tasks import Asker
from gridmap.cases.workflow import Action
from gridmap.desk.acting.askers import scope_of
from gridmap.desk.redrawing.enact import enact_whole
from gridmap.journal.models import JournalEntry
from gridmap.notices.models import Notice
from gridmap.routing.ask import Place, route_one
from gridmap.routing.words import explain
from tests import town
from tests.desk import stage
from tests.desk.incoming import NOW, POLICY, alert, take
from tests.desk.turning import AFTER, BEFORE, MOVING, STAYING, opened, publish
from tests.grids.publishes import redrawn
from tests.people import crew


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
