"""A calendar that changes moves the deadlines of all open cases: some at a time, going on where it stood, each moved once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from gridmap.cases import working
from gridmap.cases.clock_models import Followed, Watch, WorkDay
from gridmap.cases.loop_models import CaseTask, Request
from gridmap.cases.models import Case
from gridmap.cases.tasks import Asker
from gridmap.cases.workflow import Action
from gridmap.desk.watching import anew
from gridmap.desk.watching.agenda import agenda
from gridmap.desk.watching.rules import Rules
from gridmap.journal.models import JournalEntry
from tests import town
from tests.cases.limits import working_day_limit
from tests.desk import stage
from tests.desk.incoming import NOW

DAY = timedelta(days=1)
BOSS = Asker("account:boss", leads=True)


@pytest.fixture
def slow(desk: Session) -> Session:
    """The desk, with a category whose limit is a working day; NOW is a Sunday noon."""
    working_day_limit(desk)
    return desk


def open_slowly(session: Session, number: int) -> Case:
    return stage.open_case(session, number, at=(1.1 + number / 10, 2.5), category=None, source_code="07")


def work_on(session: Session, day: date) -> None:
    session.add(WorkDay(day=day, works=True, note="演示"))
    session.flush()
    working.forget()


def reckoned(session: Session) -> list[str]:
    return list(session.scalars(select(JournalEntry.subject).where(JournalEntry.kind == "case.reckoned")))


def test_what_moves_is_told_once_and_the_rest_left_alone(slow: Session) -> None:
    cases, quick = [open_slowly(slow, number) for number in range(3)], stage.open_case(slow, 9, at=(1.9, 2.9))
    stage.act(slow, cases[1], Action.DISPATCH, BOSS, NOW, to=(stage.TEAM,))
    assert {case.due_at for case in cases} == {NOW + DAY + timedelta(hours=6)}, "Monday 18:00"
    work_on(slow, NOW.date())
    stage.watch_all(slow, Rules().read(slow))
    assert {case.due_at for case in cases} == {NOW + DAY}, "four hours of the Sunday, four of the Monday"
    assert slow.scalars(select(CaseTask.due_at)).one() == cases[1].due_at
    assert sorted(reckoned(slow)) == sorted(case.number for case in cases)
    assert (quick.version, quick.due_at) == (0, NOW + timedelta(hours=4))
    stage.watch_all(slow, Rules().read(slow))
    assert len(reckoned(slow)) == 3
    rules = Rules().read(slow)
    for case in [*cases, quick]:
        assert slow.get_one(Watch, case.id, populate_existing=True).next_at == agenda(slow, case, rules).next_at


def test_a_case_that_stands_still_has_no_deadline_afterwards_either(slow: Session) -> None:
    crew = stage.people(slow)
    case, member = open_slowly(slow, 1), crew.asker(crew.member)
    stage.act(slow, case, Action.ACCEPT, member, NOW)
    stage.act(slow, case, Action.ASK_SUSPENSION, member, NOW, reason="r", until=NOW + 9 * DAY)
    request = slow.execute(select(Request.id)).scalar_one()
    stage.act(slow, case, Action.REVIEW, BOSS, NOW, request=request, granted=True, reason="r")
    work_on(slow, NOW.date())
    stage.watch_all(slow, Rules().read(slow))
    assert (case.due_at, reckoned(slow)) == (None, [])


def test_some_at_a_time_and_on_where_it_stood(slow: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anew, "AT_ONCE", 2)
    for number in range(5):
        open_slowly(slow, number)
    rules = Rules()
    assert anew.go_on(slow, rules) is None, "nobody has called for it"
    anew.begin(slow)
    assert anew.go_on(slow, rules) == (2, 0, 3)
    assert anew.go_on(slow, rules) == (2, 0, 1)
    anew.begin(slow)  # Called for again in the middle: from the first one on.
    assert anew.go_on(slow, rules) == (2, 0, 3)
    assert [anew.go_on(slow, rules) for _ in range(4)] == [(2, 0, 1), (1, 0, 0), (0, 0, 0), None]
    assert slow.get(Followed, anew.READER) is None


def test_a_step_costs_the_same_however_many_there_are(slow: Session) -> None:
    asked: list[str] = []
    bind = slow.connection()
    event.listen(bind, "before_cursor_execute", lambda _c, _d, statement, *_: asked.append(statement))
    costs = []
    for number in (2, 8):
        for other in range(number):
            open_slowly(slow, number * 10 + other)
        work_on(slow, NOW.date() + number * 7 * DAY)
        anew.begin(slow)
        asked.clear()
        anew.go_on(slow, Rules())
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_two_workers_do_not_wait_for_each_other(committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        town.found(session)
        town.category(session)
        stage.open_case(session)
        anew.begin(session)
    with Session(committing) as one, Session(committing) as other:
        assert anew.go_on(one, Rules()) == (1, 0, 0)
        assert anew.go_on(other, Rules()) is None
        one.rollback()  # It was killed: the other does what it did not.
        assert anew.go_on(other, Rules()) == (1, 0, 0)
