"""What a load of history holds of keys, in 12 bits each: so that alerts nobody has heard of need not be looked for in its pieces."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("past_load", sa.Column("keys", sa.LargeBinary()))
    op.execute("ALTER TABLE past_load ALTER keys SET STORAGE EXTERNAL")  # As random as bits can be: nothing would be saved.


def downgrade() -> None:
    op.drop_column("past_load", "keys")
