"""What comes due is noticed once, by the right people, at the right time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts.rights import Grant, Role
from gridmap.cases.clock_models import Reminder, Watch
from gridmap.cases.deadlines import Limit, Unit
from gridmap.cases.loop_models import Request
from gridmap.cases.models import Case
from gridmap.cases.tasks import Addressee, Asker
from gridmap.cases.workflow import Action
from gridmap.desk.watching import following
from gridmap.desk.watching.agenda import agenda
from gridmap.desk.watching.looking import look, next_due
from gridmap.desk.watching.rules import Rules
from gridmap.journal import feed
from gridmap.notices.models import Notice
from tests import callers, town
from tests.desk import stage
from tests.desk.incoming import NOW, PAPER

RULES = Rules()
HOUR = timedelta(hours=1)
BOSS = Asker("account:boss", leads=True)


@pytest.fixture
def crew(desk: Session) -> stage.People:
    return stage.people(desk)


def run_until(session: Session, *moments: datetime, rules: Rules = RULES) -> None:
    """What a worker does that looks at these moments."""
    stage.watch_all(session, rules)
    for moment in moments:
        with clock.frozen(moment):
            while (case_id := next_due(session, moment)) is not None:
                look(session, case_id, rules)
                session.flush()


def told(session: Session, case: Case) -> list[tuple[str, str, int | None]]:
    rows = session.scalars(select(Notice).where(Notice.case_id == case.id).order_by(Notice.id))
    return [(row.kind, str(row.facts.get("rung")), row.person_id) for row in rows]


def hourly(hours: int) -> Sequence[datetime]:
    return [NOW + step * HOUR / 4 for step in range(4 * hours + 1)]


def test_a_worker_that_first_comes_late_tells_what_has_passed_since_the_case_came(desk: Session, crew: stage.People) -> None:
    case = stage.open_case(desk)
    with clock.frozen(NOW + 4.5 * HOUR):
        while following.follow(desk, RULES, ()) or feed.advance(desk):
            pass
    run_until(desk, NOW + 4.5 * HOUR)
    assert [rung for _, rung, _ in told(desk, case)] == ["member", "micro_head", "grid_head"]


def test_a_case_nobody_takes_up_climbs_the_whole_ladder_each_rung_once(desk: Session, crew: stage.People) -> None:
    case = stage.open_case(desk)
    run_until(desk, *hourly(12))
    assert told(desk, case) == [
        ("at_risk", "member", crew.member.id),
        ("at_risk", "micro_head", crew.micro_head.id),
        ("overdue", "grid_head", crew.village_head.id),
        ("overdue", "town", crew.town_head.id),
    ]
    steps = desk.scalars(select(Reminder.step).where(Reminder.case_id == case.id))
    assert set(steps) == {"member", "micro_head", "grid_head", "town", "department"}
    assert desk.get(Watch, case.id) is None


def test_the_department_that_has_it_hears_of_it_and_its_leader_last(desk: Session, crew: stage.People) -> None:
    case = stage.open_case(desk)
    stage.act(desk, case, Action.DISPATCH, BOSS, NOW, to=(Addressee(department_id=crew.department.id),))
    run_until(desk, *hourly(12))
    assert told(desk, case)[-1] == ("overdue", "department", crew.leader.id)
    assert ("at_risk", "member", crew.leader.id) in told(desk, case)


def test_an_extension_begins_another_round(desk: Session, crew: stage.People) -> None:
    case = stage.open_case(desk)
    member = crew.asker(crew.member)
    stage.act(desk, case, Action.ACCEPT, member, NOW)
    run_until(desk, NOW + 3.2 * HOUR)
    assert [kind for kind, *_ in told(desk, case)] == ["at_risk"]
    stage.act(desk, case, Action.ASK_EXTENSION, member, NOW + 3.3 * HOUR, reason="r")
    request = desk.execute(select(Request.id).where(Request.case_id == case.id)).scalar_one()
    stage.act(desk, case, Action.REVIEW, BOSS, NOW + 3.4 * HOUR, request=request, granted=True, reason="r")
    run_until(desk, NOW + 5.9 * HOUR, NOW + 6.1 * HOUR)
    rounds = desk.execute(select(Reminder.round, Reminder.step).where(Reminder.case_id == case.id)).all()
    assert sorted(map(tuple, rounds)) == [(0, "member"), (1, "member")]


def test_where_heads_are_missing_those_above_are_told(desk: Session) -> None:
    operator = callers.account(desk, Grant(Role.OPERATOR, town.TOWN))
    elsewhere = callers.account(desk, Grant(Role.OPERATOR, town.village(1)))
    case = stage.open_case(desk)
    run_until(desk, *hourly(12))
    owners = list(desk.scalars(select(Notice.account_id).where(Notice.case_id == case.id)))
    assert owners == [operator.id] * 4
    assert elsewhere.id not in owners


def test_a_suspension_ends_by_itself_and_the_clock_goes_on_from_the_planned_moment(desk: Session, crew: stage.People) -> None:
    case, member = stage.open_case(desk), crew.asker(crew.member)
    stage.act(desk, case, Action.ACCEPT, member, NOW)
    stage.act(desk, case, Action.ASK_SUSPENSION, member, NOW + HOUR, reason="r", until=NOW + 25 * HOUR)
    request = desk.execute(select(Request.id).where(Request.case_id == case.id)).scalar_one()
    stage.act(desk, case, Action.REVIEW, BOSS, NOW + HOUR, request=request, granted=True, reason="r")
    assert case.due_at is None
    run_until(desk, NOW + 24 * HOUR)
    assert case.state == "suspended"
    run_until(desk, NOW + 25.5 * HOUR)  # The worker comes half an hour late.
    assert [case.state, case.due_at] == ["handling", NOW + 28 * HOUR]


def test_a_verified_case_nobody_rates_closes(desk: Session, crew: stage.People) -> None:
    case, member = stage.open_case(desk), crew.asker(crew.member)
    stage.act(desk, case, Action.SELF_HANDLE, member, NOW, result="r", evidence=(stage.photo(desk, case),))
    stage.act(desk, case, Action.VERIFY, BOSS, NOW + HOUR)
    run_until(desk, NOW + timedelta(days=7))
    assert case.state == "rating"
    run_until(desk, NOW + timedelta(days=7, hours=1))
    assert case.state == "closed"


def test_stages_and_answers_that_take_too_long_are_noticed_once(desk: Session, crew: stage.People) -> None:
    quarter = Limit(0.25, Unit.URGENT_HOUR)
    rules = Rules(stages={"dispatch": quarter, "accept": quarter, "verify": quarter})
    case = stage.open_case(desk)
    run_until(desk, NOW + HOUR / 2, NOW + HOUR / 2, rules=rules)
    assert {kind for kind, *_ in told(desk, case)} == {"dispatch_overdue"}
    stage.act(desk, case, Action.DISPATCH, BOSS, NOW + HOUR, to=(Addressee(person_id=crew.leader.id),))
    stage.act(desk, case, Action.SUPERVISE, BOSS, NOW + HOUR, kind="focus", text="t", reply_due_at=NOW + 1.1 * HOUR)
    run_until(desk, NOW + 1.5 * HOUR, NOW + 1.6 * HOUR, rules=rules)
    overdue = [(kind, person) for kind, _, person in told(desk, case) if kind == "accept_overdue"]
    assert sorted(overdue) == sorted([("accept_overdue", crew.leader.id), ("accept_overdue", crew.micro_head.id)])
    assert "reply_overdue" in {kind for kind, *_ in told(desk, case)}


def test_a_deadline_that_the_calendar_has_moved_is_put_right(desk: Session) -> None:
    case = stage.open_case(desk)
    case.due_at = NOW + 9 * HOUR
    desk.flush()
    run_until(desk, NOW + 3 * HOUR)
    assert case.due_at == NOW + 4 * HOUR


def test_the_quick_reckoning_of_new_cases_agrees_with_the_full_one(desk: Session) -> None:
    rules = Rules(stages={"dispatch": Limit(0.25, Unit.WORKING_HOUR)})
    cases = [stage.open_case(desk, 1), stage.open_case(desk, 2, at=(1.2, 2.2), category=PAPER), stage.open_case(desk, 3, at=None)]
    for bare in (rules, RULES):
        stage.watch_all(desk, bare)
        for case in cases:
            watched = desk.get(Watch, case.id, populate_existing=True)
            assert (watched.next_at if watched else None) == agenda(desk, case, bare).next_at


def test_what_was_past_when_a_case_came_by_file_is_not_told_any_more(desk: Session, crew: stage.People) -> None:
    case = stage.open_case(desk)
    desk.execute(text("UPDATE alert SET received_at = :at WHERE case_id = :id"), {"at": NOW + 3.8 * HOUR, "id": case.id})
    run_until(desk, *hourly(12))
    assert [rung for _, rung, _ in told(desk, case)] == ["grid_head", "town"]
