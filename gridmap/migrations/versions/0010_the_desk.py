"""The operator's desk: favourites, filters kept under names, and who has a case open just now."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def _moment(name: str, *, now: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()") if now else None, nullable=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade() -> None:
    op.create_table(
        "favourite",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        _moment("at", now=True),
        _refers("favourite", "account_id", "account"),
        _refers("favourite", "case_id", "cases"),
        sa.PrimaryKeyConstraint("account_id", "case_id", name=op.f("pk_favourite")),
    )
    op.create_index(op.f("ix_favourite_case_id"), "favourite", ["case_id"])
    op.create_table(
        "saved_filter",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        _moment("at", now=True),
        _refers("saved_filter", "account_id", "account"),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_saved_filter")),
    )
    op.create_table(
        "case_presence",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("doing", sa.Text(), server_default="", nullable=False),
        _moment("seen_at"),
        _refers("case_presence", "case_id", "cases"),
        _refers("case_presence", "account_id", "account"),
        sa.PrimaryKeyConstraint("case_id", "account_id", name=op.f("pk_case_presence")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_case_presence_seen_at"), "case_presence", ["seen_at"])


def downgrade() -> None:
    for table in ("case_presence", "saved_filter", "favourite"):
        op.drop_table(table)
