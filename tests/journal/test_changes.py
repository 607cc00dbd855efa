"""What changed since one last looked: nothing is missed, whether the relay has placed it or not."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.journal import changes, feed
from gridmap.journal.write import Event, write


def happen(session: Session, subject: str, *, topic: str = "cases", kind: str = "case.opened") -> None:
    write(session, [Event(topic, kind, subject, "test", {})])


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # each goes on from the last
@given(st.lists(st.sampled_from(["case", "grid", "relay", "look"]), max_size=30))
def test_every_happening_is_told_at_the_next_look(session: Session, story: list[str]) -> None:
    seen = changes.mark(session, "cases")
    untold: set[str] = set()
    for number, step in enumerate([*story, "look"]):
        if step == "case":
            happen(session, f"c{number}")
            untold.add(f"c{number}")
        elif step == "grid":
            happen(session, f"g{number}", topic="grids")
        elif step == "relay":
            feed.advance(session, most=2)
        else:
            found = changes.changes(session, "cases", seen, most=100)
            assert found is not None
            # What was told while it waited may be told again once it is placed; nothing is told that did not happen.
            assert untold <= found.subjects
            assert all(subject.startswith("c") for subject in found.subjects)
            seen, untold = found.mark, set()
    again = changes.changes(session, "cases", seen, most=100)
    assert again is not None
    assert not again.subjects


def test_too_many_are_not_told_one_by_one(session: Session) -> None:
    seen = changes.mark(session, "cases")
    for number in range(4):
        happen(session, str(number))
    assert changes.changes(session, "cases", seen, most=3) is None
    found = changes.changes(session, "cases", seen, most=4)
    assert found is not None
    assert found.subjects == {"0", "1", "2", "3"}


def test_the_journal_is_never_read_from_end_to_end(session: Session) -> None:
    """Whatever the planner expects: it has taken a whole journal for the price of some looks into it, at every tile."""
    for number in range(300):
        happen(session, str(number))
    feed.advance(session)
    session.execute(text("ANALYZE journal, feed, journal_pending"))
    bound = {"topic": "cases", "position": 1, "most": 10**9}  # All of it is news, as far as it can see.
    session.execute(text("SET LOCAL enable_nestloop = off"))

    plan = "\n".join(session.scalars(text(f"EXPLAIN {changes._NEWS.text}"), bound))

    assert "Index Scan using pk_journal on journal" in plan
    assert "Index Cond: (id = feed.journal_id)" in plan


def test_another_database_is_noticed(session: Session) -> None:
    happen(session, "1")
    seen = changes.mark(session, "cases")
    assert changes.changes(session, "cases", seen._replace(database="another"), most=9) is None


@pytest.mark.parametrize("placed", [False, True])
@pytest.mark.parametrize("others", [0, 1, 2])
def test_rows_that_are_no_more_are_noticed_whatever_has_come_in_their_places(session: Session, placed: bool, others: int) -> None:
    happen(session, "before")
    feed.advance(session)
    with session.begin_nested() as lost:
        happen(session, "lost")
        if placed:
            feed.advance(session)
        seen = changes.mark(session, "cases")
        lost.rollback()
    for number in range(others):
        happen(session, f"other {number}")
    feed.advance(session)
    assert changes.changes(session, "cases", seen, most=9) is None
