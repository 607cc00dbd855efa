"""How many routes PostGIS looked at again, and when it does so next."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "route_check",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("checked", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("differing", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_route_check_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_check")),
    )
    op.execute("INSERT INTO route_check (id) VALUES (1)")


def downgrade() -> None:
    op.drop_table("route_check")
