"""Meanwhile: steps fill what would be waiting for the database, and what it answers is as it would be without them."""

from collections.abc import Generator

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gridmap.db import copy
from gridmap.meanwhile import Steps, meanwhile

SLEEP = text("SELECT pg_sleep(0.05)")


def counting(steps: int, taken: list[int]) -> Generator[None, None, int]:
    for n in range(steps):
        taken.append(n)
        yield
    return steps


def test_steps_are_taken_while_the_database_works(engine: Engine) -> None:
    taken: list[int] = []
    work = Steps(counting(10, taken))
    with engine.connect() as connection, meanwhile(work):
        assert taken == []
        connection.execute(SLEEP)
        assert taken == list(range(10))
    assert work.rest() == 10


def test_the_answer_goes_first(engine: Engine) -> None:
    """Many more steps than a database takes that is soon done."""
    taken: list[int] = []
    with engine.connect() as connection, meanwhile(Steps(counting(10**7, taken))):
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    assert len(taken) < 10**7


def test_none_are_taken_outside_of_the_block(engine: Engine) -> None:
    taken: list[int] = []
    with engine.connect() as connection:
        with meanwhile(Steps(counting(10, taken))):
            pass
        with meanwhile(None):
            connection.execute(SLEEP)
        connection.execute(SLEEP)
    assert taken == []


def test_a_step_that_fails_troubles_nobody_but_who_asks(engine: Engine) -> None:
    def fails() -> Generator[None, None, None]:
        yield
        raise LookupError("in a step")

    work = Steps(fails())
    with engine.connect() as connection, meanwhile(work):
        connection.execute(SLEEP)
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    with pytest.raises(LookupError, match="in a step"):
        work.rest()
    assert not work.step()


def test_a_statement_that_fails_leaves_the_steps(engine: Engine) -> None:
    work = Steps(counting(10, []))
    with engine.connect() as connection, meanwhile(work), pytest.raises(DBAPIError):
        connection.execute(text("SELECT 1 / 0"))
    assert work.rest() == 10


def test_a_step_may_ask_another_connection(engine: Engine) -> None:
    answers: list[int] = []

    def asks(connection: psycopg.Connection) -> Generator[None, None, None]:
        for n in range(3):
            answers.extend(found for (found,) in connection.execute("SELECT %s::int", [n]))
            yield

    with engine.connect() as here, engine.connect() as there:
        driver = there.connection.driver_connection
        assert driver is not None
        work = Steps(asks(driver))
        with meanwhile(work):
            here.execute(SLEEP)
        work.rest()
    assert answers == [0, 1, 2]


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.binary(max_size=30_000).map(lambda some: some.hex()), min_size=1, max_size=40), steps=st.integers(0, 200))
def test_what_is_copied_is_whole(engine: Engine, rows: list[str], steps: int) -> None:
    """COPY of more than a socket holds, which waits in both directions."""
    with Session(engine) as session:
        session.execute(text("CREATE TEMPORARY TABLE copied (place int, said text) ON COMMIT DROP"))
        work = Steps(counting(steps, []))
        with meanwhile(work):
            copy(session, "copied", ("place", "said"), (b"%d\t%b" % (n, row.encode()) for n, row in enumerate(rows)))
            found = session.execute(text("SELECT said FROM copied ORDER BY place")).scalars().all()
        assert found == rows
        assert work.rest() == steps
