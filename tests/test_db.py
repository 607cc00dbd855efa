"""Statements past SQLAlchemy behave like any other: same transaction, same errors, same recovery."""

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from gridmap.db import MANY, copy, line, run
from gridmap.journal.models import JournalEntry
from gridmap.journal.write import Event, write


def test_a_statement_sees_what_the_session_has_not_flushed_yet(session: Session) -> None:
    session.add(JournalEntry(topic="keys", kind="key.created", subject="s", actor="test", data={}))
    assert run(session, "SELECT subject FROM journal WHERE actor = %(actor)s", {"actor": "test"}) == [("s",)]
    assert run(session, "SELECT set_config('a.b', 'c', true) WHERE false", {}) == []


def test_copied_rows_belong_to_the_transaction(session: Session) -> None:
    awkward = ["tab\there", "back\\slash", "line\nbreak", "\\N", "引号\"'", ""]
    with session.begin_nested() as savepoint:
        copy(session, "journal", Event._fields, [line(("keys", "key.created", text_, "test", "{}")) for text_ in awkward])
        assert session.scalars(select(JournalEntry.subject).order_by(JournalEntry.id)).all() == awkward
        savepoint.rollback()
    assert session.scalar(select(func.count()).select_from(JournalEntry)) == 0


def test_many_events_are_written_as_few_are(session: Session) -> None:
    events = [
        Event("cases", "case.opened", str(n), "test", {"n": n, "text": 'a "quoted" \\ line\nand 中文'}) for n in range(MANY)
    ]
    write(session, events)
    write(session, events[:3])
    rows = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
    assert [Event(row.topic, row.kind, row.subject, row.actor, row.data) for row in rows] == [*events, *events[:3]]
    assert session.execute(text("SELECT count(*) FROM journal_pending")).scalar_one() == MANY + 3


def test_errors_are_those_of_any_statement(session: Session) -> None:
    with pytest.raises(ProgrammingError), session.begin_nested():
        run(session, "SELECT no_such_column", {})
    with pytest.raises(DBAPIError), session.begin_nested():
        copy(session, "journal", ["topic"], [b"only a topic"])


def test_a_lost_connection_is_an_operational_error_and_the_next_session_works(committing: Engine) -> None:
    with Session(committing) as session:
        run(session, "SELECT 1", {})
        with committing.connect() as other:
            other.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        with pytest.raises(OperationalError):
            run(session, "SELECT 1", {})
    with Session(committing) as session:
        assert run(session, "SELECT 1", {}) == [(1,)]
