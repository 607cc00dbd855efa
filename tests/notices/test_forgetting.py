"""Notices and idempotency keys are kept for a time, then deleted; what is newer, and the journal, stay."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases import receipts
from gridmap.cases.loop_models import Receipt
from gridmap.cli.watchman import FORGETS_EVERY, Forgetting
from gridmap.db import make_sessions
from gridmap.journal.models import JournalEntry
from gridmap.notices import forgetting
from gridmap.notices.giving import Recipients, give
from gridmap.notices.models import Delivery, Notice
from tests import callers, town
from tests.desk import stage
from tests.desk.incoming import NOW

DAY = timedelta(days=1)


def give_some(session: Session, *ages: int) -> None:
    """A notice of so many days ago each, waiting to go out."""
    account = callers.account(session)
    case = stage.open_case(session)
    for age in ages:
        to = Recipients(accounts=frozenset({account.id}))
        give(session, case, "task", to, actor="test", at=NOW - age * DAY)
    session.add_all(Delivery(notice_id=one, channel="mail") for one in session.scalars(select(Notice.id)))
    session.flush()


def ages(session: Session) -> list[int]:
    return [(NOW - at) // DAY for at in session.scalars(select(Notice.at).order_by(Notice.id))]


def test_what_is_too_old_goes_with_its_way_out(desk: Session) -> None:
    give_some(desk, 400, 366, 365, 10, 0)
    before = desk.scalar(select(func.count()).select_from(JournalEntry))
    assert forgetting.forget(desk, NOW - 365 * DAY) == 2
    assert ages(desk) == [365, 10, 0]
    assert desk.scalar(select(func.count()).select_from(Delivery)) == 3
    assert desk.scalar(select(func.count()).select_from(JournalEntry)) == before
    assert forgetting.forget(desk, NOW - 365 * DAY) == 0


def test_some_at_a_time(desk: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    give_some(desk, 9, 8, 7, 1)
    assert [forgetting.forget(desk, NOW - 5 * DAY) for _ in range(3)] == [2, 1, 0]
    assert ages(desk) == [1]


def test_keys_of_repeats_are_forgotten_after_a_month(desk: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "AT_ONCE", 2)
    case = stage.open_case(desk)
    for days in (40, 35, 31, 29, 0):
        desk.add(Receipt(actor="account:x", key=str(days), digest="", case_id=case.id, version=1, at=NOW - days * DAY))
    desk.flush()
    assert [receipts.forget(desk, NOW) for _ in range(3)] == [2, 1, 0]
    assert sorted(desk.scalars(select(Receipt.key))) == ["0", "29"]


def test_the_worker_does_it_once_an_hour(committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        town.found(session)
        town.category(session)
        give_some(session, 3, 1)
    with clock.frozen(NOW):
        old = Forgetting(make_sessions(committing), 2 * DAY)
        assert [old.forget_some() for _ in range(3)] == [True, False, False]
    with clock.frozen(NOW + 2 * DAY):
        assert old.forget_some()
    with clock.frozen(NOW + 2 * DAY + FORGETS_EVERY / 2):
        assert old.forget_some() is False
    with Session(committing) as session:
        assert ages(session) == []
