"""Who can't sign in is given no work; idempotency keys are forgotten in time."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("barred_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE person n SET barred_at = a.disabled_at FROM account a WHERE a.person_id = n.id AND a.disabled_at IS NOT NULL"
    )
    op.create_index("ix_receipt_at", "receipt", ["at"])


def downgrade() -> None:
    op.drop_index("ix_receipt_at", "receipt")
    op.drop_column("person", "barred_at")
