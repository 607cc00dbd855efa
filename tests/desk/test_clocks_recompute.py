"""Every deadline can be recomputed from the journal alone, and equals what is stored: whatever was done, in whatever order."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.cases import working
from gridmap.cases.categories import CategoryKey
from gridmap.cases.clock_models import WorkDay
from gridmap.cases.loop_models import Request
from gridmap.cases.models import Case, TimeLimit
from gridmap.cases.reckoning import reckon
from gridmap.cases.tasks import Addressee, Asker
from gridmap.cases.workflow import Action
from gridmap.journal import feed
from tests import town
from tests.desk import stage
from tests.desk.incoming import NOW, RUBBISH

SLOW = CategoryKey(town.STANDARD, "matter", "07001")
ENDLESS = CategoryKey(town.STANDARD, "matter", "06011")
BOSS = Asker("account:boss", leads=True)
SECOND = Asker("account:second", leads=True)
DEEDS = [
    "classify", "classify_slowly", "unlimit", "accept", "dispatch", "extend", "suspend", "resume", "finish", "verify", "rework",
    "close", "reopen", "hand_back", "hand_up",
]  # fmt: skip


@pytest.fixture
def on_stage(desk: Session) -> Session:
    """The desk, with a limit in working days too, and a Sunday the town works."""
    slow = town.category(desk, "07001", hours=None)
    desk.add(TimeLimit(category_id=slow.id, city="演示", value=1.5, unit="working_day", is_default=True))
    desk.add(WorkDay(day=date(2026, 11, 29), works=True, note="演示"))
    desk.flush()
    working.forget()
    return desk


CATEGORIES = {"classify": RUBBISH, "classify_slowly": SLOW, "unlimit": ENDLESS}
ASKED = {"extend": (Action.ASK_EXTENSION, None), "suspend": (Action.ASK_SUSPENSION, timedelta(days=2))}


def do(session: Session, case: Case, deed: str, crew: stage.People, at: datetime) -> None:
    """Let whoever can do it do it; what is refused changes nothing."""

    def go(action: Action, *askers: Asker, **told: Any) -> bool:
        return any(stage.tried(session, case, action, asker, at, reason="r", **told) for asker in askers)

    handlers = (crew.asker(crew.leader), crew.asker(crew.member))
    if deed in CATEGORIES:
        go(Action.CLASSIFY, BOSS, category=CATEGORIES[deed])
    elif deed in ASKED:
        action, length = ASKED[deed]
        if go(action, *handlers, until=length and at + length):
            waiting = select(Request.id).where(Request.case_id == case.id, Request.state == "asked")
            go(Action.REVIEW, BOSS, request=session.scalars(waiting).one(), granted=True)
    elif deed == "dispatch":
        go(Action.DISPATCH, BOSS, to=(Addressee(department_id=crew.department.id),))
    else:
        go(Action(deed), *handlers, SECOND, result="r", evidence=(stage.photo(session, case),))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 60 * 30)), min_size=1, max_size=14))
def test_the_journal_alone_tells_every_deadline(on_stage: Session, deeds: list[tuple[str, int]]) -> None:
    with on_stage.begin_nested() as example:
        crew = stage.people(on_stage)
        case, at = stage.open_case(on_stage), NOW
        today = working.calendar(on_stage)
        for deed, minutes in [("", 0), *deeds]:
            at += timedelta(minutes=minutes)
            if deed:
                do(on_stage, case, deed, crew, at)
            reckoned = reckon(feed.history(on_stage, "cases", case.number))
            assert reckoned is not None
            assert (reckoned.due_at(calendar=today), reckoned.round) == (case.due_at, case.clock_round)
        example.rollback()
    on_stage.expire_all()


def test_it_meets_extensions_suspensions_and_further_rounds(on_stage: Session) -> None:
    crew = stage.people(on_stage)
    case = stage.open_case(on_stage)
    story = ["accept", "extend", "extend", "extend", "suspend", "resume", "finish", "verify", "reopen", "finish", "rework"]
    for step, deed in enumerate(story):
        do(on_stage, case, deed, crew, NOW + step * timedelta(minutes=10))
    reckoned = reckon(feed.history(on_stage, "cases", case.number))
    assert reckoned is not None
    # Two extensions of four hours; the clock stood still for ten minutes; reopened and sent back once each.
    assert reckoned.due_at() == case.due_at == NOW + timedelta(hours=12, minutes=10)
    assert (reckoned.extensions, len(reckoned.pauses), reckoned.round, case.rounds) == (2, 1, 4, 2)
