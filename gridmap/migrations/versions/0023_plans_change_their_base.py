"""A step of a plan may take it onto other boundaries than those it began with."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plan_step", sa.Column("base_id", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("fk_plan_step_base_id_publication"), "plan_step", "publication", ["base_id"], ["id"])


def downgrade() -> None:
    op.drop_column("plan_step", "base_id")
