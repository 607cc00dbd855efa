"""The relay: every committed event gets one place, whatever order they were committed in, whoever dies on the way."""

from threading import Event as Flag
from threading import Thread

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap.journal.feed import advance, since, versions
from gridmap.journal.write import write
from gridmap.live import relay
from tests.live.conftest import SETTINGS, commit, event, place, relaying
from tests.waiting import eventually


def subjects(engine: Engine, after: int = 0) -> list[str]:
    with Session(engine) as session:
        return [happening.subject for happening in since(session, after, limit=10_000)]


CUT = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
AT_WORK = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objid::bigint = hashtext('gridmap relay at work')::bigint & 4294967295
"""


def cut_connections(engine: Engine) -> int:
    """End all other connections to this database, as a restart of the server would; answers how many there were."""
    with engine.connect() as connection:
        return int(connection.execute(text(CUT)).scalar_one())


def workers(engine: Engine) -> int:
    """How many relays are at work: they hold a lock."""
    with engine.connect() as connection:
        return int(connection.execute(text(AT_WORK)).scalar_one())


def test_ids_out_of_commit_order_lose_nothing(committing: Engine) -> None:
    with Session(committing) as early, Session(committing) as late:
        write(early, [event("began first")])
        write(late, [event("began second")])
        late.commit()
        place(committing)
        assert subjects(committing) == ["began second"]
        early.commit()
    place(committing)
    assert subjects(committing, after=1) == ["began first"]
    with Session(committing) as session:
        assert [h.position for h in since(session, 0, limit=9)] == [1, 2]


def test_a_rolled_back_event_has_no_place(committing: Engine) -> None:
    with Session(committing) as session:
        write(session, [event("never happened")])
        session.rollback()
    commit(committing, "happened")
    assert place(committing) == 1
    assert subjects(committing) == ["happened"]


def test_a_relay_killed_before_its_commit_leaves_everything_to_the_next(committing: Engine) -> None:
    commit(committing, "a", "b")
    with Session(committing) as dying:
        advance(dying)
        cut_connections(committing)
        dying.invalidate()
    assert subjects(committing) == []
    with relaying(committing):
        eventually(lambda: subjects(committing) == ["a", "b"])


def test_the_relay_survives_a_lost_connection(committing: Engine) -> None:
    with relaying(committing):
        commit(committing, "before")
        eventually(lambda: subjects(committing) == ["before"])
        assert cut_connections(committing) > 0
        committing.dispose()
        commit(committing, "after")
        eventually(lambda: subjects(committing) == ["before", "after"])


def test_a_second_relay_stands_by_and_takes_over(committing: Engine) -> None:
    with relaying(committing):
        with relaying(committing):
            eventually(lambda: workers(committing) == 1)
            commit(committing, "one at work")
            eventually(lambda: subjects(committing) == ["one at work"])
            assert workers(committing) == 1
            cut_connections(committing)
            committing.dispose()
            commit(committing, "one took over")
            eventually(lambda: subjects(committing) == ["one at work", "one took over"])
            assert workers(committing) == 1
        eventually(lambda: workers(committing) == 1)
    eventually(lambda: workers(committing) == 0)  # The server notices a moment later that a connection has ended.


def test_a_long_queue_is_drained_without_pauses(committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        write(session, [event(str(n)) for n in range(2 * relay.MOST + 7)])
    sleepy = SETTINGS.model_copy(update={"relay_seconds": 60.0})
    stop = Flag()
    thread = Thread(target=relay.run, args=(committing, sleepy, stop))
    thread.start()
    eventually(lambda: len(subjects(committing, after=2 * relay.MOST)) == 7, seconds=50)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_the_version_changes_with_each_commit_also_out_of_order(committing: Engine) -> None:
    seen = []

    def look() -> None:
        with Session(committing) as session:
            seen.extend(versions(session, ["cases"]))

    look()
    with Session(committing) as early, Session(committing) as late:
        write(early, [event("began first")])
        write(late, [event("began second"), event("elsewhere", topic="grids")])
        late.commit()
        look()
        early.commit()
        look()
    place(committing)
    look()
    commit(committing, "one more")
    look()
    assert len(set(seen)) == 5
