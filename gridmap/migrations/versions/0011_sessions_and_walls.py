"""Sessions have rows, so that one of them can be ended; keys may be good for a wall."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0016"
branch_labels = None
depends_on = None
SCOPES, BEFORE = "'alerts', 'read', 'route', 'metrics', 'wall'", "'alerts', 'read', 'route', 'metrics'"


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _scopes(allowed: str) -> None:
    op.drop_constraint(op.f("ck_api_key_scopes"), "api_key")
    op.create_check_constraint(op.f("ck_api_key_scopes"), "api_key", f"scopes <@ ARRAY[{allowed}]")


def upgrade() -> None:
    op.create_table(
        "account_session",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("device", sa.Text(), server_default="", nullable=False),
        _moment("began_at"),
        _moment("seen_at"),
        _moment("ended_at", nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_session_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_session")),
    )
    op.create_index(op.f("ix_account_session_account_id"), "account_session", ["account_id"])
    _scopes(SCOPES)


def downgrade() -> None:
    op.execute("UPDATE api_key SET scopes = array_remove(scopes, 'wall')")
    _scopes(BEFORE)
    op.drop_table("account_session")
