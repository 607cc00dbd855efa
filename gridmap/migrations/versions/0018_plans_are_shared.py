"""Plans are shared: links by which others may look at one, and who has one open just now."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0023"
branch_labels = None
depends_on = None


def _moment(name: str, *, now: bool = False, needed: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now() if now else None, nullable=not needed)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade() -> None:
    op.create_table(
        "plan_link",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        _moment("made_at", now=True),
        _moment("expires_at"),
        _moment("revoked_at", needed=False),
        _refers("plan_link", "plan_id", "plan"),
        _refers("plan_link", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_link")),
    )
    op.create_index(op.f("ix_plan_link_plan_id"), "plan_link", ["plan_id"])
    op.create_table(
        "plan_presence",
        sa.Column("plan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("doing", sa.Text(), server_default="", nullable=False),
        _moment("seen_at"),
        _refers("plan_presence", "plan_id", "plan"),
        _refers("plan_presence", "account_id", "account"),
        sa.PrimaryKeyConstraint("plan_id", "account_id", name=op.f("pk_plan_presence")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_plan_presence_seen_at"), "plan_presence", ["seen_at"])


def downgrade() -> None:
    for table in ("plan_presence", "plan_link"):
        op.drop_table(table)
