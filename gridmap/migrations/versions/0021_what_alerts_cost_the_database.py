"""What an alert costs the database: references of cases and alerts are checked by the statement, not by the row.

The foreign keys of the two tables that every alert fills were a third of what their rows cost. What they guarded is
guarded by triggers, see decision 41. And who looks whether people or rosters have changed need not read through every alert
that waits for the relay.
"""

from typing import NamedTuple

from alembic import op

revision = "0021"
down_revision = "0017"
branch_labels = None
depends_on = None


class Reference(NamedTuple):
    """A column whose values stand in the key column of another table."""

    table: str
    column: str
    to: str
    key: str

    @property
    def name(self) -> str:
        return f"fk_{self.table}_{self.column}_{self.to}"

    @property
    def lost(self) -> str:
        """Refuses rows of `written` that refer to nothing. An index look-up each, whatever the planner thinks of their number."""
        return f"""
    IF EXISTS (SELECT FROM written WHERE {self.column} IS NOT NULL
               AND (SELECT true FROM {self.to} WHERE {self.to}.{self.key} = written.{self.column}) IS NULL) THEN
        RAISE foreign_key_violation USING CONSTRAINT = '{self.name}', TABLE = '{self.table}',
            MESSAGE = 'insert or update on table "{self.table}" violates foreign key constraint "{self.name}"';
    END IF;"""


REFERENCES = (
    Reference("cases", "category_id", "category", "id"),
    Reference("cases", "grid_code", "grid", "code"),
    Reference("cases", "person_id", "person", "id"),
    Reference("alert", "case_id", "cases", "id"),
)
TABLES = ("cases", "alert")
# Who adds a reference and who takes away what is referred to must each see what the other has committed; an old snapshot
# would not show it.
ISOLATION = """
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE feature_not_supported USING MESSAGE = 'references are checked in READ COMMITTED only';
    END IF;"""
FUNCTION = "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN{body}\n    RETURN NULL;\nEND $$"
# Waits for all who have written references and not committed, and lets nobody write any before this transaction ends.
STILL_REFERRED_TO = """
    IF TG_OP = 'UPDATE' THEN
        IF NEW.{key} = OLD.{key} THEN RETURN NULL; END IF;
    END IF;
    LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM {table} WHERE {column} = OLD.{key}) THEN
        RAISE foreign_key_violation USING CONSTRAINT = '{name}', TABLE = '{table}',
            MESSAGE = 'update or delete on table "{to}" violates foreign key constraint "{name}" on table "{table}"';
    END IF;"""
NEVER_EMPTIED = """
    RAISE foreign_key_violation USING MESSAGE = format('cannot truncate table "%s": cases or alerts refer to it', TG_TABLE_NAME);"""


def upgrade() -> None:
    for one in REFERENCES:
        op.drop_constraint(one.name, one.table)
    for table in TABLES:
        _check_what_is_written(table)
    op.execute(FUNCTION.format(name="never_emptied", body=NEVER_EMPTIED))
    for one in REFERENCES:
        _keep_what_is_referred_to(one)
    op.create_index(
        "ix_journal_pending_people", "journal_pending", ["journal_id"], postgresql_where="topic IN ('people', 'rosters')"
    )


def _check_what_is_written(table: str) -> None:
    mine = [one for one in REFERENCES if one.table == table]
    checks = ISOLATION + "".join(one.lost for one in mine)
    op.execute(FUNCTION.format(name=f"{table}_refer", body=checks))
    op.execute(
        f"CREATE TRIGGER refer AFTER INSERT ON {table} REFERENCING NEW TABLE AS written "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refer()"
    )
    # An update names its columns, and a trigger that is told of whole tables can't ask for that.
    op.execute(
        FUNCTION.format(name=f"{table}_still_refer", body=checks.replace("FROM written", "FROM (SELECT NEW.*) AS written"))
    )
    op.execute(
        f"CREATE TRIGGER still_refer AFTER UPDATE OF {', '.join(one.column for one in mine)} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_still_refer()"
    )


def _keep_what_is_referred_to(one: Reference) -> None:
    op.execute(
        FUNCTION.format(name=f"{one.name}_stays", body=ISOLATION + STILL_REFERRED_TO.format(name=one.name, **one._asdict()))
    )
    op.execute(
        f"CREATE TRIGGER {one.column}_stays AFTER DELETE OR UPDATE OF {one.key} ON {one.to} "
        f"FOR EACH ROW EXECUTE FUNCTION {one.name}_stays()"
    )
    op.execute(f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {one.to} FOR EACH STATEMENT EXECUTE FUNCTION never_emptied()")


def downgrade() -> None:
    op.drop_index("ix_journal_pending_people", "journal_pending")
    for one in REFERENCES:
        op.execute(f"DROP TRIGGER never_emptied ON {one.to}")
        op.execute(f"DROP TRIGGER {one.column}_stays ON {one.to}")
        op.execute(f"DROP FUNCTION {one.name}_stays")
    op.execute("DROP FUNCTION never_emptied")
    for table in TABLES:
        op.execute(f"DROP TRIGGER still_refer ON {table}")
        op.execute(f"DROP TRIGGER refer ON {table}")
        op.execute(f"DROP FUNCTION {table}_refer, {table}_still_refer")
    for one in REFERENCES:
        op.create_foreign_key(one.name, one.table, one.to, [one.column], [one.key])
