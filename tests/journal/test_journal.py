"""The journal: never changed, told in order, every event its own place; a layer's version moves with every event."""

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap.journal import feed
from gridmap.journal.models import FeedEntry, JournalEntry, PendingEntry
from gridmap.journal.write import Event, write


def event(subject: str, *, topic: str = "cases") -> Event:
    return Event(topic, "case.changed", subject, "test", {"文": "值", "n": 1})


def entries(session: Session) -> list[JournalEntry]:
    return list(session.scalars(select(JournalEntry).order_by(JournalEntry.id)))


@pytest.mark.parametrize("table", ["journal", "feed"])
@pytest.mark.parametrize("deed", ["UPDATE {0} SET topic = 'x'", "DELETE FROM {0}", "TRUNCATE {0}", "TRUNCATE {0} CASCADE"])
def test_the_database_refuses_to_change_what_happened(session: Session, table: str, deed: str) -> None:
    write(session, [event("1")])
    feed.advance(session)
    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(text(deed.format(table)))
    assert [entry.subject for entry in entries(session)] == ["1"]


@pytest.mark.parametrize("many", [1, 2, 500])
def test_events_stand_in_their_order_and_wait_for_the_relay(session: Session, many: int) -> None:
    write(session, [event(str(n)) for n in range(many)])
    rows = entries(session)
    assert [row.subject for row in rows] == [str(n) for n in range(many)]
    assert rows[0].data == {"文": "值", "n": 1}
    assert rows[0].at.tzinfo is not None
    assert set(session.scalars(select(PendingEntry.journal_id))) == {row.id for row in rows}


def test_nothing_to_write_is_nothing_written(session: Session) -> None:
    write(session, [])
    assert entries(session) == []


def test_what_is_rolled_back_never_happened(session: Session) -> None:
    savepoint = session.begin_nested()
    write(session, [event("1")])
    savepoint.rollback()
    assert entries(session) == []
    assert session.scalars(select(PendingEntry)).all() == []


def test_positions_have_no_gap(session: Session) -> None:
    for lot in range(3):
        write(session, [event(f"{lot}-{n}") for n in range(4)])
        assert feed.advance(session, most=3) == 3
    assert feed.advance(session) == 3
    assert feed.advance(session) == 0
    assert list(session.scalars(select(FeedEntry.position).order_by(FeedEntry.position))) == list(range(1, 13))
    assert [h.subject for h in feed.since(session, 9, limit=2)] == ["2-1", "2-2"]
    assert feed.last_position(session) == 12


def test_the_version_moves_with_every_event_and_with_no_other_topics(session: Session) -> None:
    seen = feed.versions(session, ["grids"])
    for n in range(3):
        write(session, [event(str(n), topic="grids")])
        seen += feed.versions(session, ["grids"])
        feed.advance(session)
        seen += feed.versions(session, ["grids"])
    assert len(set(seen)) == len(seen)
    write(session, [event("other")])
    feed.advance(session)
    assert feed.versions(session, ["grids"]) == seen[-1:]
    assert feed.versions(session, ["cases", "nothing", "grids"]) == ["4.0", "0.0", seen[-1]]


def place(session: Session) -> None:
    """One turn of the relay."""
    feed.advance(session)
    session.commit()


def test_the_version_moves_though_events_are_committed_out_of_turn(committing: Engine) -> None:
    with Session(committing) as slow, Session(committing) as quick, Session(committing) as reader:
        write(slow, [event("slow", topic="grids")])
        write(quick, [event("quick", topic="grids")])
        versions = feed.versions(reader, ["grids"])
        for commit in (quick.commit, lambda: place(quick), slow.commit):
            commit()
            reader.rollback()
            versions += feed.versions(reader, ["grids"])
    assert len(set(versions)) == 4


def test_the_history_of_one_thing(session: Session) -> None:
    for n in range(6):
        write(session, [event("A"), event("B"), event("A", topic="grids")])
        assert len(feed.history(session, "cases", "A")) == n + 1
    newest = feed.history(session, "cases", "A", limit=2)
    assert [entry.id for entry in newest] == sorted(e.id for e in entries(session) if (e.topic, e.subject) == ("cases", "A"))[-2:]
