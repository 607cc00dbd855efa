"""Households: how many a micro-grid has, as somebody counted them on a day."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "household_count",
        sa.Column("grid_code", sa.Text(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("households >= 0", name=op.f("ck_household_count_households")),
        sa.ForeignKeyConstraint(["grid_code"], ["grid.code"], name=op.f("fk_household_count_grid_code_grid")),
        sa.PrimaryKeyConstraint("grid_code", "counted_on", name=op.f("pk_household_count")),
    )


def downgrade() -> None:
    op.drop_table("household_count")
