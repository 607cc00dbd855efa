"""Accounts with their roles; keys get scopes and an end; failed sign-ins are counted.

Keys made before did everything but read the figures, so that is what they go on doing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROLES = "'administrator', 'auditor', 'grid_head', 'handler', 'member', 'micro_head', 'operator', 'planner'"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("must_change", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("session_epoch", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("recovery", ARRAY(sa.LargeBinary()), server_default=sa.text("'{}'::bytea[]"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, server_default=sa.func.now(), nullable=False),
        sa.Column("signed_in_at", MOMENT, nullable=True),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
        sa.UniqueConstraint("subject", name=op.f("uq_account_subject")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")),
        sa.CheckConstraint("username ~ '^[a-z0-9][a-z0-9._-]{1,39}$'", name=op.f("ck_account_username")),
    )
    op.create_table(
        "account_grant",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("grid_code", sa.Text(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", MOMENT, server_default=sa.func.now(), nullable=False),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_grant")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_grant_account_id_account")),
        sa.ForeignKeyConstraint(["grid_code"], ["grid.code"], name=op.f("fk_account_grant_grid_code_grid")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_account_grant_department_id_department")),
        sa.CheckConstraint(f"role IN ({ROLES})", name=op.f("ck_account_grant_role")),
        sa.CheckConstraint("num_nonnulls(grid_code, department_id) = 1", name=op.f("ck_account_grant_scope")),
        sa.CheckConstraint("(role = 'handler') = (department_id IS NOT NULL)", name=op.f("ck_account_grant_handler")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_account_grant_period")),
    )
    op.create_index(op.f("ix_account_grant_account_id"), "account_grant", ["account_id"])
    op.create_table(
        "guessing",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_at", MOMENT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_guessing")),
    )
    usual = sa.text("ARRAY['alerts', 'read', 'route']")
    op.add_column("api_key", sa.Column("scopes", ARRAY(sa.Text()), server_default=usual, nullable=False))
    op.add_column("api_key", sa.Column("expires_at", MOMENT, nullable=True))
    op.create_check_constraint(op.f("ck_api_key_scopes"), "api_key", "scopes <@ ARRAY['alerts', 'read', 'route', 'metrics']")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_api_key_scopes"), "api_key")
    op.drop_column("api_key", "expires_at")
    op.drop_column("api_key", "scopes")
    for table in ("guessing", "account_grant", "account"):
        op.drop_table(table)
