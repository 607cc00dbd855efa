"""`gridmap worker` as real processes: killed in the middle, two at once; nothing is lost and nothing comes twice."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.clock_models import Followed, Reminder, Watch
from gridmap.cases.escalation import Rung
from gridmap.cases.models import Case
from gridmap.journal.feed import advance
from gridmap.journal.models import JournalEntry
from gridmap.notices.models import Notice
from tests import town
from tests.desk import stage
from tests.offspring import born, kill_family
from tests.waiting import LONG_S, eventually

CASES = 40


@contextmanager
def worker(engine: Engine, home: Path) -> Iterator[ForkServerProcess]:
    """A worker on the database; killed at the end if it is still there."""
    url = engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GRIDMAP_")}
    own = {"GRIDMAP_HOME": str(home), "GRIDMAP_DATABASE_URL": url, "GRIDMAP_WORKER_SECONDS": "0.05"}
    process = born(["gridmap", "worker"], env={**inherited, **own}, log=home / "worker.log")
    try:
        yield process
    finally:
        kill_family(process, LONG_S)


@pytest.fixture
def overdue(committing: Engine) -> Engine:
    """Cases of a town with all its people whose limit ran out long ago, and that nobody was reminded of."""
    with Session(committing) as session, session.begin():
        town.found(session)
        town.category(session, vendor_code="890")
        stage.people(session)
        for number in range(CASES):
            place = (1.05 + number % 8 / 10, 2.05 + number // 8 / 10)
            stage.open_case(session, number, now=clock.now() - timedelta(hours=7), at=place)
    return committing


def counted(engine: Engine, model: type[Reminder] | type[Notice] | type[Watch] | type[Followed]) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def check_exactly_once(engine: Engine) -> None:
    """Each case told each rung once: one reminder, one notice for whoever stands on it, one row in the journal."""
    with Session(engine) as session:
        assert (session.scalar(select(func.count()).select_from(Case)) or 0) == CASES
        reminders = Counter(tuple(row) for row in session.execute(select(Reminder.case_id, Reminder.step)))
        assert len(reminders) == CASES * len(Rung)
        notices = Counter(
            tuple(row) for row in session.execute(select(Notice.case_id, Notice.facts["rung"].astext, Notice.person_id))
        )
        assert set(notices.values()) == {1}
        assert len(notices) == CASES * (len(Rung) - 1)  # No department has any of them.
        journal = select(JournalEntry.subject, JournalEntry.data["step"].as_string()).where(JournalEntry.kind == "case.reminded")
        rows = Counter(tuple(row) for row in session.execute(journal))
        assert (len(rows), set(rows.values())) == (CASES * len(Rung), {1})


def test_killed_in_the_middle_it_loses_and_doubles_nothing_and_two_go_on(overdue: Engine, tmp_path: Path) -> None:
    with worker(overdue, tmp_path) as first, overdue.connect() as door:
        eventually(lambda: counted(overdue, Reminder) > 2 * len(Rung))
        # Nobody may write notices now: the worker stands in the middle of a case, its reminder written but not committed.
        door.execute(text("LOCK TABLE notice IN SHARE MODE"))
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'notice'::regclass")
        eventually(lambda: door.execute(waiting).scalar_one())
        kill_family(first, LONG_S)
        door.rollback()
    # Each case stands or falls as a whole.
    eventually(lambda: counted(overdue, Reminder) % len(Rung) == 0)
    assert 0 < counted(overdue, Reminder) < CASES * len(Rung)
    with ExitStack() as both:
        for _ in range(2):
            both.enter_context(worker(overdue, tmp_path))
        eventually(lambda: counted(overdue, Watch) == 0 and counted(overdue, Reminder) == CASES * len(Rung))
    check_exactly_once(overdue)


def test_two_at_once_and_a_third_after_them_tell_everybody_once(overdue: Engine, tmp_path: Path) -> None:
    with ExitStack() as both:
        for _ in range(2):
            both.enter_context(worker(overdue, tmp_path))
        eventually(lambda: counted(overdue, Reminder) == CASES * len(Rung))
    with worker(overdue, tmp_path) as third:
        with Session(overdue) as session:
            advance(session)
            session.commit()
            read = session.scalars(select(func.max(JournalEntry.id))).one()
        eventually(lambda: _followed(overdue) >= read)
        third.terminate()
        third.join(LONG_S)
        assert third.exitcode == 0
    check_exactly_once(overdue)


def _followed(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalars(select(Followed.position)).one()
