"""Cases and alerts refer to what is there, and what they refer to stays: triggers see to it, as foreign keys would."""

from collections.abc import Callable
from threading import Thread

import pytest
from psycopg.errors import ForeignKeyViolation
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from gridmap.db import copy, line
from tests import town

REFERENCES = {
    "fk_cases_category_id_category": "category_id = 999",
    "fk_cases_grid_code_grid": "grid_code = '310199001001999'",
    "fk_cases_person_id_person": "person_id = 999",
}
_CASE = "INSERT INTO cases (source, source_id, occurred_at, route, {}) VALUES ('s', :id, now(), '{{}}', {})"
_ALERT = "INSERT INTO alert (source, source_id, actor, payload, case_id, relation) VALUES ('s', '1', 'a', '{}', :case, 'opened')"
_GONE = {
    "fk_cases_category_id_category": "DELETE FROM category",
    "fk_cases_grid_code_grid": "DELETE FROM grid WHERE code IN (SELECT grid_code FROM cases)",
    "fk_cases_person_id_person": "DELETE FROM person",
    "fk_alert_case_id_cases": "DELETE FROM cases",
}
Deed = Callable[[Connection], None]
LONE = f"{town.village(1)}777"  # A grid that nothing else refers to.


def _found_lone(session: Session) -> None:
    row = {"code": LONE, "parent": town.village(1)}
    session.execute(text("INSERT INTO grid (code, level, parent_code, name) VALUES (:code, 'micro', :parent, '')"), row)


def refused(session: Session, constraint: str, statement: str, **values: object) -> None:
    with pytest.raises(IntegrityError, match=f'violates foreign key constraint "{constraint}"') as error, session.begin_nested():
        session.execute(text(statement), values)
    assert isinstance(error.value.orig, ForeignKeyViolation)
    assert error.value.orig.diag.constraint_name == constraint


@pytest.fixture
def filed(tiny_town: Session) -> Session:
    """A case with everything it can refer to, and its alert."""
    town.category(tiny_town)
    tiny_town.execute(text("INSERT INTO person (ref, name) VALUES ('p', '测试人员')"))
    _found_lone(tiny_town)
    tiny_town.execute(
        text("INSERT INTO cases (source, source_id, occurred_at, route, grid_code, category_id, person_id) "
             "SELECT 's', '1', now(), '{}', :grid, k.id, p.id FROM category k, person p"),
        {"grid": LONE},
    )  # fmt: skip
    tiny_town.execute(text(_ALERT), {"case": tiny_town.execute(text("SELECT id FROM cases")).scalar_one()})
    return tiny_town


@pytest.mark.parametrize("constraint", REFERENCES)
def test_a_case_refers_to_what_is_there(filed: Session, constraint: str) -> None:
    column, value = REFERENCES[constraint].split(" = ")
    refused(filed, constraint, _CASE.format(column, value), id="2")
    refused(filed, constraint, f"UPDATE cases SET {REFERENCES[constraint]}")
    filed.execute(text(f"UPDATE cases SET {column} = NULL"))


def test_an_alert_refers_to_a_case(filed: Session) -> None:
    refused(filed, "fk_alert_case_id_cases", _ALERT.replace("'1'", "'2'"), case=999)
    refused(filed, "fk_alert_case_id_cases", "UPDATE alert SET case_id = 999")


def test_one_wrong_row_among_many_refuses_them_all(filed: Session) -> None:
    rows = [("s", f"many-{n}", "2026-11-22T00:00:00Z", "{}", town.micro(2, 2)) for n in range(500)]
    columns = ("source", "source_id", "occurred_at", "route", "grid_code")
    with pytest.raises(IntegrityError, match="fk_cases_grid_code_grid"), filed.begin_nested():
        copy(filed, "cases", columns, map(line, [*rows, (*rows[0][:1], "wrong", *rows[0][2:4], "310199001001999")]))
    copy(filed, "cases", columns, map(line, rows))
    assert filed.execute(text("SELECT count(*) FROM cases")).scalar_one() == 501


@pytest.mark.parametrize("constraint", _GONE)
def test_what_is_referred_to_stays(filed: Session, constraint: str) -> None:
    if constraint == "fk_cases_category_id_category":
        filed.execute(text("DELETE FROM time_limit"))
    refused(filed, constraint, _GONE[constraint])


def test_a_code_that_is_referred_to_stays(filed: Session) -> None:
    refused(filed, "fk_cases_grid_code_grid", f"UPDATE grid SET code = '{LONE[:-1]}8' WHERE code = '{LONE}'")
    filed.execute(text("UPDATE cases SET grid_code = NULL"))
    filed.execute(text(f"UPDATE grid SET code = '{LONE[:-1]}8' WHERE code = :code"), {"code": LONE})
    filed.execute(text(f"DELETE FROM grid WHERE code = '{LONE[:-1]}8'"))


@pytest.mark.parametrize("table", ["category", "grid", "person", "cases"])
def test_nobody_empties_what_is_referred_to(filed: Session, table: str) -> None:
    with pytest.raises(IntegrityError, match=f'cannot truncate table "{table}"'), filed.begin_nested():
        filed.execute(text(f"TRUNCATE {table} CASCADE"))


def _opens(connection: Connection) -> None:
    connection.execute(text(_CASE.format("grid_code", f"'{LONE}'")), {"id": "1"})


def _removes(connection: Connection) -> None:
    connection.execute(text("DELETE FROM grid WHERE code = :code"), {"code": LONE})


@pytest.mark.parametrize("first_ends", ["commit", "rollback"])
@pytest.mark.parametrize(("first", "second"), [(_opens, _removes), (_removes, _opens)])
def test_of_two_at_once_the_second_waits_and_sees_what_the_first_did(
    committing: Engine, first_ends: str, first: Deed, second: Deed
) -> None:
    with Session(committing) as session, session.begin():
        town.found(session)
        _found_lone(session)
    wrong: list[Exception] = []

    def then() -> None:
        try:
            with committing.begin() as connection:
                second(connection)
        except IntegrityError as error:
            wrong.append(error)

    with committing.connect() as before:
        first(before)
        thread = Thread(target=then)
        thread.start()
        _wait_until_somebody_waits(committing)
        getattr(before, first_ends)()
    thread.join(20)
    assert not thread.is_alive()
    assert [type(error) for error in wrong] == ([IntegrityError] if first_ends == "commit" else [])


def _wait_until_somebody_waits(engine: Engine) -> None:
    asked = text("SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
                 "WHERE NOT l.granted AND d.datname = current_database()")  # fmt: skip
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.execute(asked).scalar_one():
            pass


def test_an_old_snapshot_may_not_refer(committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        town.found(session)
        _found_lone(session)
    old = committing.execution_options(isolation_level="REPEATABLE READ")
    with old.connect() as connection, pytest.raises(DBAPIError, match="READ COMMITTED"):
        _opens(connection)
